/** Says in one sentence why a listener could not be opened, and what to do. */
import { authority } from '../base/authority.ts';
import type { ListenerSettings } from '../config/settings.ts';

/** A listener could not be opened; the message is meant for people. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

type Sentence = (listener: ListenerSettings) => string;

const SENTENCES: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  [
    'EADDRINUSE',
    ({ protocol, host, port }) =>
      `port ${port} of ${host} is taken by another program; stop that one, or choose another port, such as --listen ${protocol}://${authority(host, 0)} (0 takes any free port)`,
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

export function listenError(listener: ListenerSettings, cause: unknown): ListenError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const { protocol, host, port } = listener;
  const sentence =
    SENTENCES.get(code)?.(listener) ??
    `cannot listen on ${protocol}://${authority(host, port)} (${code}); choose another with --listen`;
  return new ListenError(sentence, { cause });
}
