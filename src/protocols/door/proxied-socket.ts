/** Takes the PROXY header off a connection before anybody else reads from it. */
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { parseProxyHeader, type ProxyHeader } from '../../base/proxy-header.ts';

/** The other side closed before its header was whole, as checks of "is the port open" do. */
export class ProxyGoneError extends Error {
  override readonly name = 'ProxyGoneError';
}

export interface HeaderWait {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Reads the header from a socket that nobody reads yet. What follows it stays in the socket, which is left paused:
 * whoever comes next reads on with `data` and `resume()`. Rejects with a sentence when the header is invalid or late, and
 * with a {@link ProxyGoneError} when the connection ends before; the socket is the caller's to close.
 */
export async function readProxyHeader(socket: Socket, { clock, timeoutMs }: HeaderWait): Promise<ProxyHeader> {
  const { promise, resolve, reject } = Promise.withResolvers<ProxyHeader>();
  let held: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    // Bounded: an incomplete header is shorter than the longest one.
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const parse = parseProxyHeader(held);
    if (parse.outcome === 'incomplete') return;
    // At once, or what comes with the next event would be nobody's.
    stop();
    if (parse.outcome === 'invalid') {
      reject(new Error(`its PROXY header cannot be read: ${parse.reason}`));
      return;
    }
    if (held.length > parse.lengthBytes) socket.unshift(held.subarray(parse.lengthBytes));
    resolve(parse.header);
  };
  const onGone = (): void => reject(new ProxyGoneError('the connection ended before its PROXY header'));
  const stop = (): void => {
    socket.pause();
    socket.off('data', onData);
  };
  const cancel = clock.after(timeoutMs, () =>
    reject(new Error(`it has sent no whole PROXY header within ${timeoutMs / 1_000} s`)),
  );
  socket.on('data', onData).on('end', onGone).on('close', onGone);
  socket.resume();
  if (socket.destroyed) onGone();
  try {
    return await promise;
  } finally {
    cancel();
    stop();
    socket.off('end', onGone).off('close', onGone);
  }
}
