/** One transfer of a session, from the server's consent to its last word. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { authority } from '../../../base/authority.ts';
import type { Clock } from '../../../base/clock.ts';
import { pause } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import type { ClientEvent, SecuredChannel } from '../../../observe/client-event.ts';
import { unsentBytes } from '../channel/unsent.ts';
import { ByteInlet } from './byte-inlet.ts';
import type { ControlConnection } from './control-connection.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { isPositive, shownReply } from './failure.ts';
import { kindOfReply } from './kind-of-reply.ts';
import { inTime, type Patience, whileMoving } from '../../dial/patience.ts';
import type { FtpReply, Incoming, Outgoing } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** How long a server may take to come to order after ABOR; then its connection is given up. */
const ABORT_MS = 5_000;
/** What kernels hold of an upload at most, and how slow a peer may be that takes it, where nobody can see it move. */
const MOST_HELD_BYTES = 8 * 1024 * 1024;
const SLOWEST_BYTES_PER_SECOND = 8 * 1024;
/** How often the kernel is asked whether the last bytes have gone. */
const DRAIN_LOOK_MS = 1_000;
/** Written at once. */
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
  #state: 'running' | 'complete' | 'failed' | 'aborted' = 'running';
  #failure: unknown;
  #aborting: Promise<void> | undefined;
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

  /** Whether all has come and was confirmed. Throws what a transfer that ended otherwise has suffered. */
  get isComplete(): boolean {
    if (this.#failure !== undefined) throw this.#failure as Error;
    if (this.#state === 'aborted' || this.#aborting !== undefined)
      throw connectionFailure('interrupted', 'the transfer was ended early');
    return this.#state === 'complete';
  }

  /** Waits for data to come; time in which nobody waits for the server does not count. */
  async arrives<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return await inTime(work, this.#patience(signal));
  }

  /** Waits for data to leave: as long as the server takes any of what the kernel holds, it is not still. */
  async leaves<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { raw } = this.#parts;
    const patience = this.#patience(signal);
    return await whileMoving(work, patience, {
      mark: () => unsentBytes(raw),
      blindMs: patience.ms + this.#slowestMs,
    });
  }

  /** Resolves when the server has spoken, has all bytes, or nobody can tell whether it has. */
  async drained(signal: AbortSignal | undefined): Promise<'known' | 'unknown'> {
    const { raw } = this.#parts;
    let held: number | undefined;
    const whenTaken = async (): Promise<void> => {
      do {
        await pause(this.#parts.settings.clock, DRAIN_LOOK_MS);
        held = this.#isWaiting ? await unsentBytes(raw) : 0;
      } while (held !== undefined && held > 0);
    };
    const whenSpoken = this.#final.catch(() => undefined);
    await this.leaves(Promise.race([whenSpoken, whenTaken()]), signal);
    return held === undefined && this.#isWaiting ? 'unknown' : 'known';
  }

  /** The server has not spoken, and has not closed the data connection. */
  get #isWaiting(): boolean {
    return this.#early === undefined && this.#state === 'running' && !this.#parts.raw.destroyed;
  }

  /** How long the slowest server needs for what the kernel may hold of it. */
  get #slowestMs(): number {
    return (Math.min(this.#parts.raw.bytesWritten, MOST_HELD_BYTES) / SLOWEST_BYTES_PER_SECOND) * 1000;
  }

  #patience(signal: AbortSignal | undefined): Patience {
    const { clock, timeouts } = this.#parts.settings;
    const failure = (): FileError =>
      connectionFailure('timed-out', `no data moved for ${timeouts.dataMs} ms, so the transfer was given up`);
    return { clock, ms: timeouts.dataMs, failure, signal };
  }

  /** The server's last word; anything but a yes is a failure. It is waited for from when the server has all bytes. */
  async confirm(direction: 'in' | 'out', signal?: AbortSignal): Promise<FtpReply> {
    const { control, settings } = this.#parts;
    const { replyMs, dataMs } = settings.timeouts;
    try {
      const hasAll = direction === 'in' || (await this.drained(signal)) === 'known';
      const patienceMs = Math.max(replyMs, dataMs) + (hasAll ? 0 : this.#slowestMs);
      const reply = await control.inTime(this.#final, signal, patienceMs);
      if (!isPositive(reply)) throw refused(reply);
      this.#end(direction, 'complete');
      return reply;
    } catch (error) {
      this.#failure = error;
      if (error instanceof FileError && error.kind === 'timed-out') control.destroy('the server did not answer');
      this.#end(direction, 'failed');
      throw error;
    }
  }

  /** Why data stopped: the server's words where it has any, else what the connection said. */
  async reasonFor(cause: unknown): Promise<unknown> {
    const { clock } = this.#parts.settings;
    const failure = (): FileError => connectionFailure('connection-lost', 'the data connection was cut');
    try {
      // Who was silent for so long already has nothing to say now.
      const ms = cause instanceof FileError && cause.kind === 'timed-out' ? 0 : REASON_MS;
      const reply = this.#early ?? (await inTime(this.#final, { clock, ms, failure }));
      if (!isPositive(reply)) return refused(reply);
    } catch (error) {
      if (error instanceof FileError && error.kind !== 'connection-lost') return error;
    }
    return cause instanceof FileError
      ? cause
      : connectionFailure('connection-lost', 'the data connection was cut in the middle', { cause });
  }

  /** RFC 959 §4.1.3: ABOR, the end of the data connection, and replies until it is clear which is the last. Never rejects. */
  abort(direction: 'in' | 'out', cause?: unknown): Promise<void> {
    if (this.#state !== 'running') return Promise.resolve();
    return (this.#aborting ??= this.#abort(direction, cause));
  }

  /**
   * Aborts what has failed. A server that has said its last word is free at once; one that is silent is not waited for:
   * whoever wants the session again waits in {@link abort}.
   */
  async giveUp(direction: 'in' | 'out', cause: unknown): Promise<void> {
    const aborting = this.abort(direction, cause);
    if (this.#early !== undefined) await aborting;
  }

  async #abort(direction: 'in' | 'out', cause: unknown): Promise<void> {
    this.#failure = cause;
    const { control, socket, settings } = this.#parts;
    this.#stopKeepAlive();
    const failure = (): FileError => connectionFailure('timed-out', 'the server did not come to order');
    try {
      // One time for all of it: a server that goes on talking is no better than a silent one.
      await inTime(this.#comeToOrder(direction), { clock: settings.clock, ms: ABORT_MS, failure });
    } catch {
      control.destroy('the server did not come to order after a transfer was aborted');
    }
    socket.destroy();
    this.#end(direction, cause === undefined ? 'aborted' : 'failed');
  }

  async #comeToOrder(direction: 'in' | 'out'): Promise<void> {
    const { control, socket, raw } = this.#parts;
    const isOver = this.#early !== undefined;
    if (!isOver && control.isOpen) control.send({ verb: 'ABOR' });
    // A half upload must not look like a whole one: a reset is no end of file.
    if (direction === 'out') raw.resetAndDestroy();
    socket.destroy();
    await this.#final;
    if (isOver) return;
    // 426 and 226, or one of them (RFC 959 §5.4 leaves both): the reply to another command shows which was the last.
    control.send({ verb: 'NOOP' });
    for (let { code } = await control.nextReply(); code !== 200 && code !== 250; { code } = await control.nextReply());
  }

  #end(direction: 'in' | 'out', outcome: Extract<ClientEvent, { kind: 'data-closed' }>['outcome']): void {
    if (this.#state !== 'running') return;
    this.#state = outcome;
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
      await transfer.arrives(inlet.news(), signal);
    }
  };
  return {
    async read(into, options = {}) {
      if (transfer.isComplete) return 0;
      options.signal?.throwIfAborted();
      const count = await fill(into, options).catch(async (error: unknown) => {
        if (options.signal?.aborted === true) throw error;
        const reason = await transfer.reasonFor(error);
        await transfer.giveUp('in', reason);
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
      await transfer.leaves(work, signal);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      const reason = await transfer.reasonFor(error);
      await transfer.giveUp('out', reason);
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
