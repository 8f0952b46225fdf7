/** The lines of a device (console, vty) in its configuration: what is set for the one that somebody sits at. */
import type { RunningSystem } from './command.ts';
import type { Configuration } from './state/configuration.ts';

export interface LineName {
  readonly kind: 'con' | 'vty';
  readonly number: number;
}

const NAME = /^line (con|vty|console) (\d+)(?: (\d+))?$/;

/** The sections that speak of a line, in the order of the configuration. */
export function sectionsOf(config: Configuration, { kind, number }: LineName): readonly Configuration[] {
  return config.under('line').flatMap(({ text, section }) => {
    const [, itsKind, first, last = first] = NAME.exec(text) ?? [];
    const isIt = itsKind?.startsWith(kind) === true && Number(first) <= number && number <= Number(last);
    return isIt && section !== undefined ? [section] : [];
  });
}

/** The value of a line's setting; the last section that has it wins. */
export const lineValue = (system: RunningSystem, name: LineName, key: string): string | undefined =>
  sectionsOf(system.config, name)
    .map((section) => section.value(key))
    .findLast((value) => value !== undefined);

/** How many vty lines there are. */
export function vtyCount({ config }: RunningSystem): number {
  const lasts = config.under('line vty').map(({ text }) => {
    const [, , first, last = first] = NAME.exec(text) ?? [];
    return Number(last ?? -1) + 1;
  });
  return Math.max(0, ...lasts);
}

/** Which doors a vty answers at. */
export function transportsOf(system: RunningSystem, name: LineName): ReadonlySet<'telnet' | 'ssh'> {
  const said = lineValue(system, name, 'transport input') ?? 'all';
  const words = said.split(' ');
  if (words.includes('all')) return new Set(['telnet', 'ssh']);
  return new Set((['telnet', 'ssh'] as const).filter((door) => words.includes(door)));
}
