/** One transfer of a session, from the server's consent to its last word. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { authority } from '../../../base/authority.ts';
import type { Clock } from '../../../base/clock.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import type { ClientEvent, SecuredChannel } from '../../../observe/client-event.ts';
import { ByteInlet } from './byte-inlet.ts';
import type { ControlConnection } from './control-connection.ts';
import { connectionFailure, isPositive, shownReply } from './failure.ts';
import { kindOfReply } from './kind-of-reply.ts';
import { inTime } from './patience.ts';
import type { FtpReply, Incoming, Outgoing } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** How long a server may take to come to order after ABOR; then its connection is given up. */
const ABORT_MS = 5_000;
/** Written at once: what is not taken of it in the time that data may stall is a stall. */
const PIECE_BYTES = 256 * 1024;
/** How long the server's words are waited for when the data connection has failed: they tell why. */
const REASON_MS = 3_000;

/** What a transfer needs of its session. */
export interface TransferParts {
  readonly control: ControlConnection;
  readonly settings: SessionSettings;
  /** The bytes: the connection itself, or TLS over it. */
  readonly socket: Socket | TLSSocket;
  /** The connection itself. */
  readonly raw: Socket;
  readonly secured: SecuredChannel | undefined;
  readonly mode: 'passive' | 'active';
  /** The number of the data connection. */
  readonly data: number;
  /** Called once, when the session is free again or closed. */
  readonly onEnd: () => void;
}

/** What is common to both directions. */
class Transfer {
  readonly #parts: TransferParts;
  readonly #startedMs: number;
  readonly #final: Promise<FtpReply>;
  readonly #stopKeepAlive: () => void;
  #early: FtpReply | undefined;
  #state: 'running' | 'ended' = 'running';
  bytes = 0;

  constructor(parts: TransferParts) {
    this.#parts = parts;
    const { control, settings } = parts;
    this.#startedMs = settings.clock.monotonic();
    control.beginTransfer();
    this.#final = control.nextReply();
    this.#final.then(
      (reply) => {
        this.#early = reply;
        if (!isPositive(reply)) this.#parts.socket.destroy();
      },
      () => void this.#parts.socket.destroy(),
    );
    this.#stopKeepAlive = keepAlive(control, settings.clock, settings.keepAliveMs);
    const { raw, mode, data, secured } = parts;
    control.tell({
      kind: 'data-opened',
      connection: control.number,
      data,
      mode,
      peer: authority(raw.remoteAddress ?? '', raw.remotePort ?? 0),
      local: authority(raw.localAddress ?? '', raw.localPort ?? 0),
      ...(secured === undefined ? {} : { secured }),
    });
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Waits for data to move; time in which nobody waits for the server does not count. */
  async moved<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { clock, timeouts } = this.#parts.settings;
    const failure = (): FileError =>
      connectionFailure('timed-out', `no data moved for ${timeouts.dataMs} ms, so the transfer was given up`);
    return await inTime(work, { clock, ms: timeouts.dataMs, failure, signal });
  }

  /** The server's last word; anything but a yes is a failure. */
  async confirm(direction: 'in' | 'out', signal?: AbortSignal): Promise<FtpReply> {
    const { control, settings } = this.#parts;
    const { replyMs, dataMs } = settings.timeouts;
    try {
      const reply = await control.inTime(this.#final, signal, Math.max(replyMs, dataMs));
      if (!isPositive(reply)) throw refused(reply);
      this.#end(direction, 'complete');
      return reply;
    } catch (error) {
      this.#end(direction, 'failed');
      throw error;
    }
  }

  /** Why data stopped: the server's words where it has any, else what the connection said. */
  async reasonFor(cause: unknown): Promise<unknown> {
    const { clock } = this.#parts.settings;
    const failure = (): FileError => connectionFailure('connection-lost', 'the data connection was cut');
    try {
      const reply = this.#early ?? (await inTime(this.#final, { clock, ms: REASON_MS, failure }));
      if (!isPositive(reply)) return refused(reply);
    } catch (error) {
      if (error instanceof FileError && error.kind !== 'connection-lost') return error;
    }
    return cause instanceof FileError
      ? cause
      : connectionFailure('connection-lost', 'the data connection was cut in the middle', { cause });
  }

  /** RFC 959 §4.1.3: ABOR, the end of the data connection, and replies until it is clear which is the last. Never rejects. */
  async abort(direction: 'in' | 'out'): Promise<void> {
    if (this.#state === 'ended') return;
    const { control, socket } = this.#parts;
    this.#stopKeepAlive();
    try {
      await this.#comeToOrder(direction);
    } catch {
      control.destroy('the server did not come to order after a transfer was aborted');
    }
    socket.destroy();
    this.#end(direction, 'aborted');
  }

  async #comeToOrder(direction: 'in' | 'out'): Promise<void> {
    const { control, socket, raw } = this.#parts;
    const isOver = this.#early !== undefined;
    if (!isOver && control.isOpen) control.send({ verb: 'ABOR' });
    // A half upload must not look like a whole one: a reset is no end of file.
    if (direction === 'out') raw.resetAndDestroy();
    socket.destroy();
    await control.inTime(this.#final, undefined, ABORT_MS);
    if (isOver) return;
    // 426 and 226, or one of them (RFC 959 §5.4 leaves both): the reply to another command shows which was the last.
    control.send({ verb: 'NOOP' });
    for (let reply = await this.#next(); reply.code !== 200; reply = await this.#next());
  }

  #next(): Promise<FtpReply> {
    return this.#parts.control.inTime(this.#parts.control.nextReply(), undefined, ABORT_MS);
  }

  #end(direction: 'in' | 'out', outcome: Extract<ClientEvent, { kind: 'data-closed' }>['outcome']): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopKeepAlive();
    const { control, settings, data, onEnd } = this.#parts;
    const durationMs = settings.clock.monotonic() - this.#startedMs;
    control.tell({
      kind: 'data-closed',
      connection: control.number,
      data,
      direction,
      bytes: this.bytes,
      durationMs,
      outcome,
    });
    onEnd();
  }
}

const refused = (reply: FtpReply): FileError =>
  new FileError(kindOfReply(reply), '/', {
    detail: `the server ended the transfer: ${shownReply(reply)}`,
    reply: `${reply.code} ${reply.lines.join(' ')}`,
  });

/** Says NOOP now and then, for firewalls and servers that count a control connection in silence as idle. */
function keepAlive(control: ControlConnection, clock: Clock, everyMs: number): () => void {
  if (everyMs <= 0) return () => undefined;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = clock.after(everyMs, () => {
      control.keepAlive();
      again();
    });
  };
  again();
  return () => cancel();
}

export function incoming(parts: TransferParts): Incoming {
  const transfer = new Transfer(parts);
  const inlet = new ByteInlet(parts.socket);
  const fill = async (into: Uint8Array, { signal }: CallOptions): Promise<number> => {
    for (;;) {
      const count = inlet.take(into);
      if (count > 0) return count;
      if (inlet.isAtEnd) return 0;
      if (inlet.failure !== undefined) throw inlet.failure;
      await transfer.moved(inlet.news(), signal);
    }
  };
  return {
    async read(into, options = {}) {
      if (transfer.hasEnded) return 0;
      options.signal?.throwIfAborted();
      const count = await fill(into, options).catch(async (error: unknown) => {
        if (options.signal?.aborted === true) throw error;
        const reason = await transfer.reasonFor(error);
        await transfer.abort('in');
        throw reason;
      });
      if (count === 0) {
        // Servers wait for our half of the end: over TLS, for close_notify.
        parts.socket.end();
        await transfer.confirm('in', options.signal);
      }
      transfer.bytes += count;
      return count;
    },
    abort: () => transfer.abort('in'),
  };
}

export function outgoing(parts: TransferParts): Outgoing {
  const transfer = new Transfer(parts);
  const { socket } = parts;
  let failure: Error | undefined;
  socket.on('error', (error: Error) => {
    failure ??= error;
  });
  socket.resume();
  const take = (piece: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined || socket.destroyed) reject(failure ?? new Error('the data connection was cut'));
      else socket.write(piece, (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  const ended = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // The end of a socket that is gone is told to nobody.
      if (failure !== undefined || socket.destroyed) {
        reject(failure ?? new Error('the data connection was cut'));
        return;
      }
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the data connection was cut')));
      socket.end(() => resolve());
    });
  const orReason = async (work: Promise<void>, signal: AbortSignal | undefined): Promise<void> => {
    try {
      await transfer.moved(work, signal);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      const reason = await transfer.reasonFor(error);
      await transfer.abort('out');
      throw reason;
    }
  };
  return {
    async write(bytes, { signal } = {}) {
      signal?.throwIfAborted();
      for (let start = 0; start < bytes.length; start += PIECE_BYTES)
        await orReason(take(bytes.subarray(start, start + PIECE_BYTES)), signal);
      transfer.bytes += bytes.length;
    },
    async finish({ signal } = {}) {
      signal?.throwIfAborted();
      await orReason(ended(), signal);
      return await transfer.confirm('out', signal);
    },
    abort: () => transfer.abort('out'),
  };
}
