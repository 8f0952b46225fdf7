/** Says in one sentence why a listener could not be opened, and what to do. */
import { authority } from '../base/authority.ts';

/** A listener could not be opened; the message is meant for people. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** What was to be opened. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
  /** What stands before an address where one says it: `--listen ftp://`, `--telnet `. */
  readonly flag: string;
}

type Sentence = (place: ListenPlace) => string;

const SENTENCES: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    'EADDRINUSE',
    ({ host, port, flag }) =>
      `port ${port} of ${host} is taken by another program; stop that one, or choose another port, such as ${flag}${authority(host, 0)} (0 takes any free port)`,
  ],
  [
    'EACCES',
    ({ host, port }) =>
      `port ${port} of ${host} is not allowed to this user; choose a port above 1023, or give the program the right to open it (on Linux CAP_NET_BIND_SERVICE)`,
  ],
  [
    'EADDRNOTAVAIL',
    ({ host }) => `${host} is no address of this machine; use one of its addresses, or 0.0.0.0 for all of them`,
  ],
  ['ENOTFOUND', ({ host }) => `${host} is not a host name that can be found; use an address of this machine`],
]);

export function listenError(place: ListenPlace, cause: unknown): ListenError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const { host, port, flag } = place;
  const sentence =
    SENTENCES.get(code)?.(place) ??
    `cannot listen on ${authority(host, port)} (${code}); choose another place, such as ${flag}${authority(host, 0)}`;
  return new ListenError(sentence, { cause });
}
