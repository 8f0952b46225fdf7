/** `portcall user add`: writes a new account into the database. */
import { statSync } from 'node:fs';
import type { AccountDefinition } from '../../accounts/definition.ts';
import { ACCOUNT_OPTIONS, readAccountFlags, type AccountFlags } from '../account-flags.ts';
import { DATABASE_OPTIONS, withDatabase, type DatabaseOptions } from '../accounts-database.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { HASHED_OPTION, readNewHash } from '../new-password.ts';

interface AddOptions extends AccountFlags, DatabaseOptions {
  readonly hashed?: true;
}

function checkFolders({ mounts }: AccountDefinition): void {
  for (const { directory } of mounts) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new CommandError(EXIT.notFound, `${directory} is no folder; make it or name another with --root`);
    }
  }
}

const taken = (name: string): CommandError =>
  new CommandError(
    EXIT.failed,
    `there is an account ${name} already; change it with portcall user passwd, or remove it`,
  );

export const userAddCommand: CommandRow = {
  name: 'user add',
  summary: 'add an account to the database of accounts',
  arguments: [{ syntax: '<name>', summary: 'the name to log in with' }],
  examples: [
    ['portcall user add switch --state state --root /srv/images --read-only', 'asks for the password'],
    ['printf %s "$SECRET" | portcall user add ap7 --state state --network 10.7.0.0/16', 'takes it from standard input'],
    ['htpasswd -nbB x "$SECRET" | cut -d: -f2 | portcall user add x --state state --hashed', 'brings a hash along'],
  ],
  options: [...DATABASE_OPTIONS, ...ACCOUNT_OPTIONS, HASHED_OPTION],
  async run(options: AddOptions, world, [name = '']) {
    const definition = readAccountFlags(name, options, world.cwd);
    checkFolders(definition);
    return withDatabase(options, world, 'make', async (accounts) => {
      // Nobody types a password twice for nothing.
      if (accounts.list().some((other) => other.name === name)) throw taken(name);
      const passwordHash = await readNewHash(world, options.hashed === true ? 'hash' : 'password');
      if (!accounts.add({ ...definition, passwordHash })) throw taken(name);
      return EXIT.done;
    });
  },
};
