/** `show running-config`: lines in IOS's order, with an exclamation mark between groups. */
import type { ConfigLine, Configuration } from '../state/configuration.ts';

/** Ranks are grouped by the hundred: a `!` stands between groups. */
const GROUP = 100;

function blockOf(line: ConfigLine): readonly string[] {
  if (line.section === undefined) return line.text.split('\n');
  return [line.text, ...line.section.entries().flatMap(([, inner]) => blockOf(inner).map((text) => ` ${text}`)), '!'];
}

/** The lines of a configuration without its header, `end` last. */
export function configurationLines(configuration: Configuration): readonly string[] {
  const shown: string[] = [];
  let group: number | undefined;
  for (const [, line] of configuration.entries()) {
    const next = Math.floor(line.rank / GROUP);
    if (next !== group && shown.at(-1) !== '!') shown.push('!');
    group = next;
    shown.push(...blockOf(line));
  }
  if (shown.at(-1) !== '!') shown.push('!');
  return [...shown, 'end', ''];
}
