/** Where to listen, as a URL: `ftp://127.0.0.1:2121`, `ftps://[::1]:0`, `tftp://0.0.0.0:69`. */

export interface ListenUrl {
  /** `ftps` is encrypted from the first byte; `ftp` becomes so when the client asks (AUTH TLS); `sftp` is SSH; `tftp` never is. */
  readonly protocol: 'ftp' | 'ftps' | 'sftp' | 'tftp';
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Each protocol's own port (RFC 959; IANA for implicit TLS; RFC 4253 §4.1; RFC 1350). */
const PORTS = { ftp: 21, ftps: 990, sftp: 22, tftp: 69 } as const;

const isServed = (protocol: string): protocol is ListenUrl['protocol'] => Object.hasOwn(PORTS, protocol);
const SHAPE = 'must be a URL such as ftp://127.0.0.1:2121';

/** What is wrong with a URL that is one; empty when it names a host and a port and nothing else. */
function excessOf({ username, password, pathname, search, hash }: URL): string {
  if (username !== '' || password !== '') return 'must not hold a name or password: accounts are told apart';
  const isShort = pathname === '/' && search === '' && hash === '';
  return isShort ? '' : 'must end behind the port: what is served is told by root';
}

/** The listener, or what is wrong with the text, as the end of a sentence that begins with its place. */
export function parseListenUrl(text: string): ListenUrl | string {
  const [, scheme = '', rest = ''] = /^([A-Za-z]+):\/\/(.*)$/.exec(text) ?? [];
  const protocol = scheme.toLowerCase();
  if (protocol === 'scp' || protocol === 'ssh') return `asks for ${protocol}: say sftp://, where SCP is served too`;
  if (!isServed(protocol)) return SHAPE;
  // The parser knows how hosts are written in ftp:// only, and leaves that scheme's own port out.
  const url = URL.parse(`ftp://${rest}`);
  if (url === null) return SHAPE;
  const excess = excessOf(url);
  if (excess !== '') return excess;
  const port = /:(\d+)\/?$/.exec(rest)?.[1];
  return {
    protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === undefined ? PORTS[protocol] : Number(port),
  };
}
