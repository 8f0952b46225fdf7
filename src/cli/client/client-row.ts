/** A row for a command of the client: all of them connect by the same flags. */
import type { CommandRow, OptionRow } from '../command.ts';
import { CONNECT_OPTIONS } from './connect-options.ts';
import { type ClientCommand, runClient } from './run-client.ts';

export interface ClientRow extends Pick<CommandRow, 'name' | 'summary' | 'examples' | 'arguments'> {
  readonly options: readonly OptionRow[];
  readonly act: ClientCommand;
}

export const clientRow = ({ act, options, ...row }: ClientRow): CommandRow => ({
  ...row,
  options: [...options, ...CONNECT_OPTIONS],
  run: (given, world, args) => runClient(row.name, act, { options: given, world, args }),
});
