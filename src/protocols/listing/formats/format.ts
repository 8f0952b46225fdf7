/** What a format of listings is: a reader of lines, made anew for each listing. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';

export interface ListingContext {
  /** Milliseconds since 1970: a date without a year is the last one before that. */
  readonly nowMs: number;
}

/** The first half of an entry that is broken over two lines. */
export interface HeldLine {
  readonly kind: 'held';
  /** The entry, when the next line is its second half; `undefined` when that is a line of its own. */
  readonly join: (next: string) => ParsedLine | undefined;
  /** What the first half is alone. */
  readonly alone: ParsedLine;
}

export interface LineReader {
  /** What the line is in this format; `undefined` when it is of another. Never throws. */
  read(line: string): ParsedLine | HeldLine | undefined;
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

export const issue = (why: string): ParsedLine => ({ kind: 'issue', why });

/** Why no entry of a directory can have this name; `undefined` when one can. */
function whyNoName(name: string): string | undefined {
  if (name === '') return 'a line without a name';
  if (name.includes('\0')) return 'a name with a NUL, which no file can have';
  if (name.includes('/') || name === '.' || name === '..') return 'a name that would lead out of the directory';
  return undefined;
}

/** An entry whose name may stand in a directory; the directories `.` and `..` are nothing, what leads elsewhere is an issue. */
export function named(entry: ParsedEntry): ParsedLine {
  const { name, type } = entry;
  if (type === 'directory' && (name === '.' || name === '..')) return NOTHING;
  const why = whyNoName(name);
  return why === undefined ? { kind: 'entry', entry } : issue(why);
}

/** The last part of a name that a format shows with its own directory before it. */
export const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** An object of one fact, or of none when it is not known: exact optional properties have no `undefined`. */
export const fact = <Key extends keyof ParsedEntry>(
  key: Key,
  value: ParsedEntry[Key] | undefined,
): Partial<ParsedEntry> => (value === undefined ? {} : { [key]: value });
