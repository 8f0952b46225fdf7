/**
 * A TCP connection that can be had back from under TLS, for CCC (RFC 2228 §3, RFC 4217 §12.3): both sides say
 * close_notify, and go on in the clear over the same connection.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** RFC 8446 §5.1: type, version, and the length of what follows. */
const RECORD_HEADER_BYTES = 5;

export interface Releasable {
  /** What TLS is put over. */
  readonly stream: Duplex;
  /** Ends TLS and gives the connection back, paused, with what the client said in the clear still to be read. */
  release(socket: TLSSocket): Promise<Socket>;
}

/** Types of records (RFC 8446 §5.1); a command of FTP begins with a letter. */
const FIRST_TYPE = 20;
const LAST_TYPE = 24;
const isClear = ([first]: Uint8Array): boolean => first !== undefined && (first < FIRST_TYPE || first > LAST_TYPE);

/** Where the first record ends; `undefined` while it is not whole. */
function recordEnd(bytes: Buffer): number | undefined {
  const end = bytes.length < RECORD_HEADER_BYTES ? Infinity : RECORD_HEADER_BYTES + bytes.readUInt16BE(3);
  return bytes.length < end ? undefined : end;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What TLS ends, it ends only where the connection is not to be kept. */
const streamOver = (raw: Socket, fate: () => 'kept' | 'ended'): Duplex =>
  new Duplex({
    read: () => void raw.resume(),
    write: (chunk: Uint8Array, _encoding, done) => void raw.write(chunk, done),
    final(done) {
      if (fate() === 'kept') done();
      else raw.end(() => done());
    },
    destroy(error, done) {
      if (fate() === 'ended') raw.destroy();
      done(error);
    },
  });

export function releasable(raw: Socket): Releasable {
  let releasing = false;
  let held = Buffer.alloc(0);
  let wake: () => void = () => undefined;
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const stream = streamOver(raw, () => (releasing ? 'kept' : 'ended'));
  const onData = (chunk: Buffer): void => {
    if (releasing) {
      held = Buffer.concat([held, chunk]);
      wake();
    } else if (!stream.push(chunk)) raw.pause();
  };
  const onEnd = (): void => void stream.push(null);
  const onError = (error: Error): void => void stream.destroy(error);
  const onClose = (): void => void stream.destroy();
  raw.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);

  /** TLS would swallow what follows close_notify, so it is given one record at a time. */
  const takeRecord = (): boolean => {
    const end = recordEnd(held);
    if (end === undefined) return false;
    stream.push(held.subarray(0, end));
    held = held.subarray(end);
    return true;
  };

  return {
    stream,
    async release(socket) {
      releasing = true;
      raw.resume();
      // What the client sends before its close_notify is not heard.
      for (const event of ['end', 'close']) socket.once(event, () => wake());
      socket.resume();
      socket.end();
      // Some clients do not answer our close_notify (curl, when told to be passive), and speak in the clear at once.
      while (!socket.readableEnded && !isClear(held)) {
        if (raw.destroyed || socket.destroyed) throw new Error('the client left while TLS was being ended');
        await (takeRecord() ? turn() : news());
      }
      raw.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      raw.pause();
      if (held.length > 0) raw.unshift(held);
      socket.destroy();
      return raw;
    },
  };
}
