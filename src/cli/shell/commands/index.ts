/** All commands of the shell, and the one that tells of them. */
import { printable } from '../../../base/escape.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { type ShellRow, usageOf } from '../row.ts';
import { CHANGING_ROWS } from './changing.ts';
import { LOOKING_ROWS } from './looking.ts';
import { MANAGING_ROWS } from './managing.ts';
import { MOVING_ROWS } from './moving.ts';
import { PLACE_ROWS } from './places.ts';
import { READING_ROWS } from './reading.ts';

const HELP: ShellRow = {
  name: 'help',
  aliases: ['?'],
  usage: '[COMMAND]',
  summary: 'show the commands, or one of them',
  words: [0, 1],
  completes: 'command',
  run: async ({ words: [word], out }) => {
    if (word === undefined) {
      const width = Math.max(...ROWS.map((row) => usageOf(row).length));
      out(`${ROWS.map((row) => `${usageOf(row).padEnd(width)}  ${row.summary}`).join('\n')}\n`);
      return;
    }
    const row = rowOf(word.text);
    if (row === undefined) throw new CommandError(EXIT.wrongUsage, `there is no command ${printable(word.text)}`);
    const aliases = row.aliases === undefined ? '' : `\nalso: ${row.aliases.join(', ')}`;
    out(`${usageOf(row)}\n    ${row.summary}${aliases}\n`);
  },
};

const ROWS: readonly ShellRow[] = [
  ...LOOKING_ROWS,
  ...PLACE_ROWS,
  ...MOVING_ROWS,
  ...READING_ROWS,
  ...CHANGING_ROWS,
  ...MANAGING_ROWS,
  HELP,
];

const BY_NAME: ReadonlyMap<string, ShellRow> = new Map(
  ROWS.flatMap((row) => [row.name, ...(row.aliases ?? [])].map((name) => [name, row] as const)),
);

export const rowOf = (name: string): ShellRow | undefined => BY_NAME.get(name);

/** Every name that a command can be called by, for completion. */
export const COMMAND_NAMES: readonly string[] = [...BY_NAME.keys()].sort();
