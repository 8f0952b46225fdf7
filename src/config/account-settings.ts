/** Who may in: the file's accounts, overruled by the command line, and who needs no login. */
import type { AccountDefinition } from '../accounts/definition.ts';
import type { NetworkRule } from '../accounts/network-rules.ts';
import { definitionOf, mountsOf, simpleDefinition } from './definition.ts';
import type { FlagSettings } from './flags.ts';
import { folderAt, type Origin } from './origin.ts';
import type { Key } from './issues.ts';
import type { Problem } from './problem.ts';
import type { FileContents } from './schema/file.ts';
import type { AccountSettings, RootSettings, Secret } from './serve-settings.ts';

const MADE_UP_NAME = 'portcall';

type WrittenAccount = NonNullable<FileContents['accounts']>[number];

function accountOf(written: WrittenAccount, { directory }: Origin, root: RootSettings): AccountSettings {
  const { password, ...stored } = written;
  const secret: Secret = password === undefined ? { kind: 'in-definition' } : { kind: 'password', password };
  return { definition: definitionOf(stored, { directory, common: root.path }), secret };
}

/** True when somebody may in whom neither `accounts` nor `--user` names. */
const isOpen = ({ contents }: Origin, flags: FlagSettings): boolean =>
  flags.anonymous ||
  contents.anonymous !== undefined ||
  (contents.networks ?? []).length > 0 ||
  contents.accountDatabase !== undefined ||
  contents.accountHook !== undefined;

/** The command line's accounts replace the file's of the same name; when nobody at all may in, one is made up. */
export function accountsOf(origin: Origin, flags: FlagSettings, root: RootSettings): AccountSettings[] {
  const accounts = new Map<string, AccountSettings>();
  for (const written of origin.contents.accounts ?? []) accounts.set(written.name, accountOf(written, origin, root));
  for (const { name, password, access } of flags.users) {
    accounts.set(name, {
      definition: simpleDefinition(name, access, root.path),
      secret: { kind: 'password', password },
    });
  }
  if (!isMadeUp(origin, flags)) return [...accounts.values()];
  return [{ definition: simpleDefinition(MADE_UP_NAME, 'read-write', root.path), secret: { kind: 'made-up' } }];
}

const anonymousFolder = (origin: Origin, root: RootSettings): RootSettings => {
  const own = origin.contents.anonymous?.root;
  return own === undefined ? root : folderAt(origin, own, 'anonymous', 'root');
};

/** Anonymous accounts list and read, whatever else is allowed to others. */
export function anonymousOf(origin: Origin, flags: FlagSettings, root: RootSettings): AccountDefinition | undefined {
  const isAsked = flags.anonymous || origin.contents.anonymous !== undefined;
  return isAsked ? simpleDefinition('anonymous', 'read-only', anonymousFolder(origin, root).path) : undefined;
}

/** Nobody is named at all: an account is made up, and over TFTP, which has none, this machine may read. */
const isMadeUp = (origin: Origin, flags: FlagSettings): boolean =>
  (origin.contents.accounts ?? []).length === 0 && flags.users.length === 0 && !isOpen(origin, flags);

const THIS_MACHINE: readonly string[] = ['127.0.0.0/8', '::1/128'];

const readingHere = (root: RootSettings): NetworkRule => ({
  clients: THIS_MACHINE,
  mounts: [{ at: '/', directory: root.path, access: 'read-only' }],
  permissions: [{ path: '/', allow: ['list', 'read'] }],
  protocols: ['tftp'],
});

const writtenRules = ({ contents, directory }: Origin, root: RootSettings): NetworkRule[] =>
  (contents.networks ?? []).map((written) => ({
    clients: written.clients,
    mounts: mountsOf({ root: written.root, mounts: written.mounts }, { directory, common: root.path }),
    permissions: written.allow,
    protocols: written.protocols,
  }));

export const networkRulesOf = (origin: Origin, flags: FlagSettings, root: RootSettings): NetworkRule[] =>
  isMadeUp(origin, flags) ? [readingHere(root)] : writtenRules(origin, root);

/** Whether anybody may in over TFTP. */
export const hasTftpGuests = (origin: Origin, flags: FlagSettings): boolean =>
  isMadeUp(origin, flags) ||
  flags.anonymous ||
  origin.contents.anonymous !== undefined ||
  (origin.contents.networks ?? []).some(({ protocols }) => protocols.includes('tftp'));

/** A TFTP listener at which nobody may do anything. */
export function tftpWarnings(
  origin: Origin,
  flags: FlagSettings,
  listeners: readonly { readonly protocol: string }[],
): string[] {
  const isServed = listeners.some(({ protocol }) => protocol === 'tftp');
  return isServed && !hasTftpGuests(origin, flags)
    ? [
        'tftp:// lets nobody in, for TFTP has no login: say in networks who may do what, or add --anonymous to let all read',
      ]
    : [];
}

type WithFolders = Pick<WrittenAccount, 'root' | 'mounts'>;

/** The folders that one row names, or the common one. */
function foldersOf(row: WithFolders, keys: readonly Key[], origin: Origin, root: RootSettings): RootSettings[] {
  if (row.mounts !== undefined)
    return row.mounts.map(({ directory }, index) => folderAt(origin, directory, ...keys, 'mounts', index, 'directory'));
  return [row.root === undefined ? root : folderAt(origin, row.root, ...keys, 'root')];
}

/** Every folder once. The common one is among them when somebody may see it. */
export function allFolders(origin: Origin, flags: FlagSettings, root: RootSettings): RootSettings[] {
  const { accounts = [], networks = [], anonymous, accountDatabase, accountHook } = origin.contents;
  const isAnonymous = flags.anonymous || anonymous !== undefined;
  const isCommon =
    isMadeUp(origin, flags) || flags.users.length > 0 || accountDatabase !== undefined || accountHook !== undefined;
  const named = new Set(flags.users.map(({ name }) => name));
  const folders = [
    ...(isCommon ? [root] : []),
    ...accounts.flatMap((row, index) => (named.has(row.name) ? [] : foldersOf(row, ['accounts', index], origin, root))),
    ...networks.flatMap((row, index) => foldersOf(row, ['networks', index], origin, root)),
    ...(isAnonymous ? [anonymousFolder(origin, root)] : []),
  ];
  return [...new Map(folders.map((folder) => [folder.path, folder])).values()];
}

export function doubleNames({ contents, placeOf }: Origin): Problem[] {
  const names = (contents.accounts ?? []).map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ where: placeOf('accounts', index, 'name'), what: `is the name of accounts[${names.indexOf(name)}] too` }],
  );
}

/** What works but should be put right. */
export function accountWarnings({ contents, placeOf }: Origin): string[] {
  return (contents.accounts ?? []).flatMap(({ password, certificateNames = [] }, index) => [
    ...(password === undefined
      ? []
      : [
          `${placeOf('accounts', index, 'password')}: is in clear text; put a passwordHash made by \`portcall user hash\` there`,
        ]),
    ...(certificateNames.length === 0 || contents.tls?.ca !== undefined
      ? []
      : [
          `${placeOf('accounts', index, 'certificateNames')}: opens nothing until tls.ca names who signs the certificates`,
        ]),
  ]);
}
