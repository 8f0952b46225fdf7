/**
 * Patterns of names as OpenSSH has them in known_hosts, ssh_config and authorized_keys: `*` and `?`, lists with commas,
 * and `!` before what must not be (ssh_config(5), PATTERNS).
 *
 * One way back, to the last star: a pattern takes at most its length times the name's steps.
 */

/** A longer pattern makes its whole list match nothing, as in OpenSSH. */
export const MAX_LISTED_PATTERN_LENGTH = 1023;

/** Whether the whole text matches. Letters count as they are written. Never throws. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let wanted = 0;
  let lastStar = -1;
  let starEnd = 0;
  while (at < text.length) {
    if (pattern[wanted] === '*') {
      lastStar = wanted++;
      starEnd = at;
    } else if (wanted < pattern.length && (pattern[wanted] === '?' || pattern[wanted] === text[at])) {
      wanted += 1;
      at += 1;
    } else if (lastStar >= 0) {
      wanted = lastStar + 1;
      at = ++starEnd;
    } else return false;
  }
  while (pattern[wanted] === '*') wanted += 1;
  return wanted === pattern.length;
}

/**
 * Whether a list of patterns matches: one of them does, and none of those behind a `!`. A list of refusals alone
 * matches nothing. Never throws.
 */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(',');
  if (patterns.some((pattern) => pattern.length > MAX_LISTED_PATTERN_LENGTH)) return false;
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(text, pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(text, pattern));
}

/** The same for names of hosts, whose capitals do not count. */
export const matchesHostList = (host: string, list: string): boolean =>
  matchesPatternList(host.toLowerCase(), list.toLowerCase());
