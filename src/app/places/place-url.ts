/** Where a place is, as people write it: a URL (RFC 3986, RFC 1738 §3.2), or a path of this machine. */
import { decodeName } from '../../base/name.ts';

export interface PlaceUrl {
  /** Lower case, without the colon. */
  readonly scheme: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Decoded: relative to the directory of the login unless it begins with `/`; empty for that directory itself. */
  readonly path: string;
  /** `;type=a` or `;type=i` behind the path. */
  readonly type: 'ascii' | 'image' | undefined;
}

/** A place of this machine. */
export interface LocalPath {
  readonly scheme: 'file';
  readonly path: string;
}

/** What is wrong, as the end of a sentence. */
export interface UrlProblem {
  readonly problem: string;
}

const URL_SHAPE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(?:([^/]*)@)?(\[[^\]/]*\]|[^:/@]*)(?::(\d{0,5}))?(?:\/(.*))?$/s;
const ESCAPE = /%([0-9A-Fa-f]{2})/g;
const TYPE = /;type=([aAiI])$/;

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

/** The URL without its password, for people. */
export const withoutPassword = (text: string): string =>
  text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/:@]*):[^/]*@/, '$1@');

const isSendable = (text: string | undefined): boolean => text === undefined || !/[\0\r\n]/.test(text);

/** Reads a URL. What is wrong never holds the password. */
export function parsePlaceUrl(text: string): PlaceUrl | UrlProblem {
  const [, scheme = '', userInfo, host = '', portText = '', rest = ''] = URL_SHAPE.exec(text) ?? [];
  if (scheme === '') return { problem: 'is no URL such as ftp://ann@ftp.example.net/images/a.bin' };
  const [userText, ...passwordParts] = userInfo?.split(':') ?? [];
  const type = TYPE.exec(rest)?.[1]?.toLowerCase();
  const parts = {
    user: decoded(userText ?? ''),
    password: decoded(passwordParts.join(':')),
    path: decoded(type === undefined ? rest : rest.replace(TYPE, '')),
  };
  if (Object.values(parts).includes(undefined))
    return { problem: 'has a % that two hexadecimal digits must follow (%25 for itself)' };
  if (!Object.values(parts).every(isSendable)) return { problem: 'holds a line end or a NUL, which cannot be sent' };
  const port = portText === '' ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return { problem: 'has a port that is none' };
  return {
    scheme: scheme.toLowerCase(),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    user: userText === undefined || parts.user === '' ? undefined : parts.user,
    password: passwordParts.length === 0 ? undefined : parts.password,
    path: parts.path ?? '',
    type: type === undefined ? undefined : type === 'a' ? 'ascii' : 'image',
  };
}
