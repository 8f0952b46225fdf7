/** All commands of a platform, compiled once for all devices of that platform. */
import type { CommandRow } from './command.ts';
import { BOOT_COMMANDS } from './commands/boot.ts';
import { CONFIGURATION_COMMANDS, verbatimRows } from './commands/configure.ts';
import { EXEC_COMMANDS } from './commands/exec.ts';
import { FILE_COMMANDS } from './commands/files.ts';
import { IMAGE_COMMANDS } from './commands/images.ts';
import { ARCHIVE_SOFTWARE_COMMANDS } from './commands/archive-software.ts';
import { ARCHIVE_CONFIG_COMMANDS } from './commands/archive-config.ts';
import { INSTALL_COMMANDS } from './commands/install.ts';
import { REQUEST_SOFTWARE_COMMANDS } from './commands/request-software.ts';
import { SHOW_INSTALL_COMMANDS } from './commands/show-install.ts';
import { SHOW_COMMANDS } from './commands/show.ts';
import { type ArgumentType, interfaceNames, numberBetween, prefixed } from './grammar/argument-type.ts';
import { compileGraph, type Node } from './grammar/graph.ts';
import type { Grammars } from './interpret.ts';
import type { ModeName } from './modes.ts';
import { physicalInterfaces } from './platforms/interface-names.ts';
import type { Platform } from './platforms/platform.ts';

/** Every row there is, whatever the platform. */
export const ALL_COMMANDS: readonly CommandRow[] = [
  ...EXEC_COMMANDS,
  ...SHOW_COMMANDS,
  ...FILE_COMMANDS,
  ...BOOT_COMMANDS,
  ...IMAGE_COMMANDS,
  ...INSTALL_COMMANDS,
  ...SHOW_INSTALL_COMMANDS,
  ...REQUEST_SOFTWARE_COMMANDS,
  ...ARCHIVE_SOFTWARE_COMMANDS,
  ...ARCHIVE_CONFIG_COMMANDS,
  ...CONFIGURATION_COMMANDS,
];

const WORD: ArgumentType = { shown: 'WORD', fit: () => ({ outcome: 'whole' }), isLoose: true };

/** `flash` is `flash:`; any other word is itself. */
const withColon =
  (names: readonly string[]) =>
  (word: string): string =>
    names.includes(`${word.toLowerCase()}:`) ? `${word}:` : word;

function typesOf(platform: Platform): ReadonlyMap<string, ArgumentType> {
  const volumes = platform.volumes.flatMap(({ name, aliases }) => [name, ...aliases]);
  const remote = platform.schemes.map((scheme) => `${scheme}:`);
  const all = [...volumes, ...remote, 'system:', 'tmpsys:'];
  const isClassic = platform.volumes.some(({ kind }) => kind === 'class-b');
  return new Map<string, ArgumentType>([
    ['file', { ...WORD, offers: volumes }],
    ['readable', { ...WORD, offers: [...volumes, 'system:'] }],
    ['volume', prefixed('file system', volumes)],
    ['source', prefixed('URL', all)],
    ['bits', numberBetween(platform.leastRsaBits, 4096)],
    // Old routers take any word for a file in flash: a classic way to lose an image.
    ['destination', isClassic ? { ...WORD, offers: all, canonical: withColon(all) } : prefixed('URL', all)],
    ['interface', interfaceNames(() => physicalInterfaces(platform).map(({ name }) => name))],
  ]);
}

/** Rows that the platform takes word for word, where no row of ours begins like them. */
function verbatim({ keepsVerbatim }: Platform): readonly CommandRow[] {
  const known = new Set(CONFIGURATION_COMMANDS.map(({ syntax }) => syntax.split(/\s[<[(]/)[0]));
  return verbatimRows(keepsVerbatim.filter((beginning) => !known.has(beginning.trim())));
}

function compile(platform: Platform, mode: ModeName, privilege: number): Node<CommandRow> {
  const rows = [...ALL_COMMANDS, ...(mode === 'config' ? verbatim(platform) : [])];
  const here = rows.filter(({ modes = ['exec'], on }) => modes.includes(mode) && (on?.(platform) ?? true));
  return compileGraph(here, typesOf(platform), privilege);
}

/** The grammars of a platform: one tree for each mode and privilege level, made when it is first needed. */
export function grammarsOf(platform: Platform): Grammars {
  const made = new Map<string, Node<CommandRow>>();
  return (mode, privilege) => {
    const key = `${mode} ${privilege}`;
    const found = made.get(key) ?? compile(platform, mode, privilege);
    made.set(key, found);
    return found;
  };
}
