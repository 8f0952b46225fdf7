/** TCP connections to a server, in time. */
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { FileError } from '../../files/error.ts';
import { connectionFailure } from './failure.ts';
import { inTime } from './patience.ts';

/** After this time without a packet the system asks whether the other side is still there. */
const TCP_KEEP_ALIVE_MS = 30_000;

/** What the system's codes mean to somebody who wants to connect. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there: check the port, and whether the server runs'],
  ['ENOTFOUND', 'there is no such host: check its name'],
  ['EAI_AGAIN', 'its name could not be looked up just now: check the network and its name servers'],
  ['ETIMEDOUT', 'it does not answer: check the address, and firewalls on the way'],
  ['EHOSTUNREACH', 'no way leads there: check the address and the network'],
  ['ENETUNREACH', 'no way leads there: check the address and the network'],
  ['EACCES', 'this machine does not allow the connection'],
]);

/** The system's code of an error; of several attempts the first one's. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export interface DialOptions {
  readonly clock: Clock;
  readonly connectMs: number;
  /** What is connected to, for people: `the data connection to 10.0.0.1:50000`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

const whyNot = (error: unknown): string =>
  MEANINGS.get(codeOf(error)) ?? (error instanceof Error ? error.message : String(error));

/** Connects. Rejects with a `FileError` of kind `unreachable` or `timed-out`, or with the signal's reason. */
export async function dial(to: TcpNetConnectOpts, { clock, connectMs, what, signal }: DialOptions): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS, ...to });
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('connect', () => resolve(socket));
    socket.on('error', reject);
  });
  const failure = (): FileError => connectionFailure('timed-out', `${what} did not come about in ${connectMs} ms`);
  try {
    return await inTime(connected, { clock, ms: connectMs, failure, signal });
  } catch (cause) {
    socket.destroy();
    if (cause instanceof FileError || signal?.aborted === true) throw cause;
    throw connectionFailure('unreachable', `no connection for ${what}: ${whyNot(cause)}`, { cause });
  }
}
