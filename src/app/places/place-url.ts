/** Where a place is, as people write it: a URL (RFC 3986, RFC 1738 §3.2), or a path of this machine. */
import { authority } from '../../base/authority.ts';
import { decodeName, encodeName } from '../../base/name.ts';

export interface PlaceUrl {
  /** Lower case, without the colon. */
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Decoded: relative to the directory of the login unless it begins with `/`; empty for that directory itself. */
  readonly path: string;
  /** `;type=a` or `;type=i` behind the path; `;mode=netascii` and `;mode=octet` (RFC 3617) mean the same. */
  readonly type: 'ascii' | 'image' | undefined;
}

/** What is wrong, as the end of a sentence. */
export interface UrlProblem {
  readonly problem: string;
}

const URL_SHAPE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^/]*)@)?(\[[^\]/]*\]|[^:/@]*)(?::(\d{0,5}))?(?:\/(.*))?$/s;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const TYPE = /;(?:type=([aAiI])|mode=(netascii|octet))$/i;

/** `%41` is `A`; bytes that are no UTF-8 become what they are in names. `undefined` for an escape that is none. */
function decoded(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return decodeName(Buffer.from(bytes, 'latin1'));
}

/** Whether the text is a URL at all: `C:\x` and `a:b` are not. */
export const isUrl = (text: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text);

const PASSWORD = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/:@]*):[^/]*@/;
/** A slash in a password must be written %2F; what was meant is a password all the same. */
const BROKEN_PASSWORD = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/:@]*):(?!\d{0,5}(?:\/|$)).*@/s;

/** The URL without its password, for people. */
export const withoutPassword = (text: string): string =>
  PASSWORD.test(text) ? text.replace(PASSWORD, '$1@') : text.replace(BROKEN_PASSWORD, '$1@');

/** Letters that need no escape in the path of a URL. */
const PLAIN = /[A-Za-z0-9\-._~/!$&'()*+,;=:@]/;

/** A path as it stands in a URL. */
export const escapedPath = (path: string): string =>
  [...encodeName(path)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return byte < 0x80 && PLAIN.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

/** What stands before the path of a URL, without a password: `ftp://ann@ftp.example.net:2121`. */
export function originText({ scheme, user, host, port }: PlaceUrl): string {
  const who = user === undefined ? '' : `${encodeURIComponent(user)}@`;
  const where = port === undefined ? (host.includes(':') ? `[${host}]` : host) : authority(host, port);
  return `${scheme}://${who}${where}`;
}

const isSendable = (text: string | undefined): boolean => text === undefined || !/[\0\r\n]/.test(text);

/** The parts of a URL that may hold escapes, decoded. */
interface Decoded {
  readonly user: string;
  readonly password: string;
  readonly path: string;
}

/** `undefined` where a part cannot be decoded, which is told as one problem. */
function decodeParts(userText: string, passwordText: string, pathText: string): Decoded | UrlProblem {
  const [user, password, path] = [decoded(userText), decoded(passwordText), decoded(pathText)];
  if (user === undefined || password === undefined || path === undefined)
    return { problem: 'has a % that two hexadecimal digits must follow (%25 for itself)' };
  if (![user, password, path].every(isSendable)) return { problem: 'holds a line end or a NUL, which cannot be sent' };
  return { user, password, path };
}

/** The number in the text; `undefined` for none, a problem for what is no port. */
function portOf(text: string): number | undefined | UrlProblem {
  if (text === '') return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : { problem: 'has a port that is none' };
}

const typeOf = (rest: string): PlaceUrl['type'] => {
  const [, letter, mode] = TYPE.exec(rest) ?? [];
  const word = (letter ?? mode)?.toLowerCase();
  return word === undefined ? undefined : word === 'a' || word === 'netascii' ? 'ascii' : 'image';
};

/** Reads a URL. What is wrong never holds the password. */
export function parsePlaceUrl(text: string): PlaceUrl | UrlProblem {
  const [, scheme, userInfo = '', host = '', portText = '', rest = ''] = URL_SHAPE.exec(text) ?? [];
  if (scheme === undefined) return { problem: 'is no URL such as ftp://ann@ftp.example.net/images/a.bin' };
  const [userText = '', ...passwordParts] = userInfo.split(':');
  const parts = decodeParts(userText, passwordParts.join(':'), rest.replace(TYPE, ''));
  if ('problem' in parts) return parts;
  const port = portOf(portText);
  if (typeof port === 'object') return port;
  return {
    scheme: scheme.toLowerCase(),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    user: parts.user === '' ? undefined : parts.user,
    password: passwordParts.length === 0 ? undefined : parts.password,
    path: parts.path,
    type: typeOf(rest),
  };
}
