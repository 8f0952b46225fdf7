/** The connections of one client: opened when they are needed, bounded, and lent to one call at a time. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { pause } from '../../../base/wait.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { connectionFailure } from '../../dial/failure.ts';
import type { RetryPolicy } from './options.ts';
import type { FtpSession } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** A connection that nobody used for so long is closed: servers and firewalls would do it without a word. */
const IDLE_MS = 60_000;
/** How long one that is asked whether it lives may think about it. */
const PROBE_MS = 5_000;
/** One that was idle for longer than this is asked whether it lives before something depends on it. */
const DOUBTFUL_MS = 10_000;

/** A session, lent. */
export interface Lease {
  readonly session: FtpSession;
  /**
   * Says whether the borrower could do without the session for a while: `giveWay` is called once when another call waits
   * for one, and gives the session back. It never rejects.
   */
  offer(giveWay: (() => Promise<void>) | undefined): void;
  /** Gives it back; a session that is closed or busy is not lent again. Once is enough. */
  release(): void;
}

interface Waiter {
  readonly grant: (session: FtpSession) => void;
  readonly refuse: (error: unknown) => void;
}

interface Idle {
  readonly session: FtpSession;
  readonly sinceMs: number;
}

export interface PoolParts {
  readonly settings: SessionSettings;
  readonly retry: RetryPolicy;
  /** Opens the session of a number. */
  readonly open: (connection: number, signal: AbortSignal) => Promise<FtpSession>;
}

/** A server that took no more connections is not asked for more than it gave for so long. */
const SHRUNK_FOR_MS = 60_000;

/**
 * What may mean that the server takes no more, when it has taken others: some say so, some refuse the connection or the
 * login that was good before, some say nothing. What is not to be trusted is not made do with.
 */
const MAY_BE_FULL: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>([
  'too-many-connections',
  'unreachable',
  'timed-out',
  'connection-lost',
  'login-refused',
  'protocol',
]);
const mayBeFull = (error: unknown): error is FileError => error instanceof FileError && MAY_BE_FULL.has(error.kind);

export class SessionPool {
  /** For those who need sessions of two pools at once: whoever takes them in the order of ids waits in no circle. */
  readonly id = randomUUID();
  readonly #parts: PoolParts;
  readonly #idle: Idle[] = [];
  readonly #lent = new Set<FtpSession>();
  /** Those who can do without their session, the longest first. */
  readonly #offers = new Map<Lease, () => Promise<void>>();
  readonly #doubtful = new WeakSet<FtpSession>();
  readonly #waiters: Waiter[] = [];
  #opening = 0;
  #asked = 0;
  #number = 0;
  #count = 0;
  #limit: number;
  #shrunkMs = 0;
  readonly #closing = new AbortController();
  #cancelIdle: (() => void) | undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
    this.#limit = Math.max(1, parts.settings.limits.connections);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  get #clock(): Clock {
    return this.#parts.settings.clock;
  }

  /** Borrows a session. Failures to connect that pass are tried again, since nothing has been changed by them. */
  lease(options: CallOptions = {}): Promise<Lease> {
    return this.retrying(() => this.leaseOnce(options), options);
  }

  /** The same without another attempt: for what is itself tried again, so that attempts are not multiplied. */
  async leaseOnce(options: CallOptions = {}): Promise<Lease> {
    const session = await this.#borrow(options.signal);
    let isOver = false;
    const lease: Lease = {
      session,
      offer: (giveWay) => {
        if (isOver) return;
        this.#offers.delete(lease);
        if (giveWay === undefined) return;
        this.#offers.set(lease, giveWay);
        this.#serve();
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#offers.delete(lease);
        this.#lent.delete(session);
        this.#takeBack(session);
      },
    };
    this.#lent.add(session);
    return lease;
  }

  /** Runs `act` with a session. */
  async use<T>(act: (session: FtpSession) => Promise<T>, options: CallOptions = {}): Promise<T> {
    return await runWith(await this.lease(options), act);
  }

  /** The same, again after failures that pass: only for what changes nothing. */
  useAgain<T>(act: (session: FtpSession) => Promise<T>, options: CallOptions = {}): Promise<T> {
    return this.retrying(async () => await runWith(await this.leaseOnce(options), act), options);
  }

  /** Tries again after failures that pass, with pauses that double. */
  async retrying<T>(act: () => Promise<T>, { signal }: CallOptions = {}): Promise<T> {
    const { retry, settings } = this.#parts;
    for (
      let attempt = 1, delayMs = retry.firstDelayMs;
      ;
      attempt += 1, delayMs = Math.min(delayMs * 2, retry.maxDelayMs)
    ) {
      try {
        return await act();
      } catch (error) {
        const again = error instanceof FileError && error.retryable && attempt < retry.attempts && !this.#closed;
        if (!again || signal?.aborted === true) throw error;
        settings.observe({ kind: 'retrying', attempt, delayMs, reason: error.detail ?? error.message });
        await pause(settings.clock, delayMs, signal);
      }
    }
  }

  /** Ends all connections; whoever waits for one is refused. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closing.abort(closed());
    this.#cancelIdle?.();
    for (const { refuse } of this.#waiters.splice(0)) refuse(closed());
    const sessions = this.#idle.splice(0).map(({ session }) => session);
    await Promise.all([...sessions, ...this.#lent].map((session) => session.close()));
  }

  async #borrow(signal: AbortSignal | undefined): Promise<FtpSession> {
    for (;;) {
      const session = await this.#next(signal);
      if (await this.#lives(session, signal)) return session;
    }
  }

  /** A session that was idle for a while may be dead without knowing it. Rejects with the signal's reason. */
  async #lives(session: FtpSession, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.#doubtful.delete(session)) return true;
    const probing = { patienceMs: PROBE_MS, ...(signal !== undefined && { signal }) };
    this.#lent.add(session);
    // 421: its farewell has been waiting for somebody to read it.
    const lives = await session.command({ verb: 'NOOP' }, probing).then(
      ({ code }) => code !== 421,
      () => false,
    );
    this.#lent.delete(session);
    if (lives) return true;
    void session.close();
    this.#drop();
    signal?.throwIfAborted();
    return false;
  }

  #next(signal: AbortSignal | undefined): Promise<FtpSession> {
    signal?.throwIfAborted();
    if (this.#closed) return Promise.reject(closed());
    const { promise, resolve, reject } = Promise.withResolvers<FtpSession>();
    const giveUp = (): void => {
      const index = this.#waiters.indexOf(waiter);
      if (index < 0) return;
      this.#waiters.splice(index, 1);
      reject(signal?.reason as Error);
    };
    const waiter: Waiter = {
      grant: (session) => {
        signal?.removeEventListener('abort', giveUp);
        resolve(session);
      },
      refuse: (error) => {
        signal?.removeEventListener('abort', giveUp);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    };
    signal?.addEventListener('abort', giveUp);
    this.#waiters.push(waiter);
    this.#serve();
    return promise;
  }

  /** Serves those who wait: with what is idle, with a new connection, or by asking a borrower to give way. */
  #serve(): void {
    while (this.#waiters.length > 0) {
      const idle = this.#idle.pop();
      if (idle === undefined) break;
      if (!idle.session.isOpen) {
        this.#count -= 1;
        continue;
      }
      if (this.#clock.monotonic() - idle.sinceMs > DOUBTFUL_MS) this.#doubtful.add(idle.session);
      this.#waiters.shift()?.grant(idle.session);
    }
    // One that is being opened will serve one who waits.
    while (this.#opening < this.#waiters.length && this.#mayOpen()) this.#open();
    if (this.#opening < this.#waiters.length) this.#askToGiveWay();
  }

  #open(): void {
    this.#opening += 1;
    this.#number += 1;
    this.#parts.open(this.#number, this.#closing.signal).then(
      (session) => {
        this.#opening -= 1;
        this.#count += 1;
        this.#put(session);
      },
      (error: unknown) => {
        this.#opening -= 1;
        this.#failed(error);
      },
    );
  }

  /** A server that is full serves on the connections that it has given us: for a while no more are asked for. */
  #failed(error: unknown): void {
    this.#forgetDead();
    if (mayBeFull(error) && this.#count > 0) {
      this.#limit = this.#count;
      this.#shrunkMs = this.#clock.monotonic();
      const text = `The server gave no connection besides the ${this.#count} that it serves; the client keeps to them.`;
      this.#parts.settings.observe({ kind: 'note', text });
    } else this.#waiters.shift()?.refuse(error);
    this.#serve();
  }

  /** Sessions that ended while nobody had them are no reason to wait for one. */
  #forgetDead(): void {
    for (const idle of this.#idle.filter(({ session }) => !session.isOpen)) {
      this.#idle.splice(this.#idle.indexOf(idle), 1);
      this.#count -= 1;
    }
  }

  #mayOpen(): boolean {
    const { connections } = this.#parts.settings.limits;
    if (this.#clock.monotonic() - this.#shrunkMs > SHRUNK_FOR_MS) this.#limit = Math.max(1, connections);
    return this.#count + this.#opening < this.#limit;
  }

  /** One for each who waits and is not served otherwise; those who were asked will give back. */
  #askToGiveWay(): void {
    for (const [lease, giveWay] of this.#offers) {
      if (this.#asked >= this.#waiters.length - this.#opening) return;
      this.#offers.delete(lease);
      this.#asked += 1;
      void giveWay().finally(() => {
        this.#asked -= 1;
        this.#serve();
      });
    }
  }

  #takeBack(session: FtpSession): void {
    if (session.isBusy) void session.close();
    if (session.isOpen && !this.#closed) this.#put(session);
    else {
      void session.close();
      this.#drop();
    }
  }

  #drop(): void {
    this.#count -= 1;
    this.#serve();
  }

  #put(session: FtpSession): void {
    if (this.#closed) {
      void session.close();
      return;
    }
    this.#idle.push({ session, sinceMs: this.#clock.monotonic() });
    this.#serve();
    this.#watchIdle();
  }

  #watchIdle(): void {
    if (this.#cancelIdle !== undefined || this.#idle.length === 0) return;
    this.#cancelIdle = this.#clock.after(IDLE_MS, () => {
      this.#cancelIdle = undefined;
      const oldMs = this.#clock.monotonic() - IDLE_MS;
      // The longest idle stands first.
      while ((this.#idle[0]?.sinceMs ?? Infinity) <= oldMs) {
        void this.#idle.shift()?.session.close();
        this.#count -= 1;
      }
      this.#watchIdle();
    });
  }
}

async function runWith<T>(lease: Lease, act: (session: FtpSession) => Promise<T>): Promise<T> {
  try {
    return await act(lease.session);
  } finally {
    lease.release();
  }
}

const closed = (): FileError => connectionFailure('connection-lost', 'the connections were closed by their owner');
