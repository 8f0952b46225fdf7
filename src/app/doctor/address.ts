/** Reads the address of a server that is to be examined. */
import { decodeName } from '../../base/name.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { FtpClientOptions, Security } from '../../protocols/ftp/client/options.ts';

export interface Address {
  readonly connection: FtpClientOptions;
  /** Absent: the directory of the login. */
  readonly path: VirtualPath | undefined;
  /** Without the password. */
  readonly shown: string;
}

const IMPLICIT_PORT = 990;

/** What each scheme means; `ftps:` is implicit on the port that was once meant for it. */
function securityOf(scheme: string, port: string): Security | undefined {
  if (scheme === 'ftp:') return 'none';
  if (scheme === 'ftpes:') return 'explicit';
  if (scheme === 'ftps:') return Number(port) === IMPLICIT_PORT ? 'implicit' : 'explicit';
  return undefined;
}

/** `%20` and the like to text; bytes that are not UTF-8 as in names. */
const decoded = (text: string): string =>
  decodeName(
    Buffer.from(
      text.replace(/%([0-9a-f]{2})|[^%]+|%/gi, (part) => hexOf(part)),
      'hex',
    ),
  );

const hexOf = (part: string): string =>
  /^%[0-9a-f]{2}$/i.test(part) ? part.slice(1) : Buffer.from(part, 'utf8').toString('hex');

/** The address without its password. */
const shownOf = ({ protocol, username, host, pathname }: URL): string =>
  `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname || '/'}`;

function connectionOf(url: URL, security: Security): FtpClientOptions {
  const [user, password] = [decoded(url.username), decoded(url.password)];
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    security,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
  };
}

/** `undefined` for text that is no address of FTP. */
export function parseAddress(text: string): Address | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const security = url === undefined ? undefined : securityOf(url.protocol, url.port);
  if (url === undefined || security === undefined || url.hostname === '') return undefined;
  const path = url.pathname === '' || url.pathname === '/' ? undefined : resolvePath(ROOT, decoded(url.pathname));
  return { connection: connectionOf(url, security), path, shown: shownOf(url) };
}
