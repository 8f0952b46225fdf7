/**
 * Rules that change the names of requests, as tftp-hpa's map files have them: operations, a pattern, a replacement.
 *
 * Names come from anybody, so the patterns run in an engine whose time grows with the length of the name only, and rules
 * that would go round for ever end in a refusal.
 */
import { RE2JS } from 're2js';

/** A request as rules see it. */
export interface NamedRequest {
  readonly direction: 'read' | 'write';
  /** The client's, canonical. */
  readonly address: string;
}

/** What the name becomes; `undefined`: the request is refused. */
export type NameMap = (name: string, request: NamedRequest) => string | undefined;

/** A line that is no rule. */
export interface MapProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly why: string;
}

interface Rule {
  readonly operations: ReadonlySet<string>;
  readonly pattern: RE2JS;
  readonly replacement: string;
}

/** r replaces, g again and again, i ignores case, e ends, s starts over, a refuses; G, P, 4 and 6 narrow; ~ turns round. */
const OPERATIONS = 'rgiesaGP46~';
/** Steps of one name through the rules together: no honest map takes as many. */
const MOST_STEPS = 1_000;
const MOST_NAME_UNITS = 4_096;

/** Words of a line: a backslash keeps a space or a # within one, and stays before anything else. */
function wordsOf(line: string): string[] {
  const found = line.matchAll(/(?:\\.|[^\s#\\])+|#.*/gs);
  const words = [...found].map(([word]) => word).filter((word) => !word.startsWith('#'));
  return words.map((word) => word.replace(/\\([\s#])/g, '$1'));
}

/** What is wrong with the words of a line, if anything. */
function flawOf([letters = '', pattern, , ...rest]: readonly string[]): string | undefined {
  const unknown = letters.split('').find((letter) => !OPERATIONS.includes(letter));
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is no operation: ${OPERATIONS} are`;
  if (pattern === undefined) return 'has no pattern';
  if (rest.length > 0) return 'has more than a pattern and a replacement: write a space in them as "\\ "';
  if (letters.includes('~') && letters.includes('r')) return 'cannot replace what did not match (~ with r)';
  return letters.includes('g') && !letters.includes('r') ? 'repeats nothing (g without r)' : undefined;
}

function ruleOf(words: readonly string[]): Rule | string {
  const [letters = '', pattern = '', replacement = ''] = words;
  const flaw = flawOf(words);
  if (flaw !== undefined) return flaw;
  try {
    const flags = letters.includes('i') ? RE2JS.CASE_INSENSITIVE : 0;
    return {
      operations: new Set(letters),
      pattern: RE2JS.compile(pattern, flags | RE2JS.LONGEST_MATCH),
      replacement,
    };
  } catch (error) {
    return `has a pattern that cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** `C00002A9` for 192.0.2.169, and 32 digits for IPv6. */
function hexadecimal(address: string, bytesOf: (address: string) => readonly number[] | undefined): string {
  const bytes = bytesOf(address) ?? [];
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

type Groups = (group: number) => string;

/** The replacement with its escapes: \0 to \9, \i and \x for the client, \U \L \E for the case of what follows. */
function expand(replacement: string, groups: Groups, client: { readonly i: string; readonly x: string }): string {
  let written = '';
  let toCase = (text: string): string => text;
  for (const [, escaped, plain = ''] of replacement.matchAll(/\\(.)|([^\\]+|\\$)/gs)) {
    if (escaped === undefined) written += toCase(plain);
    else if (escaped === 'U') toCase = (text) => text.toUpperCase();
    else if (escaped === 'L') toCase = (text) => text.toLowerCase();
    else if (escaped === 'E') toCase = (text) => text;
    else if (/\d/.test(escaped)) written += toCase(groups(Number(escaped)));
    else if (escaped === 'i' || escaped === 'x') written += toCase(client[escaped]);
    else written += toCase(escaped);
  }
  return written;
}

/** Whether the rule speaks of such requests at all. */
function concerns({ operations }: Rule, { direction, address }: NamedRequest): boolean {
  const wantsDirection = !operations.has(direction === 'read' ? 'P' : 'G');
  return wantsDirection && !operations.has(address.includes(':') ? '4' : '6');
}

interface Walk {
  readonly request: NamedRequest;
  readonly client: { readonly i: string; readonly x: string };
  name: string;
  steps: number;
}

/** One rule, once: `undefined` when it does not match. */
function replaced(rule: Rule, { name, client }: Walk): string | undefined {
  const matcher = rule.pattern.matcher(name);
  if (!matcher.find()) return undefined;
  if (!rule.operations.has('r')) return name;
  const groups: Groups = (group) => (group <= matcher.groupCount() ? (matcher.group(group) ?? '') : '');
  const middle = expand(rule.replacement, groups, client);
  return `${name.slice(0, matcher.start())}${middle}${name.slice(matcher.end())}`;
}

const isTooLong = (walk: Walk): boolean => walk.steps > MOST_STEPS || walk.name.length > MOST_NAME_UNITS;

/** Whether the rule held; its replacements are in the walk then. */
function apply(rule: Rule, walk: Walk): boolean {
  walk.steps += 1;
  const first = replaced(rule, walk);
  if (rule.operations.has('~')) return first === undefined;
  if (first === undefined) return false;
  walk.name = first;
  while (rule.operations.has('g') && !isTooLong(walk)) {
    walk.steps += 1;
    const next = replaced(rule, walk);
    if (next === undefined) break;
    walk.name = next;
  }
  return true;
}

/** What happens behind a rule. */
function verdictOf(rule: Rule, walk: Walk): 'next' | 'restart' | 'end' | 'refuse' {
  const holds = concerns(rule, walk.request) && apply(rule, walk);
  if (isTooLong(walk)) return 'refuse';
  if (!holds) return 'next';
  if (rule.operations.has('a')) return 'refuse';
  if (rule.operations.has('e')) return 'end';
  return rule.operations.has('s') ? 'restart' : 'next';
}

/**
 * Reads a map file. `bytesOf` gives the bytes of an address. Rules that go round without an end refuse the request, and so
 * do those that make a name longer than any path.
 */
export function parseNameMap(
  text: string,
  bytesOf: (address: string) => readonly number[] | undefined,
): NameMap | { readonly problems: readonly MapProblem[] } {
  const problems: MapProblem[] = [];
  const rules: Rule[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(line);
    if (words.length === 0) continue;
    const rule = ruleOf(words);
    if (typeof rule === 'string') problems.push({ line: index + 1, why: rule });
    else rules.push(rule);
  }
  if (problems.length > 0) return { problems };
  return (name, request) => {
    const client = { i: request.address, x: hexadecimal(request.address, bytesOf) };
    const walk: Walk = { request, client, name, steps: 0 };
    for (let at = 0; at < rules.length; at += 1) {
      const rule = rules[at];
      const verdict = rule === undefined ? 'next' : verdictOf(rule, walk);
      if (verdict === 'refuse') return undefined;
      if (verdict === 'end') break;
      if (verdict === 'restart') at = -1;
    }
    return walk.name;
  };
}
