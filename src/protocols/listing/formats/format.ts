/** What a format of listings is: a reader of lines, made anew for each listing. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';

export interface ListingContext {
  /** Milliseconds since 1970: a date without a year is the last one before that. */
  readonly nowMs: number;
}

export interface LineReader {
  /** What the line is in this format; `undefined` when it is of another. Never throws. */
  read(line: string): ParsedLine | undefined;
  /** What was held back behind the last line. */
  end?(): ParsedLine | undefined;
}

export interface ListingFormat {
  /** As documents call it. */
  readonly name: string;
  readonly open: (context: ListingContext) => LineReader;
}

/** A format whose lines know nothing of one another. */
export const lineByLine = (
  name: string,
  read: (line: string, context: ListingContext) => ParsedLine | undefined,
): ListingFormat => ({ name, open: (context) => ({ read: (line) => read(line, context) }) });

export const NOTHING: ParsedLine = { kind: 'nothing' };

const issue = (why: string): ParsedLine => ({ kind: 'issue', why });

/** An entry whose name may stand in a directory; `.` and `..` are nothing, what would lead elsewhere is an issue. */
export function named(entry: ParsedEntry): ParsedLine {
  const { name } = entry;
  if (name === '.' || name === '..') return NOTHING;
  if (name === '') return issue('a line without a name');
  if (name.includes('/')) return issue('a name that would lead out of the directory');
  if (name.includes('\0')) return issue('a name with a NUL');
  return { kind: 'entry', entry };
}
