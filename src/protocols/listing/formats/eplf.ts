/** EPLF, Easily Parsed LIST Format: facts between `+` and a tab (D. J. Bernstein, 1996). */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { lineByLine, type ListingFormat, named } from './format.ts';

const count = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/** What each letter says; facts that are not known are passed over, as the format wants. */
const FACTS: ReadonlyMap<string, (value: string) => Partial<ParsedEntry>> = new Map<
  string,
  (value: string) => Partial<ParsedEntry>
>([
  ['/', () => ({ type: 'directory' })],
  ['s', (value: string) => ({ sizeBytes: count(value) ?? 0 })],
  ['m', (value: string) => when(count(value))],
  ['i', (value: string) => ({ uniqueId: value })],
  ['u', (value: string) => permissionBits(value)],
]);

const when = (seconds: number | undefined): Partial<ParsedEntry> =>
  seconds === undefined ? {} : { modifiedMs: seconds * 1000, modifiedPrecision: 'second' };

const permissionBits = (value: string): Partial<ParsedEntry> =>
  /^p[0-7]{3,4}$/.test(value) ? { mode: Number.parseInt(value.slice(1), 8) } : {};

function read(line: string): ParsedLine | undefined {
  const tab = line.indexOf('\t');
  if (!line.startsWith('+') || tab < 0) return undefined;
  let entry: ParsedEntry = { name: line.slice(tab + 1), type: 'file' };
  for (const fact of line.slice(1, tab).split(',')) entry = { ...entry, ...FACTS.get(fact[0] ?? '')?.(fact.slice(1)) };
  return named(entry);
}

export const eplfFormat: ListingFormat = lineByLine('EPLF', read);
