/** What a newcomer sees: what is served where, under which account, and a line to copy. */
import { isEveryAddress, isLoopback, networkAddress } from '../app/addresses.ts';
import type { MadeUpAccount } from '../app/made-up-account.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import { PERMISSIONS } from '../accounts/permission.ts';
import type { OpenListener } from '../app/serve.ts';
import type { HostKeyPrint } from '../app/ssh/host-keys.ts';
import type { ServedCertificate } from '../app/tls.ts';
import { authority } from '../base/authority.ts';
import { printable } from '../base/escape.ts';
import type { ServeSettings } from '../config/settings.ts';

/** Where IOS looks for servers: it takes no port. */
const IOS_PORTS = { ftp: 21, ftps: 990, sftp: 22, tftp: 69 } as const;

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
  readonly hostKeys?: readonly HostKeyPrint[];
}

export const urlOf = ({ protocol, host, port }: OpenListener): string => `${protocol}://${authority(host, port)}`;

const reach = ({ host }: OpenListener): string => {
  if (isLoopback(host)) return 'this machine only';
  return isEveryAddress(host) ? 'every address of this machine' : 'reachable from the network';
};

/** What a listener says of encryption, and TFTP of logins. */
function protectionOf({ protocol }: OpenListener, { settings }: Shown, index: number): string {
  if (protocol === 'tftp') return 'no login, not encrypted';
  if (protocol === 'sftp') return settings.ssh.scp === 'served' ? 'SSH, and SCP too' : 'SSH';
  return ENCRYPTION[settings.listeners[index]?.tls ?? 'off'];
}

/** What an account may do, in a word. */
function rightsText({ permissions }: Pick<AccountDefinition, 'permissions'>): string {
  const [rule] = permissions;
  if (permissions.length === 1 && rule?.path === '/' && rule.allow.length === PERMISSIONS.length) return 'read-write';
  const isReading = permissions.every(({ allow }) => allow.every((one) => one === 'list' || one === 'read'));
  return isReading ? 'read-only' : 'as its permissions say';
}

/** `/srv/images`, or each folder behind the place where it is seen. */
const treeText = ({ mounts }: Pick<AccountDefinition, 'mounts'>): string =>
  mounts
    .map(({ at, directory }) => (at === '/' ? printable(directory) : `${printable(directory)} at ${printable(at)}`))
    .join(', ');

/** A long list of rules is for `--check` of the file, not for a screen. */
const GUESTS_SHOWN = 8;

function accountLines({ settings, madeUp }: Shown): string[] {
  const lines = settings.accounts.map(({ definition }) => {
    const { name } = definition;
    const password = madeUp?.name === name ? `, password ${madeUp.password}` : '';
    return `  account  ${printable(name)}${password}, ${rightsText(definition)}, sees ${treeText(definition)}`;
  });
  const guests = settings.networks.slice(0, GUESTS_SHOWN).map((rule) => {
    const doors = rule.protocols.join(', ');
    return `  guests   from ${rule.clients.join(', ')} over ${doors}, no login, ${rightsText(rule)}, see ${treeText(rule)}`;
  });
  const { anonymous } = settings;
  if (anonymous === undefined) return [...lines, ...guests];
  return [
    ...lines,
    ...guests,
    `  account  anonymous, any password, ${rightsText(anonymous)}, sees ${treeText(anonymous)}`,
  ];
}

function certificateLines({ certificate }: Shown): string[] {
  if (certificate === undefined) return [];
  const { fingerprint, selfSigned } = certificate;
  const origin = selfSigned === undefined ? '' : `, made here: ${printable(selfSigned)}`;
  return [`  TLS      certificate SHA-256 ${fingerprint}${origin}`];
}

/** What people compare at their first connection. */
const hostKeyLines = ({ hostKeys = [] }: Shown): string[] =>
  hostKeys.map(({ type, fingerprint }) => `  SSH      host key ${type} ${fingerprint}`);

/** What is served, line by line; the same for a check and for a start. */
export const servedLines = (shown: Shown): string[] => [
  ...shown.listeners.map(
    (listener, index) => `  listens  ${urlOf(listener)}  (${reach(listener)}, ${protectionOf(listener, shown, index)})`,
  ),
  ...accountLines(shown),
  ...certificateLines(shown),
  ...hostKeyLines(shown),
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

/** What serves a device's `copy`, and under which URL it is listened for. */
const FOR_DEVICES = {
  ftp: { spoken: 'ftp', listened: 'ftp' },
  ftps: { spoken: 'ftp', listened: 'ftp' },
  sftp: { spoken: 'scp', listened: 'sftp' },
  tftp: { spoken: 'tftp', listened: 'tftp' },
} as const;

function tryLine({ protocol, host, port }: OpenListener, shown: Shown): string {
  const near = authority(nearHost(host), port);
  const { name, password } = loginOf(shown);
  if (protocol === 'tftp') return `  curl -O tftp://${near}/FILE`;
  if (protocol === 'sftp') return `  sftp -P ${port} ${name}@${nearHost(host)}`;
  return `  curl ${trustText(shown)}${protocol}://${name}:${password}@${near}/`;
}

/** For the first listener: a line for this machine, and one for a device. A line for SSH, where it is served too. */
function copyLines(shown: Shown): string[] {
  const [listener] = shown.listeners;
  if (listener === undefined) return [];
  const { protocol, host, port } = listener;
  const { name, password } = loginOf(shown);
  const login = protocol === 'tftp' ? '' : `${name}:${password}@`;
  const { spoken, listened } = FOR_DEVICES[protocol];
  const isForDevices = !isLoopback(host) && port === IOS_PORTS[protocol];
  const overSsh = shown.listeners.find((other) => other.protocol === 'sftp' && other !== listener);
  return [
    'Try it from this machine:',
    tryLine(listener, shown),
    ...(overSsh === undefined ? [] : [tryLine(overSsh, shown)]),
    isForDevices
      ? 'At the prompt of an IOS device:'
      : `At the prompt of an IOS device, once it is served with --listen ${listened}://0.0.0.0:${IOS_PORTS[listened]}:`,
    `  copy ${spoken}://${login}${farHost(host)}/FILE flash:`,
  ];
}

/** The sentence for those who serve beyond this machine; empty when nobody else can listen in. */
export function clearTextWarning(listeners: readonly OpenListener[], settings: ServeSettings): string {
  const open = listeners.map(({ host, protocol }, index) =>
    isLoopback(host) || protocol === 'tftp' || protocol === 'sftp' ? undefined : settings.listeners[index]?.tls,
  );
  if (open.includes('off'))
    return 'FTP is not encrypted: whoever is on the way reads names, passwords and files. Use it on networks that you trust.';
  return open.includes('offered')
    ? 'Clients that do not ask for TLS are not encrypted: whoever is on the way reads names, passwords and files. --tls login demands it.'
    : '';
}

/** `FTP`, `FTP and TFTP`, `FTP, SFTP and TFTP`. */
function namesOf(listeners: readonly OpenListener[]): string {
  const names = [...new Set(listeners.map(({ protocol }) => protocol.toUpperCase()))];
  return names.length < 3 ? names.join(' and ') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** The whole screen. */
export function firstScreen(shown: Shown): string {
  const warning = clearTextWarning(shown.listeners, shown.settings);
  const paragraphs = [
    [`Portcall serves files over ${namesOf(shown.listeners)}.`],
    servedLines(shown),
    copyLines(shown),
    [...(warning === '' ? [] : [warning]), 'Ctrl-C stops it.'],
  ];
  return `${paragraphs.map((lines) => lines.join('\n')).join('\n\n')}\n\n`;
}
