/** Cuts a stream of bytes into lines, and never holds more than one line of the length allowed. */

const LF = 10;
const CR = 13;

/** A whole line without its end, or the news that one was too long and has been skipped. */
export type SplitLine = { readonly kind: 'line'; readonly bytes: Uint8Array } | { readonly kind: 'too-long' };

const TOO_LONG: SplitLine = { kind: 'too-long' };

/** Lines end with LF; one CR before it belongs to the end. Bytes handed out are views: decode or copy them at once. */
export class LineSplitter {
  readonly #maxBytes: number;
  #held: Uint8Array = new Uint8Array(0);
  #skipping = false;
  /** The line has been taken before its LF came: one that comes next belongs to it. */
  #taken = false;

  /** `maxBytes` counts the line without its end. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(chunk: Uint8Array): Generator<SplitLine> {
    let start = this.#taken && chunk[0] === LF ? 1 : 0;
    this.#taken = false;
    for (let end = chunk.indexOf(LF, start); end !== -1; end = chunk.indexOf(LF, start)) {
      const line = this.#finish(chunk.subarray(start, end));
      start = end + 1;
      if (line !== undefined) yield line;
    }
    if (start < chunk.length && this.#hold(chunk.subarray(start))) yield TOO_LONG;
  }

  /** The beginning of a line whose end has not come yet. */
  get held(): Uint8Array {
    return this.#held;
  }

  /** Takes what is held as a whole line, for one whose LF will not come. */
  takeHeld(): void {
    this.#held = new Uint8Array(0);
    this.#taken = true;
  }

  #finish(tail: Uint8Array): SplitLine | undefined {
    if (this.#skipping) {
      this.#skipping = false;
      return undefined;
    }
    const bytes = this.#held.length === 0 ? tail : join(this.#held, tail);
    this.#held = new Uint8Array(0);
    const length = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
    return length > this.#maxBytes ? TOO_LONG : { kind: 'line', bytes: bytes.subarray(0, length) };
  }

  /** Keeps the beginning of a line; true when it has just become too long (the rest of it will be skipped). */
  #hold(tail: Uint8Array): boolean {
    if (this.#skipping) return false;
    this.#held = join(this.#held, tail);
    if (this.#held.length <= this.#maxBytes + 1) return false;
    this.#held = new Uint8Array(0);
    this.#skipping = true;
    return true;
  }
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
