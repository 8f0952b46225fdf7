/** How far an upload arrived without a hole, when its writes may finish in any order. Offsets in bytes. */
export class WrittenExtent {
  readonly #start: number;
  #end: number;
  /** Pieces that arrived ahead of the end: start → end. As many as there are overlapping writes, so few. */
  readonly #ahead = new Map<number, number>();

  constructor(start: number) {
    this.#start = start;
    this.#end = start;
  }

  /** Up to where everything arrived. */
  get end(): number {
    return this.#end;
  }

  get isEmpty(): boolean {
    return this.#end === this.#start;
  }

  add(from: number, to: number): void {
    if (from > this.#end) {
      this.#ahead.set(from, Math.max(to, this.#ahead.get(from) ?? 0));
      return;
    }
    this.#end = Math.max(this.#end, to);
    for (let joined = this.#joinable(); joined !== undefined; joined = this.#joinable()) {
      this.#end = Math.max(this.#end, this.#ahead.get(joined) ?? 0);
      this.#ahead.delete(joined);
    }
  }

  #joinable(): number | undefined {
    for (const from of this.#ahead.keys()) if (from <= this.#end) return from;
    return undefined;
  }
}
