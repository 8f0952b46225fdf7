/** `portcall user remove`: takes an account out of the database; its files stay. */
import { DATABASE_OPTIONS, noSuchAccount, withDatabase, type DatabaseOptions } from '../accounts-database.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export const userRemoveCommand: CommandRow = {
  name: 'user remove',
  summary: 'remove an account from the database',
  arguments: [{ syntax: '<name>', summary: 'the account' }],
  examples: [['portcall user remove switch --state state', 'nobody logs in by that name any more; files stay']],
  options: DATABASE_OPTIONS,
  run: (options: DatabaseOptions, world, [name = '']) =>
    withDatabase(options, world, 'refuse', (accounts) => {
      if (!accounts.remove(name)) throw noSuchAccount(name);
      return EXIT.done;
    }),
};
