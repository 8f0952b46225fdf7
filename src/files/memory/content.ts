/** The bytes of a file in memory, in chunks, so that a file grows without being copied and holes cost nothing. */

const CHUNK = 65_536;

/** Keeps the total of all sizes under a bound. Sizes in bytes. */
export interface Budget {
  /** Takes more, or gives back when negative. Throws when there is not enough. */
  take(bytes: number): void;
}

const unbounded: Budget = { take: () => undefined };

export class Content {
  #budget: Budget;
  readonly #chunks = new Map<number, Uint8Array>();
  #size = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#size;
  }

  /** Number of bytes read, 0 at the end. */
  read(into: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(into.length, this.#size - position));
    for (let done = 0; done < length;) {
      const offset = (position + done) % CHUNK;
      const count = Math.min(CHUNK - offset, length - done);
      const chunk = this.#chunks.get(Math.floor((position + done) / CHUNK));
      const known = chunk?.subarray(offset, offset + count) ?? new Uint8Array(0);
      into.set(known, done);
      into.fill(0, done + known.length, done + count);
      done += count;
    }
    return length;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#grow(Math.max(this.#size, position + bytes.length));
    for (let done = 0; done < bytes.length;) {
      const offset = (position + done) % CHUNK;
      const count = Math.min(CHUNK - offset, bytes.length - done);
      this.#chunk(Math.floor((position + done) / CHUNK), offset + count).set(
        bytes.subarray(done, done + count),
        offset,
      );
      done += count;
    }
  }

  resize(size: number): void {
    this.#grow(size);
    for (const [index, chunk] of this.#chunks) {
      const kept = size - index * CHUNK;
      if (kept <= 0) this.#chunks.delete(index);
      else if (kept < chunk.length) this.#chunks.set(index, chunk.slice(0, kept));
    }
  }

  copyFrom(other: Content): void {
    this.resize(0);
    this.#grow(other.#size);
    for (const [index, chunk] of other.#chunks) this.#chunks.set(index, chunk.slice());
  }

  /** No name leads here any more: it no longer counts, though readers may still hold it. */
  disown(): void {
    this.#budget.take(-this.#size);
    this.#budget = unbounded;
  }

  #grow(size: number): void {
    this.#budget.take(size - this.#size);
    this.#size = size;
  }

  /** A chunk at least `length` long; small ones double, so that many small files stay small. */
  #chunk(index: number, length: number): Uint8Array {
    const known = this.#chunks.get(index);
    if (known !== undefined && known.length >= length) return known;
    const larger = new Uint8Array(Math.min(CHUNK, Math.max(length, 2 * (known?.length ?? 0))));
    if (known !== undefined) larger.set(known);
    this.#chunks.set(index, larger);
    return larger;
  }
}
