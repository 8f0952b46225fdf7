/** Work that is done several at a time while more is found; who finds it waits when too much is waiting. */

/** So many wait at most: a listing of this length is read to its end even while all workers stand still. */
const MOST_WAITING = 10_000;

export class WorkQueue {
  readonly #parallel: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #news = Promise.withResolvers<undefined>();

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  /** Takes over a piece of work. What an earlier piece threw is thrown here. */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#waiting.length >= MOST_WAITING && this.#failure === undefined) await this.#news.promise;
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#waiting.push(work);
    this.#begin();
  }

  /** Resolves when all is done; rejects with what the first piece threw, when the others have ended too. */
  async end(): Promise<void> {
    while (this.#running > 0) await this.#news.promise;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** No more is begun. */
  stop(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting.length = 0;
  }

  #begin(): void {
    while (this.#running < this.#parallel) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#running += 1;
      void this.#do(work);
    }
  }

  async #do(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.stop(error);
    }
    this.#running -= 1;
    this.#begin();
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers();
  }
}
