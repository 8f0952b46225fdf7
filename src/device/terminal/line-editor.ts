/**
 * One line being typed: what each key does to it, and what the screen must be sent. Pure: keys go in, text comes out.
 *
 * The keys are those of IOS: Ctrl-A/E/B/F/D/K/U/W/X/Y, Esc-B/F/D, Ctrl-P/N and the arrows, Ctrl-R, Ctrl-Z, Ctrl-C.
 */

export type EditOutcome =
  | { readonly kind: 'typed'; readonly echo: string }
  /** Enter; Ctrl-Z ends as `end`, Ctrl-C as `cancel`. */
  | { readonly kind: 'line'; readonly how: 'enter' | 'end' | 'cancel'; readonly line: string; readonly echo: string }
  | { readonly kind: 'help'; readonly line: string }
  | { readonly kind: 'complete'; readonly line: string }
  /** The line is to be shown anew, behind the prompt. */
  | { readonly kind: 'redraw' };

export interface EditorOptions {
  /** Earlier lines, the newest last. */
  readonly history: readonly string[];
  /** `line`: `?`, Tab, history and Ctrl-Z mean something. `answer`: they do not. `secret`: nothing is shown. */
  readonly kind: 'line' | 'answer' | 'secret';
}

/** What a device takes of one line; longer lines are cut, as their sender would want to know. */
const MOST_CHARACTERS = 16 * 1024;

const BELL = '\u0007';
const BACK = '\b';

type Edit = (editor: LineEditor) => EditOutcome;

const typed = (echo: string): EditOutcome => ({ kind: 'typed', echo });

export class LineEditor {
  readonly #options: EditorOptions;
  #text = '';
  #cursor = 0;
  #cut = '';
  /** What of the history is shown; its length is the line that is being typed. */
  #recalled: number;
  #draft = '';
  #escape = '';

  constructor(options: EditorOptions, text = '') {
    this.#options = options;
    this.#recalled = options.history.length;
    this.#text = text;
    this.#cursor = text.length;
  }

  get line(): string {
    return this.#text;
  }

  /** What follows the prompt when the line is shown anew, the cursor at its place. */
  get shown(): string {
    if (this.#options.kind === 'secret') return '';
    return this.#text + BACK.repeat(this.#text.length - this.#cursor);
  }

  /** Takes one byte of what is typed (a character of Latin-1, or a control key). */
  feed(key: number): EditOutcome {
    if (this.#escape !== '') return this.#escaped(String.fromCharCode(key));
    const edit = KEYS.get(key);
    if (edit !== undefined && (this.#options.kind === 'line' || !LINE_KEYS.has(key))) return edit(this);
    if (key < 0x20 || key === 0x7f) return typed('');
    return this.#insert(String.fromCharCode(key));
  }

  end(how: 'enter' | 'end' | 'cancel'): EditOutcome {
    const [line, marker] = [this.#text, { enter: '', end: '^Z', cancel: '^C' }[how]];
    return { kind: 'line', how, line: how === 'enter' ? line : '', echo: `${marker}\r\n` };
  }

  ask(what: 'help' | 'complete'): EditOutcome {
    return { kind: what, line: this.#text.slice(0, this.#cursor) };
  }

  beginEscape(): EditOutcome {
    this.#escape = '\u001b';
    return typed('');
  }

  move(to: number): EditOutcome {
    const target = Math.max(0, Math.min(this.#text.length, to));
    const from = this.#cursor;
    this.#cursor = target;
    return this.#show(target < from ? BACK.repeat(from - target) : this.#text.slice(from, target));
  }

  moveBy(steps: number): EditOutcome {
    return this.move(this.#cursor + steps);
  }

  toStart(): EditOutcome {
    return this.move(0);
  }

  toEnd(): EditOutcome {
    return this.move(this.#text.length);
  }

  moveByWord(direction: -1 | 1): EditOutcome {
    return this.move(this.#wordEdge(direction));
  }

  /** Removes what lies between the cursor and `to`. */
  erase(to: number): EditOutcome {
    const [from, until] = [Math.min(this.#cursor, to), Math.max(this.#cursor, to)];
    if (from < 0 || until > this.#text.length || from === until) return typed('');
    this.#cut = this.#text.slice(from, until);
    const rest = this.#text.slice(until);
    const back = BACK.repeat(this.#cursor - from);
    this.#text = this.#text.slice(0, from) + rest;
    this.#cursor = from;
    const gone = until - from;
    return this.#show(`${back}${rest}${' '.repeat(gone)}${BACK.repeat(rest.length + gone)}`);
  }

  eraseBy(steps: -1 | 1): EditOutcome {
    return this.erase(this.#cursor + steps);
  }

  eraseWord(direction: -1 | 1): EditOutcome {
    return this.erase(this.#wordEdge(direction));
  }

  eraseToEnd(): EditOutcome {
    return this.erase(this.#text.length);
  }

  eraseToStart(): EditOutcome {
    return this.erase(0);
  }

  eraseAll(): EditOutcome {
    return this.#replace('');
  }

  paste(): EditOutcome {
    return this.#insert(this.#cut);
  }

  recall(direction: -1 | 1): EditOutcome {
    const { history } = this.#options;
    const wanted = this.#recalled + direction;
    if (wanted < 0 || wanted > history.length) return typed(BELL);
    if (this.#recalled === history.length) this.#draft = this.#text;
    this.#recalled = wanted;
    return this.#replace(history[wanted] ?? this.#draft);
  }

  redraw(): EditOutcome {
    return { kind: 'redraw' };
  }

  /** Puts another line in the place of this one, and says only that it must be shown. */
  set(text: string): void {
    this.#text = text;
    this.#cursor = text.length;
  }

  #replace(text: string): EditOutcome {
    const old = this.#text.length;
    const clear = `${BACK.repeat(this.#cursor)}${' '.repeat(old)}${BACK.repeat(old)}`;
    this.#text = text;
    this.#cursor = text.length;
    return this.#show(`${clear}${text}`);
  }

  #insert(text: string): EditOutcome {
    if (this.#text.length + text.length > MOST_CHARACTERS) return typed(BELL);
    const rest = this.#text.slice(this.#cursor);
    this.#text = this.#text.slice(0, this.#cursor) + text + rest;
    this.#cursor += text.length;
    return this.#show(`${text}${rest}${BACK.repeat(rest.length)}`);
  }

  #show(echo: string): EditOutcome {
    return typed(this.#options.kind === 'secret' ? '' : echo);
  }

  #wordEdge(direction: -1 | 1): number {
    const isBlank = (index: number): boolean => /\s/.test(this.#text.charAt(index));
    let at = this.#cursor;
    if (direction === 1) {
      while (at < this.#text.length && isBlank(at)) at += 1;
      while (at < this.#text.length && !isBlank(at)) at += 1;
      return at;
    }
    while (at > 0 && isBlank(at - 1)) at -= 1;
    while (at > 0 && !isBlank(at - 1)) at -= 1;
    return at;
  }

  #escaped(key: string): EditOutcome {
    const sequence = this.#escape + key;
    if (sequence === '\u001b[' || sequence === '\u001bO') {
      this.#escape = sequence;
      return typed('');
    }
    // A sequence that begins with a bracket ends with a letter or a tilde; what is unknown is left out whole.
    if (sequence.length > 2 && /[\d;]/.test(key) && sequence.length < 16) {
      this.#escape = sequence;
      return typed('');
    }
    this.#escape = '';
    return ESCAPES.get(sequence)?.(this) ?? typed('');
  }
}

const ctrl = (letter: string): number => letter.charCodeAt(0) - 64;

const KEYS: ReadonlyMap<number, Edit> = new Map<number, Edit>([
  [ctrl('A'), (editor) => editor.toStart()],
  [ctrl('B'), (editor) => editor.moveBy(-1)],
  [ctrl('C'), (editor) => editor.end('cancel')],
  [ctrl('D'), (editor) => editor.eraseBy(1)],
  [ctrl('E'), (editor) => editor.toEnd()],
  [ctrl('F'), (editor) => editor.moveBy(1)],
  [ctrl('H'), (editor) => editor.eraseBy(-1)],
  [0x7f, (editor) => editor.eraseBy(-1)],
  [ctrl('I'), (editor) => editor.ask('complete')],
  [ctrl('K'), (editor) => editor.eraseToEnd()],
  [ctrl('L'), (editor) => editor.redraw()],
  [ctrl('M'), (editor) => editor.end('enter')],
  [ctrl('N'), (editor) => editor.recall(1)],
  [ctrl('P'), (editor) => editor.recall(-1)],
  [ctrl('R'), (editor) => editor.redraw()],
  [ctrl('U'), (editor) => editor.eraseToStart()],
  [ctrl('W'), (editor) => editor.eraseWord(-1)],
  [ctrl('X'), (editor) => editor.eraseToStart()],
  [ctrl('Y'), (editor) => editor.paste()],
  [ctrl('Z'), (editor) => editor.end('end')],
  [ctrl('['), (editor) => editor.beginEscape()],
  ['?'.charCodeAt(0), (editor) => editor.ask('help')],
]);

/** Keys that are ordinary (or nothing) in an answer. */
const LINE_KEYS: ReadonlySet<number> = new Set([
  ctrl('I'),
  ctrl('N'),
  ctrl('P'),
  ctrl('Z'),
  ctrl('R'),
  ctrl('L'),
  '?'.charCodeAt(0),
]);

const ESCAPES: ReadonlyMap<string, Edit> = new Map<string, Edit>([
  ['\u001bb', (editor) => editor.moveByWord(-1)],
  ['\u001bf', (editor) => editor.moveByWord(1)],
  ['\u001bd', (editor) => editor.eraseWord(1)],
  ['\u001b[A', (editor) => editor.recall(-1)],
  ['\u001b[B', (editor) => editor.recall(1)],
  ['\u001b[C', (editor) => editor.moveBy(1)],
  ['\u001b[D', (editor) => editor.moveBy(-1)],
  ['\u001bOA', (editor) => editor.recall(-1)],
  ['\u001bOB', (editor) => editor.recall(1)],
  ['\u001bOC', (editor) => editor.moveBy(1)],
  ['\u001bOD', (editor) => editor.moveBy(-1)],
]);
