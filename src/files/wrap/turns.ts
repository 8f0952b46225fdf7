/** Lets those who would change the same name do it one after the other. */
export class Turns {
  /** The last in line for each name; gone when nobody waits. */
  readonly #last = new Map<string, Promise<void>>();

  /** Acts when all who asked for one of these names before are done. */
  async take<T>(names: readonly string[], act: () => Promise<T>): Promise<T> {
    const before = names.map((name) => this.#last.get(name)).filter((turn) => turn !== undefined);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const mine = promise.then(() => undefined);
    for (const name of names) this.#last.set(name, mine);
    try {
      await Promise.all(before);
      return await act();
    } finally {
      for (const name of names) if (this.#last.get(name) === mine) this.#last.delete(name);
      resolve(undefined);
    }
  }
}
