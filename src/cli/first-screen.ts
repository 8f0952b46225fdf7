/** What a newcomer sees: what is served where, under which account, and a line to copy. */
import { isEveryAddress, isLoopback, networkAddress } from '../app/addresses.ts';
import type { MadeUpAccount } from '../app/made-up-account.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import { PERMISSIONS } from '../accounts/permission.ts';
import type { OpenListener } from '../app/serve.ts';
import type { ServedCertificate } from '../app/tls.ts';
import { authority } from '../base/authority.ts';
import { printable } from '../base/escape.ts';
import type { ServeSettings } from '../config/settings.ts';

const IOS_PORT = 21;

/** What a listener says of encryption. */
const ENCRYPTION: Readonly<Record<ServeSettings['listeners'][number]['tls'], string>> = {
  off: 'not encrypted',
  offered: 'TLS offered',
  login: 'TLS demanded for logins',
  data: 'TLS demanded',
};

interface Shown {
  readonly settings: ServeSettings;
  readonly listeners: readonly OpenListener[];
  readonly madeUp?: MadeUpAccount | undefined;
  readonly certificate?: ServedCertificate | undefined;
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

function certificateLines({ certificate }: Shown): string[] {
  if (certificate === undefined) return [];
  const { fingerprint, selfSigned } = certificate;
  const origin = selfSigned === undefined ? '' : `, made here: ${printable(selfSigned)}`;
  return [`  TLS      certificate SHA-256 ${fingerprint}${origin}`];
}

/** What is served, line by line; the same for a check and for a start. */
export const servedLines = (shown: Shown): string[] => [
  ...shown.listeners.map((listener, index) => {
    const { tls = 'off' } = shown.settings.listeners[index] ?? {};
    return `  listens  ${urlOf(listener)}  (${reach(listener)}, ${ENCRYPTION[tls]})`;
  }),
  ...accountLines(shown),
  ...certificateLines(shown),
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

/** What makes curl encrypt and trust a certificate that was made here. */
function trustText({ settings, certificate }: Shown): string {
  if (certificate === undefined || settings.listeners[0]?.tls === 'off') return '';
  const trust = certificate.selfSigned === undefined ? '' : `--cacert ${quoted(certificate.selfSigned)} `;
  return `--ssl-reqd ${trust}`;
}

/** As a shell takes it. */
const quoted = (path: string): string =>
  /^[\w./+-]+$/.test(path) ? path : `'${printable(path).replaceAll("'", String.raw`'\''`)}'`;

function copyLines(shown: Shown): string[] {
  const [listener] = shown.listeners;
  if (listener === undefined) return [];
  const { name, password } = loginOf(shown);
  const near = authority(nearHost(listener.host), listener.port);
  const isForDevices = !isLoopback(listener.host) && listener.port === IOS_PORT;
  return [
    'Try it from this machine:',
    `  curl ${trustText(shown)}${listener.protocol}://${name}:${password}@${near}/`,
    isForDevices
      ? 'At the prompt of an IOS device:'
      : `At the prompt of an IOS device, once it is served with --listen ftp://0.0.0.0:${IOS_PORT}:`,
    `  copy ftp://${name}:${password}@${farHost(listener.host)}/FILE flash:`,
  ];
}

/** The sentence for those who serve beyond this machine; empty when nobody else can listen in. */
export function clearTextWarning(listeners: readonly OpenListener[], settings: ServeSettings): string {
  const open = listeners.map(({ host }, index) => (isLoopback(host) ? undefined : settings.listeners[index]?.tls));
  if (open.includes('off'))
    return 'FTP is not encrypted: whoever is on the way reads names, passwords and files. Use it on networks that you trust.';
  return open.includes('offered')
    ? 'Clients that do not ask for TLS are not encrypted: whoever is on the way reads names, passwords and files. --tls login demands it.'
    : '';
}

/** The whole screen. */
export function firstScreen(shown: Shown): string {
  const warning = clearTextWarning(shown.listeners, shown.settings);
  const paragraphs = [
    ['Portcall serves files over FTP.'],
    servedLines(shown),
    copyLines(shown),
    [...(warning === '' ? [] : [warning]), 'Ctrl-C stops it.'],
  ];
  return `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}
