/**
 * Tells a stream that its sender ended from one that was cut: TLS has close_notify for that (RFC 8446 §6.1), but Node
 * reports the end of TCP in the same way. So the end of TCP is kept from TLS here, and only close_notify can end the stream.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** A record of TLS holds 16 KiB: room for several keeps the kernel's and our own pieces large. */
const BUFFER_BYTES = 256 * 1024;

/** A TCP connection whose end does not end the stream. */
export interface WithheldFin {
  /** What TLS is put over. */
  readonly stream: Duplex;
  /** Calls back once the other side has sent its last byte. */
  readonly onFin: (callback: () => void) => void;
}

export function withholdFin(raw: Socket): WithheldFin {
  // Our own close_notify comes after the other side's.
  raw.allowHalfOpen = true;
  const fin = Promise.withResolvers<undefined>();
  let finished = false;
  const stream = new Duplex({
    readableHighWaterMark: BUFFER_BYTES,
    writableHighWaterMark: BUFFER_BYTES,
    read: () => void raw.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void raw.write(chunk, done),
    final: (done) => void raw.end(() => done()),
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  raw.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) raw.pause();
  });
  raw.on('end', () => {
    finished = true;
    fin.resolve(undefined);
  });
  raw.on('error', (error) => stream.destroy(error));
  raw.on('close', () => {
    if (!finished) stream.destroy();
  });
  return { stream, onFin: (callback) => void fin.promise.then(callback) };
}

/** The handshake; an end of TCP in the middle of it ends the connection, which else would wait for the rest. */
export async function endedByFin<T>(handshake: Promise<T>, { stream, onFin }: WithheldFin): Promise<T> {
  let isOver = false;
  const judge = (): void => {
    if (isOver) return;
    if (stream.readableLength > 0) setImmediate(judge);
    else stream.destroy();
  };
  onFin(() => void setImmediate(judge));
  try {
    return await handshake;
  } finally {
    isOver = true;
  }
}

/** Somebody has stopped reading for a while; who reads piece by piece (`readable`) has not. */
const isHeldUp = (socket: TLSSocket): boolean => socket.isPaused() && socket.listenerCount('readable') === 0;

/** Ends a TLS stream with an error of the caller's when TCP ended below it and close_notify has not come. */
export function refuseTruncation(socket: TLSSocket, { stream, onFin }: WithheldFin, truncated: () => Error): void {
  const judge = (): void => {
    // What TCP brought must have been read through TLS before the absence of an end means anything.
    const isWaiting = stream.readableLength > 0 || socket.readableLength > 0 || isHeldUp(socket);
    if (isWaiting || socket.readableEnded || socket.destroyed) return;
    socket.destroy(truncated());
  };
  // In the next turn: an end that TLS has found is told before that.
  const soon = (): void => void setImmediate(judge);
  onFin(() => {
    soon();
    socket.on('data', soon);
    socket.on('resume', soon);
  });
}
