/** Which bytes of a file are still to be moved, and by whom: who is done takes over half of what the slowest still has. */
import type { Ranges } from './ranges.ts';

/** Less than twice this is not worth a second connection. */
const LEAST_SHARE_BYTES = 2 * 1024 * 1024;

/** Bytes that one mover works through from front to back. */
export class Span {
  /** The next byte that nobody has begun to read. */
  nextBytes: number;
  /** Everything before it was written. */
  writtenBytes: number;
  /** May come nearer while it is worked on, never nearer than `nextBytes`. */
  endBytes: number;

  constructor(startBytes: number, endBytes: number) {
    this.nextBytes = startBytes;
    this.writtenBytes = startBytes;
    this.endBytes = endBytes;
  }

  /** Claims the next bytes, at most so many. */
  claim(maxBytes: number): { readonly startBytes: number; readonly length: number } {
    const startBytes = this.nextBytes;
    const length = Math.max(0, Math.min(maxBytes, this.endBytes - startBytes));
    this.nextBytes += length;
    return { startBytes, length };
  }

  get leftBytes(): number {
    return this.endBytes - this.nextBytes;
  }
}

export class Spans {
  readonly #waiting: Span[];
  readonly #running = new Set<Span>();
  #news = Promise.withResolvers<undefined>();

  /** The missing ranges, cut so that there is one for each mover. */
  constructor(missing: Ranges, movers: number) {
    const total = missing.reduce((sum, [start, end]) => sum + end - start, 0);
    const share = Math.max(1, Math.ceil(total / movers));
    this.#waiting = missing.flatMap(([start, end]) =>
      Array.from(
        { length: Math.ceil((end - start) / share) },
        (_, index) => new Span(start + index * share, Math.min(end, start + (index + 1) * share)),
      ),
    );
  }

  /**
   * The next span to work on; `undefined` when all is done. While others work on what is too small to be shared it waits,
   * because one of them may fail.
   */
  async take(): Promise<Span | undefined> {
    for (;;) {
      const span = this.#waiting.shift() ?? this.#half();
      if (span !== undefined) {
        this.#running.add(span);
        return span;
      }
      if (this.#running.size === 0) return undefined;
      await this.#news.promise;
    }
  }

  done(span: Span): void {
    this.#running.delete(span);
    this.#tellNews();
  }

  /** Whether every span was worked through. */
  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#running.size === 0;
  }

  /** Its mover has failed: what was not written is for another. A span that is no longer worked on stays as it is. */
  giveBack(span: Span): void {
    if (!this.#running.delete(span)) return;
    if (span.writtenBytes < span.endBytes) this.#waiting.push(new Span(span.writtenBytes, span.endBytes));
    this.#tellNews();
  }

  #tellNews(): void {
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers();
  }

  #half(): Span | undefined {
    let slowest: Span | undefined;
    for (const span of this.#running) if (span.leftBytes > (slowest?.leftBytes ?? 0)) slowest = span;
    if (slowest === undefined || slowest.leftBytes < 2 * LEAST_SHARE_BYTES) return undefined;
    const middle = slowest.nextBytes + Math.ceil(slowest.leftBytes / 2);
    const taken = new Span(middle, slowest.endBytes);
    slowest.endBytes = middle;
    return taken;
  }
}
