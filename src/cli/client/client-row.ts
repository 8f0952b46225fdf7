/** A row for a command of the client: all of them connect by the same flags. */
import type { CommandRow, OptionRow } from '../command.ts';
import { CONNECT_OPTIONS } from './connect-options.ts';
import { type ClientCommand, runClient } from './run-client.ts';

export interface ClientRow extends Pick<CommandRow, 'name' | 'summary' | 'examples' | 'arguments'> {
  readonly options: readonly OptionRow[];
  readonly act: ClientCommand;
}

/** Every command says in JSON what failed, when it is asked to. */
const JSON_OPTION: OptionRow = { flags: '--json', summary: 'one JSON object a line' };

const hasJson = (options: readonly OptionRow[]): boolean => options.some(({ flags }) => flags === JSON_OPTION.flags);

export const clientRow = ({ act, options, ...row }: ClientRow): CommandRow => ({
  ...row,
  options: [...(hasJson(options) ? options : [...options, JSON_OPTION]), ...CONNECT_OPTIONS],
  run: (given, world, args) => runClient(row.name, act, { options: given, world, args }),
});
