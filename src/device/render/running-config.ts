/** `show running-config`: lines in IOS's order, with an exclamation mark between groups. */
import type { ConfigLine, Configuration } from '../state/configuration.ts';

/** Ranks are grouped by the hundred: a `!` stands between groups. */
const GROUP = 100;

/** What the loader is to boot stands between markers, also where nothing is said of it. */
const BOOT_GROUP = 3;
const BEFORE_BOOT = ['!', 'boot-start-marker'];
const BEHIND_BOOT = ['boot-end-marker', '!'];

/** Between one group and the next. */
function separator(before: number, next: number, last: string | undefined): readonly string[] {
  const opens = before < BOOT_GROUP && next >= BOOT_GROUP ? BEFORE_BOOT : [];
  const closes = before <= BOOT_GROUP && next > BOOT_GROUP ? BEHIND_BOOT : [];
  const lines = opens.length + closes.length > 0 ? [...opens, ...closes] : ['!'];
  return last === '!' && lines[0] === '!' ? lines.slice(1) : lines;
}

function blockOf(line: ConfigLine): readonly string[] {
  if (line.section === undefined) return line.text.split('\n');
  const inner = line.section.entries().flatMap(([, one]) => blockOf(one).map((text) => ` ${text}`));
  // The lines of a device stand together.
  return [line.text, ...inner, ...(line.text.startsWith('line ') ? [] : ['!'])];
}

/** The lines of a configuration without its header, `end` last. */
export function configurationLines(configuration: Configuration): readonly string[] {
  const shown: string[] = [];
  let group = 0;
  for (const [, line] of configuration.entries()) {
    const next = Math.floor(line.rank / GROUP);
    if (next !== group) shown.push(...separator(group, next, shown.at(-1)));
    group = next;
    shown.push(...blockOf(line));
  }
  if (shown.at(-1) !== '!') shown.push('!');
  return [...shown, 'end', ''];
}
