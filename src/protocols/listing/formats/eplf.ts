/** EPLF, Easily Parsed LIST Format: facts between `+` and a tab (D. J. Bernstein, 1996). */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { fact, lineByLine, type ListingFormat, named } from './format.ts';

/** A line with more facts is not from a server that means well. */
const MAX_FACTS = 100;

const count = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** Seconds since 1970: the one kind of LIST whose times are UTC by definition. */
const when = (seconds: number | undefined): Partial<ParsedEntry> =>
  seconds === undefined ? {} : { modifiedMs: seconds * 1000, modifiedPrecision: 'second' };

const permissionBits = (value: string): Partial<ParsedEntry> =>
  /^p[0-7]{1,5}$/.test(value) ? { mode: Number.parseInt(value.slice(1), 8) & 0o7777 } : {};

/** What each letter says; facts that are not known are passed over, as the format wants. */
const FACTS: ReadonlyMap<string, (value: string) => Partial<ParsedEntry>> = new Map([
  ['/', (): Partial<ParsedEntry> => ({ type: 'directory' })],
  ['s', (value: string) => fact('sizeBytes', count(value))],
  ['m', (value: string) => when(count(value))],
  ['i', (value: string) => ({ uniqueId: value })],
  ['u', permissionBits],
]);

function read(line: string): ParsedLine | undefined {
  const tab = line.indexOf('\t');
  if (!line.startsWith('+') || tab < 0) return undefined;
  const facts = line.slice(1, tab).split(',', MAX_FACTS);
  const known = facts.map((text) => FACTS.get(text[0] ?? '')?.(text.slice(1)));
  // Neither `r` (can be retrieved) nor `/` (can be gone into): not a file that anybody could get.
  const type = facts.includes('r') ? 'file' : 'other';
  return named(Object.assign({ name: line.slice(tab + 1), type }, ...known) as ParsedEntry);
}

export const eplfFormat: ListingFormat = lineByLine('EPLF', read);
