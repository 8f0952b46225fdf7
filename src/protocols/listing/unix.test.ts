import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListedEntry } from './entry.ts';
import { modeLetters, unixLine } from './unix.ts';

const NOW = Date.UTC(2026, 10, 23, 1, 10, 40);
const file: ListedEntry = { name: 'a', type: 'file', sizeBytes: 5, modifiedMs: NOW, mode: 0o644 };

const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('lines as ls -l prints them', () => {
  const table: [Partial<ListedEntry>, string][] = [
    [
      { name: 'c2911.bin', sizeBytes: 81923, ownerId: 1000, groupId: 100, linkCount: 2 },
      '-rw-r--r--    2 1000     100             81923 Nov 23 01:10 c2911.bin',
    ],
    [
      { name: 'images', type: 'directory', mode: 0o1777, modifiedMs: Date.UTC(2020, 0, 3) },
      'drwxrwxrwt    1 ftp      ftp                 5 Jan  3  2020 images',
    ],
    [
      { name: 'l', type: 'symlink', mode: 0o777, linkTarget: 'images/new one' },
      'lrwxrwxrwx    1 ftp      ftp                 5 Nov 23 01:10 l -> images/new one',
    ],
    [
      { name: ' two  words ', type: 'other', mode: 0 },
      'p---------    1 ftp      ftp                 5 Nov 23 01:10  two  words ',
    ],
    [{ name: 'x\r\n226 done\0\x7f' }, '-rw-r--r--    1 ftp      ftp                 5 Nov 23 01:10 x??226 done??'],
  ];
  for (const [changes, expected] of table) assert.equal(unixLine({ ...file, ...changes }, NOW), expected);
});

test('the year takes the place of the time for what is older than half a year, or lies in the future', () => {
  const shown = (modifiedMs: number): string => unixLine({ ...file, modifiedMs }, NOW).slice(47, 59);
  const day = 86_400_000;
  assert.equal(shown(NOW - 182 * day), 'May 25 01:10');
  assert.equal(shown(NOW - 183 * day), 'May 24  2026');
  assert.equal(shown(NOW + 1_000), 'Nov 23 01:10');
  assert.equal(shown(NOW + day), 'Nov 24  2026');
});

test('setuid, setgid and sticky', () => {
  assert.equal(modeLetters(0o7777), 'rwsrwsrwt');
  assert.equal(modeLetters(0o7000), '--S--S--T');
  assert.equal(modeLetters(0o4755), 'rwsr-xr-x');
});

const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger());

test('one line of at least nine words for any entry', () => {
  const entries = fc.record({
    name: anyText,
    type: fc.constantFrom('file', 'directory', 'symlink', 'other'),
    sizeBytes: anyNumber,
    modifiedMs: anyNumber,
    mode: anyNumber,
    ownerId: anyNumber,
    groupId: anyNumber,
    linkCount: anyNumber,
    linkTarget: anyText,
  } as const);
  fc.assert(
    fc.property(entries, anyNumber, (entry, nowMs) => {
      assert.match(
        unixLine(entry, nowMs),
        /^[-dlp][-rwxsStT]{9} +\d+ \d+ +\d+ +\d+ [A-Z][a-z]{2} [ \d]\d (\d\d:\d\d| \d{1,4}) [^\x00-\x08\x0a-\x1f\x7f]*$/u,
      );
    }),
  );
});
