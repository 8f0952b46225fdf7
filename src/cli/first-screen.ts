/** What a newcomer sees: what is served where, under which account, and a line to copy. */
import { isEveryAddress, isLoopback, networkAddress } from '../app/addresses.ts';
import type { MadeUpAccount } from '../app/accounts.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import { PERMISSIONS } from '../accounts/permission.ts';
import type { OpenListener } from '../app/serve.ts';
import { authority } from '../base/authority.ts';
import { printable } from '../base/escape.ts';
import type { ServeSettings } from '../config/settings.ts';

const IOS_PORT = 21;

interface Shown {
  readonly settings: ServeSettings;
  readonly listeners: readonly OpenListener[];
  readonly madeUp?: MadeUpAccount | undefined;
}

export const urlOf = ({ protocol, host, port }: OpenListener): string => `${protocol}://${authority(host, port)}`;

const reach = ({ host }: OpenListener): string => {
  if (isLoopback(host)) return 'this machine only';
  return isEveryAddress(host) ? 'every address of this machine' : 'reachable from the network';
};

/** What an account may do, in a word. */
function rightsText({ permissions }: AccountDefinition): string {
  const [rule] = permissions;
  if (permissions.length === 1 && rule?.path === '/' && rule.allow.length === PERMISSIONS.length) return 'read-write';
  const isReading = permissions.every(({ allow }) => allow.every((one) => one === 'list' || one === 'read'));
  return isReading ? 'read-only' : 'as its permissions say';
}

/** `/srv/images`, or each folder behind the place where it is seen. */
const treeText = ({ mounts }: AccountDefinition): string =>
  mounts
    .map(({ at, directory }) => (at === '/' ? printable(directory) : `${printable(directory)} at ${printable(at)}`))
    .join(', ');

function accountLines({ settings, madeUp }: Shown): string[] {
  const lines = settings.accounts.map(({ definition }) => {
    const { name } = definition;
    const password = madeUp?.name === name ? `, password ${madeUp.password}` : '';
    return `  account  ${printable(name)}${password}, ${rightsText(definition)}, sees ${treeText(definition)}`;
  });
  const { anonymous } = settings;
  if (anonymous === undefined) return lines;
  return [...lines, `  account  anonymous, any password, ${rightsText(anonymous)}, sees ${treeText(anonymous)}`];
}

/** What is served, line by line; the same for a check and for a start. */
export const servedLines = (shown: Shown): string[] => [
  ...shown.listeners.map((listener) => `  listens  ${urlOf(listener)}  (${reach(listener)})`),
  ...accountLines(shown),
];

interface Login {
  readonly name: string;
  readonly password: string;
}

/** The login of the lines to copy; a password that somebody chose is never shown. */
function loginOf({ settings, madeUp }: Shown): Login {
  if (madeUp !== undefined) return madeUp;
  const [first] = settings.accounts;
  return first === undefined
    ? { name: 'anonymous', password: 'me' }
    : { name: encodeURIComponent(first.definition.name), password: 'PASSWORD' };
}

/** Where the machine itself, and where a device, finds the listener. */
const nearHost = (host: string): string => (host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host);
const farHost = (host: string): string =>
  isLoopback(host) || isEveryAddress(host) ? (networkAddress() ?? 'ADDRESS') : authority(host, 0).replace(/:0$/, '');

function copyLines(shown: Shown): string[] {
  const [listener] = shown.listeners;
  if (listener === undefined) return [];
  const { name, password } = loginOf(shown);
  const near = authority(nearHost(listener.host), listener.port);
  const isForDevices = !isLoopback(listener.host) && listener.port === IOS_PORT;
  return [
    'Try it from this machine:',
    `  curl ftp://${name}:${password}@${near}/`,
    isForDevices
      ? 'At the prompt of an IOS device:'
      : `At the prompt of an IOS device, once it is served with --listen ftp://0.0.0.0:${IOS_PORT}:`,
    `  copy ftp://${name}:${password}@${farHost(listener.host)}/FILE flash:`,
  ];
}

/** The sentence for those who serve beyond this machine; empty when nobody else can listen in. */
export const clearTextWarning = (listeners: readonly OpenListener[]): string =>
  listeners.every(({ host }) => isLoopback(host))
    ? ''
    : 'FTP is not encrypted: whoever is on the way reads names, passwords and files. Use it on networks that you trust.';

/** The whole screen. */
export function firstScreen(shown: Shown): string {
  const warning = clearTextWarning(shown.listeners);
  const paragraphs = [
    ['Portcall serves files over FTP.'],
    servedLines(shown),
    copyLines(shown),
    [...(warning === '' ? [] : [warning]), 'Ctrl-C stops it.'],
  ];
  return `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}
