/**
 * The bytes of a listing or a text, which somebody takes at leisure: the session is given up to whoever waits for it
 * meanwhile, and the rest held in memory then, within a bound.
 */
import { connectionFailure } from '../../dial/failure.ts';
import type { Lease } from './pool.ts';
import type { Remote } from './remote.ts';
import type { Incoming } from './session.ts';

const READ_BYTES = 64 * 1024;

export class LentBytes {
  readonly #remote: Remote;
  readonly #lease: Lease;
  readonly #incoming: Incoming;
  readonly #held: Uint8Array[] = [];
  readonly #signal: AbortSignal | undefined;
  #draining: Promise<void> | undefined;
  #failure: unknown;
  #state: 'open' | 'drained' | 'ended' = 'open';

  constructor(
    remote: Remote,
    { lease, incoming }: { readonly lease: Lease; readonly incoming: Incoming },
    signal: AbortSignal | undefined,
  ) {
    this.#remote = remote;
    this.#lease = lease;
    this.#incoming = incoming;
    this.#signal = signal;
  }

  /** The next bytes; `undefined` behind the last, when the server has confirmed that it was. */
  async next(): Promise<Uint8Array | undefined> {
    this.#lease.offer(undefined);
    await this.#draining;
    const held = this.#held.shift();
    if (held !== undefined) return held;
    if (this.#failure !== undefined) throw this.#failure as Error;
    return this.#state === 'open' ? await this.#read() : undefined;
  }

  /** The caller is busy with what it has. */
  rest(): void {
    if (this.#state === 'open' && this.#draining === undefined)
      this.#lease.offer(() => (this.#draining = this.#drain()));
  }

  /** Ends it, early or not. */
  async close(): Promise<void> {
    await this.#draining;
    if (this.#state === 'open') await this.#incoming.abort();
    this.#state = 'ended';
    this.#lease.release();
  }

  async #read(): Promise<Uint8Array | undefined> {
    const into = new Uint8Array(READ_BYTES);
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    const count = await this.#incoming.read(into, options);
    if (count > 0) return into.subarray(0, count);
    this.#state = 'ended';
    this.#lease.release();
    return undefined;
  }

  async #drain(): Promise<void> {
    let bytes = 0;
    try {
      for (let chunk = await this.#read(); chunk !== undefined; chunk = await this.#read()) {
        this.#held.push(chunk.slice());
        bytes += chunk.length;
        if (bytes > this.#remote.settings.limits.listingBytes)
          throw connectionFailure(
            'limit',
            'what is left is too long to be held while the connection serves another call',
          );
      }
      this.#state = 'drained';
    } catch (error) {
      this.#failure = error;
      await this.#incoming.abort();
      this.#state = 'ended';
      this.#lease.release();
    }
  }
}
