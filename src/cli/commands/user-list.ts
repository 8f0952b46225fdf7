/** `portcall user list`: shows the accounts of the database, never their hashes. */
import type { AccountDefinition } from '../../accounts/definition.ts';
import { printable } from '../../base/escape.ts';
import { DATABASE_OPTIONS, withDatabase, type DatabaseOptions } from '../accounts-database.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

interface ListOptions extends DatabaseOptions {
  readonly json?: true;
}

const mayChange = (definition: AccountDefinition): boolean =>
  definition.permissions.some(({ allow }) =>
    allow.some((permission) => permission !== 'list' && permission !== 'read'),
  );

function lineOf(definition: AccountDefinition): string {
  const { name, mounts, networks, protocols, expiresMs, passwordHash } = definition;
  const parts = [
    printable(name),
    mayChange(definition) ? 'read-write' : 'read-only',
    ...mounts.map(({ at, directory }) => `${printable(at)} is ${printable(directory)}`),
    ...(networks === undefined ? [] : [`from ${printable(networks.join(', '))}`]),
    ...(protocols === undefined ? [] : [`by ${protocols.join(', ')}`]),
    ...(expiresMs === undefined ? [] : [`until ${new Date(expiresMs).toISOString()}`]),
    ...(passwordHash === undefined ? ['no password'] : []),
  ];
  return parts.join('  ');
}

function shown({ passwordHash, ...definition }: AccountDefinition): object {
  return { ...definition, hasPassword: passwordHash !== undefined };
}

export const userListCommand: CommandRow = {
  name: 'user list',
  summary: 'show the accounts of the database',
  examples: [['portcall user list --state state --json', 'as JSON, without the password hashes']],
  options: [...DATABASE_OPTIONS, { flags: '--json', summary: 'as JSON' }],
  run: (options: ListOptions, world) =>
    withDatabase(options, world, 'refuse', (accounts) => {
      const all = accounts.list();
      if (options.json === true) world.stdout.write(`${JSON.stringify(all.map(shown), undefined, 2)}\n`);
      else for (const definition of all) world.stdout.write(`${lineOf(definition)}\n`);
      return EXIT.done;
    }),
};
