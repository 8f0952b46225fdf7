/** `portcall user passwd`: gives an account of the database a new password. */
import { DATABASE_OPTIONS, noSuchAccount, withDatabase, type DatabaseOptions } from '../accounts-database.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { HASHED_OPTION, readNewHash } from '../new-password.ts';

interface PasswdOptions extends DatabaseOptions {
  readonly hashed?: true;
}

export const userPasswdCommand: CommandRow = {
  name: 'user passwd',
  summary: 'change the password of an account of the database',
  arguments: [{ syntax: '<name>', summary: 'the account' }],
  examples: [['portcall user passwd switch --state state', 'asks for the new password; the old one opens no more']],
  options: [...DATABASE_OPTIONS, HASHED_OPTION],
  run: (options: PasswdOptions, world, [name = '']) =>
    withDatabase(options, world, 'refuse', async (accounts) => {
      if (!accounts.list().some((account) => account.name === name)) throw noSuchAccount(name);
      const passwordHash = await readNewHash(world, options.hashed === true ? 'hash' : 'password');
      if (!accounts.setPassword(name, passwordHash)) throw noSuchAccount(name);
      return EXIT.done;
    }),
};
