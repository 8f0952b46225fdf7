/** Tables of lines of listings and what is read from them, as tests that read like documents. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ParsedEntry, ParsedLine } from '../../src/protocols/listing/parsed.ts';
import { listParser } from '../../src/protocols/listing/parse-listing.ts';

/** When all listings of the tables were asked for. */
export const nowMs = Date.UTC(2026, 10, 23, 7);

function shownTime({ modifiedMs, modifiedPrecision }: ParsedEntry): string {
  const digits = { millisecond: 23, second: 19, minute: 16, day: 10 }[modifiedPrecision ?? 'day'];
  return modifiedMs === undefined ? '-' : new Date(modifiedMs).toISOString().slice(0, digits);
}

/** `file 5 2024-03-15T10:20 "name" 644 owner group -> target`; `~5` is about five bytes, `-` what is not known. */
export function shownEntry(entry: ParsedEntry): string {
  const { type, sizeBytes, roughSizeBytes, name, mode, owner, group, linkTarget } = entry;
  const size = sizeBytes ?? (roughSizeBytes === undefined ? '-' : `~${roughSizeBytes}`);
  const target = linkTarget === undefined ? undefined : `-> ${linkTarget}`;
  const rest = [mode?.toString(8), owner, group, target].filter((part) => part !== undefined);
  return [type, size, shownTime(entry), JSON.stringify(name), ...rest].join(' ');
}

/** `nothing`, `issue: why`, or the entry. */
export function shownLine(read: ParsedLine): string {
  if (read.kind === 'entry') return shownEntry(read.entry);
  return read.kind === 'issue' ? `issue: ${read.why}` : 'nothing';
}

/** What a listing gives, in its order; what stands for nothing is left out. */
export function readListing(text: string): string[] {
  const parser = listParser({ nowMs });
  const reads = text.split('\n').map((line) => parser.parse(line));
  return [...reads, parser.end()].filter(({ kind }) => kind !== 'nothing').map(shownLine);
}

/** A line, or several, and what they give. */
export type ListingCase = readonly [lines: string, ...expected: string[]];

export function describeListings(family: string, cases: readonly ListingCase[]): void {
  describe(family, () => {
    for (const [lines, ...expected] of cases) test(lines, () => assert.deepEqual(readListing(lines), expected));
  });
}
