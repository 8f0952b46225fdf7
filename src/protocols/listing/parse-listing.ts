/** Reads listings: MLSD by the standard, LIST by trying the formats that are known, line by line. */
import type { HeldLine, LineReader, ListingContext } from './formats/format.ts';
import { LISTING_FORMATS } from './formats/table.ts';
import type { ListingParser, ParsedLine } from './parsed.ts';
import { parseMlsx } from './parse-mlsx.ts';

/** Longer lines are not looked at: no name is so long. */
const MAX_LINE_LENGTH = 64 * 1024;

const NOTHING: ParsedLine = { kind: 'nothing' };
const TOO_LONG: ParsedLine = { kind: 'issue', why: 'a line that is too long to be looked at' };
const UNKNOWN: ParsedLine = { kind: 'issue', why: 'nobody knows this format' };

/** For MLSD (RFC 3659 §7). */
export const mlsdParser = (): ListingParser => ({
  parse: (line) => (line.length > MAX_LINE_LENGTH ? TOO_LONG : parseMlsx(line)),
  end: () => NOTHING,
});

/** The formats of one listing. The one that understood the line before is the first of them. */
class Readers {
  readonly #readers: LineReader[];

  constructor(context: ListingContext) {
    this.#readers = LISTING_FORMATS.map((format) => format.open(context));
  }

  read(line: string): ParsedLine | HeldLine {
    if (line.length > MAX_LINE_LENGTH) return TOO_LONG;
    if (line.trim() === '') return NOTHING;
    for (const [index, reader] of this.#readers.entries()) {
      const read = reader.read(line);
      if (read === undefined) continue;
      if (index > 0) this.#readers.unshift(...this.#readers.splice(index, 1));
      return read;
    }
    return UNKNOWN;
  }
}

/** What is given late must say what it is about. */
const late = (read: ParsedLine, line: string): ParsedLine => (read.kind === 'issue' ? { ...read, line } : read);

/** Half an entry, and the line that it stood on. */
interface Half {
  readonly line: string;
  readonly held: HeldLine;
}

/** Gives one result for each line, though half an entry needs the next line to be known: at most one result waits. */
class LineByLine implements ListingParser {
  readonly #readers: Readers;
  readonly #waiting: ParsedLine[] = [];
  #half: Half | undefined;

  constructor(context: ListingContext) {
    this.#readers = new Readers(context);
  }

  parse(line: string): ParsedLine {
    const half = this.#half;
    this.#half = undefined;
    const joined = line.length > MAX_LINE_LENGTH ? undefined : half?.held.join(line);
    if (joined !== undefined) return this.#give(joined);
    if (half !== undefined) this.#waiting.push(late(half.held.alone, half.line));
    const read = this.#readers.read(line);
    if (read.kind !== 'held') return this.#give(this.#waiting.length === 0 ? read : late(read, line));
    this.#half = { line, held: read };
    return this.#give(NOTHING);
  }

  end(): ParsedLine {
    const half = this.#half;
    this.#half = undefined;
    return this.#give(half === undefined ? NOTHING : late(half.held.alone, half.line));
  }

  #give(read: ParsedLine): ParsedLine {
    if (read.kind !== 'nothing') this.#waiting.push(read);
    return this.#waiting.shift() ?? NOTHING;
  }
}

/**
 * For LIST, which has no standard. The format that understood the line before is tried first; a line that none
 * understands is an issue, and the next is tried anew.
 */
export const listParser = (context: ListingContext): ListingParser => new LineByLine(context);
