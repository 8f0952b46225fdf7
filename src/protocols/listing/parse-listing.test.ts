import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { describeListings, nowMs, readListing, shownLine } from '../../../test/support/listing-lines.ts';
import { DEFAULT_FACTS, FACT_NAMES, mlsxLine } from './mlsx.ts';
import { listParser, mlsdParser } from './parse-listing.ts';
import { unixLine } from './unix.ts';

const LS = '-rw-r--r-- 1 a a 7 Mar 15 10:20';
const DIR = '03-15-24  10:20AM  7';

describeListings('what nobody knows is told, and does not end the listing', [
  ['what is this', 'issue: nobody knows this format'],
  ['NAME 12', 'issue: nobody knows this format'],
  [
    `${LS} one\n<html>\n${LS} two`,
    'file 7 2026-03-15T10:20 "one" 644 a a',
    'issue: nobody knows this format',
    'file 7 2026-03-15T10:20 "two" 644 a a',
  ],
]);

describeListings('each line is judged alone: a listing may change its format', [
  [
    `${LS} a\n${DIR} b\n+r,\tc\n${LS} d`,
    'file 7 2026-03-15T10:20 "a" 644 a a',
    'file 7 2024-03-15T10:20 "b"',
    'file - - "c"',
    'file 7 2026-03-15T10:20 "d" 644 a a',
  ],
]);

describe('one result for each line', () => {
  test('an issue that comes late says which line it is about', () => {
    const parser = listParser({ nowMs });
    assert.deepEqual(parser.parse('CUT_OFF.TXT;1'), { kind: 'nothing' });
    const first = parser.parse('what is this');
    assert.ok(first.kind === 'issue');
    assert.equal(first.line, 'CUT_OFF.TXT;1');
    const second = parser.parse(`${LS} a`);
    assert.ok(second.kind === 'issue');
    assert.equal(second.line, 'what is this');
    assert.equal(shownLine(parser.end()), 'file 7 2026-03-15T10:20 "a" 644 a a');
    assert.deepEqual(parser.end(), { kind: 'nothing' });
  });

  test('no line that names something is lost, in any order', () => {
    const lines = fc.constantFrom(
      `${LS} a`,
      'LONG.TXT;1',
      'B.TXT;1  1  15-MAR-2024 10:20',
      'what is this',
      `${DIR} b`,
      '',
    );
    const expected = (line: string): number => (line === '' ? 0 : 1);
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 20 }), (listing) => {
        const count = listing.reduce((sum, line) => sum + expected(line), 0);
        assert.equal(readListing(listing.join('\n')).length, count);
      }),
    );
  });
});

const anyName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .map((text) => text.replace(/[\0-\x1f\x7f/]/g, '_'))
  .filter((text) => text !== '.' && text !== '..' && text !== '');
const anyEntry = fc.record({
  name: anyName,
  type: fc.constantFrom('file' as const, 'directory' as const),
  sizeBytes: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  modifiedMs: fc.integer({ min: Date.UTC(1971, 0, 1), max: nowMs }).map((ms) => Math.floor(ms / 1000) * 1000),
  mode: fc.nat({ max: 0o7777 }),
  ownerId: fc.nat(),
  groupId: fc.nat(),
});

describe('what our own server prints is read back', () => {
  test('LIST: to the minute or the day', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const read = listParser({ nowMs }).parse(unixLine(entry, nowMs));
        assert.ok(read.kind === 'entry');
        const { modifiedMs = 0, modifiedPrecision, ...rest } = read.entry;
        const stepMs = modifiedPrecision === 'day' ? 86_400_000 : 60_000;
        assert.equal(modifiedMs, Math.floor(entry.modifiedMs / stepMs) * stepMs);
        assert.deepEqual(
          [rest.name, rest.type, rest.sizeBytes, rest.mode, rest.owner, rest.group],
          [entry.name, entry.type, entry.sizeBytes, entry.mode, String(entry.ownerId), String(entry.groupId)],
        );
      }),
    );
  });

  test('LIST: links, unless their names hold an arrow, and what is neither file nor directory', () => {
    const target = anyName.filter((name) => !name.includes(' -> '));
    const links = fc.record({ name: target, linkTarget: target, sizeBytes: fc.nat() });
    fc.assert(
      fc.property(links, ({ name, linkTarget, sizeBytes }) => {
        const link = { name, linkTarget, sizeBytes, type: 'symlink', modifiedMs: nowMs } as const;
        const read = listParser({ nowMs }).parse(unixLine(link, nowMs));
        assert.ok(read.kind === 'entry');
        assert.deepEqual([read.entry.name, read.entry.linkTarget], [name, linkTarget]);
        const other = listParser({ nowMs }).parse(unixLine({ ...link, type: 'other' }, nowMs));
        assert.ok(other.kind === 'entry');
        assert.deepEqual([other.entry.name, other.entry.type], [name, 'other']);
      }),
    );
  });

  test('MLSD: exactly', () => {
    const context = { permissions: new Set<never>() };
    fc.assert(
      fc.property(anyEntry, fc.constantFrom(DEFAULT_FACTS, FACT_NAMES), (entry, facts) => {
        const read = mlsdParser().parse(mlsxLine(entry, facts, context));
        assert.ok(read.kind === 'entry');
        const { name, type, modifiedMs, mode } = read.entry;
        assert.deepEqual([name, type, modifiedMs, mode], [entry.name, entry.type, entry.modifiedMs, entry.mode]);
        if (entry.type === 'file') assert.equal(read.entry.sizeBytes, entry.sizeBytes);
      }),
    );
  });
});

describe('no line is too much', () => {
  const pieces = fc.constantFrom(
    '-rw-r--r--',
    'd',
    '[RWCE]',
    '1',
    '12/24',
    ' ',
    '   ',
    'Mar',
    '15',
    '10:20',
    '2024',
    ';1',
    '+',
    '\t',
    '*DIR',
    '<DIR>',
    '03-15-24',
    'a/b',
    '\0',
    '\udcff',
  );
  test('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 12 }), (parts) => {
        const parser = listParser({ nowMs });
        parser.parse(parts.join(' '));
        parser.parse(parts.join(''));
        mlsdParser().parse(parts.join('='));
        parser.end();
      }),
    );
  });
  for (const filler of [' ', '1', '=', ';', 'a=b;', '[', '-', 'Mar 15 ', '-rw-r--r-- ', '1,', '\t', '/'])
    test(`a line of ${JSON.stringify(filler)} is read in no time`, () => {
      const line = filler.repeat(60_000 / filler.length);
      const startMs = performance.now();
      for (const text of [line, `-rw-r--r-- 1 ${line}`, `+${line}`, `${line};1`, `type=${line}`]) {
        listParser({ nowMs }).parse(text);
        mlsdParser().parse(text);
      }
      assert.ok(performance.now() - startMs < 2000, 'its time grows faster than its length');
    });
  test('beyond 64 Ki letters it is not looked at', () => {
    assert.deepEqual(readListing('x'.repeat(70_000)), ['issue: a line that is too long to be looked at']);
  });
});
