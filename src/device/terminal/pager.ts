/** Shows a command's output page by page; ` --More-- ` waits for a key. */
import type { LineFilter } from './output-filter.ts';
import { MORE, rowsOf, WIPE_MORE } from './screen.ts';
import type { Teletype } from './teletype.ts';

const SPACE = 0x20;
const ENTER = 0x0d;
/** Characters of a line that is not over yet. */
const MOST_PARTIAL = 64 * 1024;

export interface PagerOptions {
  /** 0: no paging. */
  readonly rows: () => number;
  readonly columns: () => number;
  readonly filter?: LineFilter | undefined;
  readonly signal?: AbortSignal;
}

export class Pager {
  readonly #teletype: Teletype;
  readonly #options: PagerOptions;
  #left: number;
  #partial = '';
  #isOver = false;

  constructor(teletype: Teletype, options: PagerOptions) {
    this.#teletype = teletype;
    this.#options = options;
    this.#left = options.rows() - 1;
  }

  /** Somebody has seen enough: nothing more is shown. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Shows a piece of output; lines may come in pieces, which are shown as they come where nothing filters them. */
  async take(text: string): Promise<void> {
    const lines = `${this.#partial}${text}`.split('\n');
    const shownBefore = this.#options.filter === undefined ? this.#partial.length : 0;
    this.#partial = lines.pop() ?? '';
    // What has no line ends is cut, so that it is not gathered without end.
    if (this.#partial.length > MOST_PARTIAL) lines.push(this.#takePartial());
    let skip = shownBefore;
    for (const line of lines) {
      await this.#line(line, skip);
      skip = 0;
    }
    if (this.#options.filter === undefined && !this.#isOver && this.#partial.length > skip)
      await this.#teletype.print(this.#partial.slice(skip));
  }

  #takePartial(): string {
    const partial = this.#partial;
    this.#partial = '';
    return partial;
  }

  async end(): Promise<void> {
    const { filter } = this.#options;
    if (filter === undefined) return;
    if (this.#partial !== '') await this.#line(this.#partial, 0);
    for (const line of filter.end()) await this.#show(line, 0);
  }

  async #line(line: string, skip: number): Promise<void> {
    const { filter } = this.#options;
    for (const shown of filter?.take(line) ?? [line]) await this.#show(shown, skip);
  }

  async #show(line: string, skip: number): Promise<void> {
    if (this.#isOver) return;
    const rows = rowsOf(line, this.#options.columns());
    if (this.#options.rows() > 0 && this.#left < rows) await this.#more();
    if (this.isOver) return;
    this.#left -= rows;
    await this.#teletype.print(`${line.slice(skip)}\n`);
  }

  async #more(): Promise<void> {
    await this.#teletype.print(MORE);
    const key = await this.#teletype.readKey(this.#options.signal);
    await this.#teletype.printToLineStart(WIPE_MORE);
    if (key === SPACE) this.#left = this.#options.rows() - 1;
    else if (key === ENTER) this.#left = 1;
    else this.#isOver = true;
  }
}
