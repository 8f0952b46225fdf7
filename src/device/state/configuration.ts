/**
 * A configuration: lines, some with lines of their own, each under a key that says which setting it is. Typing a setting
 * again replaces its line; what is shown is in the order of the settings, not of the typing.
 */

export interface ConfigLine {
  readonly text: string;
  /** Its place in `show running-config`; lines of equal rank keep the order in which they came. */
  readonly rank: number;
  /** Of a section: what stands in it, indented by one blank. */
  readonly section?: Configuration;
  /** Printed behind the section's own lines, and behind blocks such as a banner. */
  readonly isBlock?: true;
}

/** More lines than any device's NVRAM would hold; a peer that pastes without end meets it. */
const MOST_LINES = 20_000;

export class Configuration {
  readonly #lines = new Map<string, ConfigLine>();

  /** Sets a line. False: there is no room for more. */
  set(key: string, line: ConfigLine): boolean {
    if (!this.#lines.has(key) && this.#lines.size >= MOST_LINES) return false;
    this.#lines.set(key, line);
    return true;
  }

  get(key: string): ConfigLine | undefined {
    return this.#lines.get(key);
  }

  has(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Removes the line of a key, and all whose keys begin with it and go on with a blank. Gives what was removed. */
  remove(key: string): readonly ConfigLine[] {
    const gone = [...this.#lines].filter(([one]) => one === key || one.startsWith(`${key} `));
    for (const [one] of gone) this.#lines.delete(one);
    return gone.map(([, line]) => line);
  }

  /** What stands behind `key` in its line: `R1` for `hostname`. `undefined` where there is no such line. */
  value(key: string): string | undefined {
    const text = this.#lines.get(key)?.text;
    return text?.startsWith(key) === true ? text.slice(key.length).trim() : undefined;
  }

  /** The lines whose keys begin with a word or several, in the order in which they came. */
  under(prefix: string): readonly ConfigLine[] {
    return [...this.#lines].filter(([key]) => key === prefix || key.startsWith(`${prefix} `)).map(([, line]) => line);
  }

  /** The section of a key. */
  section(key: string): Configuration | undefined {
    return this.#lines.get(key)?.section;
  }

  /** Keys and lines, in the order in which they are shown. */
  entries(): readonly (readonly [key: string, line: ConfigLine])[] {
    return [...this.#lines].toSorted(([, one], [, other]) => one.rank - other.rank);
  }

  clear(): void {
    this.#lines.clear();
  }
}
