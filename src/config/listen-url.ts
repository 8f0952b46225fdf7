/** Where to listen, as a URL: `ftp://127.0.0.1:2121`, `ftp://[::1]:0`. */

export interface ListenUrl {
  readonly protocol: 'ftp';
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const FTP_PORT = 21;
/** Doors that the command line promises and that this version does not have. */
const LATER: ReadonlySet<string> = new Set(['ftps:', 'sftp:', 'tftp:', 'scp:']);
const SHAPE = 'must be a URL such as ftp://127.0.0.1:2121';

/** The listener, or what is wrong with the text, as the end of a sentence that begins with its place. */
export function parseListenUrl(text: string): ListenUrl | string {
  const url = URL.parse(text);
  if (url === null || !text.includes('://')) return SHAPE;
  if (LATER.has(url.protocol))
    return `asks for ${url.protocol.slice(0, -1)}, which this version does not serve: use ftp://`;
  if (url.protocol !== 'ftp:') return SHAPE;
  if (url.username !== '' || url.password !== '') return 'must not hold a name or password: accounts are told apart';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return 'must end behind the port: what is served is told by root';
  // The parser leaves the scheme's own port out.
  return {
    protocol: 'ftp',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? FTP_PORT : Number(url.port),
  };
}
