import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shownLine } from '../../../test/support/listing-lines.ts';
import { parseMlsx } from './parse-mlsx.ts';

/** Lines and what is read from them. */
function facts(title: string, cases: readonly (readonly [line: string, expected: string])[]): void {
  describe(title, () => {
    for (const [line, expected] of cases) test(line, () => assert.equal(shownLine(parseMlsx(line)), expected));
  });
}

const NO_LINE = 'issue: this is no line of facts and a name';

facts('facts and names (RFC 3659 §7.2)', [
  ['type=file;size=7;modify=20240315102030; a b', 'file 7 2024-03-15T10:20:30 "a b"'],
  ['Type=FILE;Size=7;MODIFY=20240315102030;UNIX.mode=0640; x', 'file 7 2024-03-15T10:20:30 "x" 640'],
  ['type=file;size=7 no last semicolon; here', 'file 7 - "no last semicolon; here"'],
  ['type=dir;modify=20240315102030  lead;semi', 'directory - 2024-03-15T10:20:30 " lead;semi"'],
  ['type=file; trail  ', 'file - - "trail  "'],
  ['type=file;size=7;size=9;Size=11; first counts', 'file 7 - "first counts"'],
  ['type=file;x.unknown=1;media-type=text/plain;size=7; unknown', 'file 7 - "unknown"'],
  ['type=file;__proto__=1;constructor=2;toString=3; plain', 'file - - "plain"'],
  ['type=file;size=;modify=;UNIX.mode=;UNIX.owner=;unique=;perm=; empty values', 'file - - "empty values"'],
  ['type=file;;;size=7; empty facts', 'file 7 - "empty facts"'],
  [' no facts', 'file - - "no facts"'],
  ['', 'nothing'],
  ['nonsense', NO_LINE],
  ['no facts; x', NO_LINE],
  ['=1; x', NO_LINE],
]);

facts('type (§7.5.1)', [
  ['type=cdir; .', 'nothing'],
  ['Type=PDIR; ..', 'nothing'],
  ['type=cdir; /images', 'nothing'],
  ['type=dir; .', 'nothing'],
  ['type=dir; ..', 'nothing'],
  ['type=OS.unix=slink:/a/b; l', 'symlink - - "l" -> /a/b'],
  ['type=OS.unix=slink:a b; l', 'symlink - - "l" -> a b'],
  ['type=OS.UNIX=SLINK:A; l', 'symlink - - "l" -> A'],
  ['type=OS.unix=slink:; l', 'symlink - - "l"'],
  ['type=OS.unix=slink; l', 'symlink - - "l"'],
  ['type=OS.unix=symlink; l', 'symlink - - "l"'],
  ['type=OS.unix=chr-4/64; tty', 'other - - "tty"'],
  ['type=OS.unix=slinkage; x', 'other - - "x"'],
  ['perm=elcmp; by what may be done', 'directory - - "by what may be done"'],
  ['UNIX.mode=040755; by its mode', 'directory - - "by its mode" 755'],
  ['size=7; nobody says', 'file 7 - "nobody says"'],
]);

facts('sizes and times', [
  ['type=dir;sizd=4096; d', 'directory 4096 - "d"'],
  ['type=file;size=9007199254740991; largest', 'file 9007199254740991 - "largest"'],
  ['type=file;size=-1; x', 'issue: a size that is none'],
  ['type=file;size=99999999999999999999; x', 'issue: a size that is none'],
  ['type=file;size=0x10; x', 'issue: a size that is none'],
  ['type=dir;size=-1; a directory needs none', 'directory - - "a directory needs none"'],
  ['type=file;modify=20240315102030.5; x', 'file - 2024-03-15T10:20:30.500 "x"'],
  ['type=file;modify=20240315102030.123456; x', 'file - 2024-03-15T10:20:30.123 "x"'],
  ['type=file;modify=20240230000000; no such day', 'file - - "no such day"'],
  ['type=file;modify=20241399999999; bad', 'file - - "bad"'],
  ['type=file;modify=2024; short', 'file - - "short"'],
  ['type=file;modify=19700101000000; the first', 'file - 1970-01-01T00:00:00 "the first"'],
]);

facts('owners', [
  ['type=file;UNIX.owner=1000;UNIX.group=100; x', 'file - - "x" 1000 100'],
  ['type=file;UNIX.ownername=ann;UNIX.groupname=users; x', 'file - - "x" ann users'],
  ['type=file;UNIX.owner=;UNIX.ownername=ann; x', 'file - - "x" ann'],
  ['type=file;UNIX.groupname=Domain Users;size=7; x y', 'file 7 - "x y" Domain Users'],
]);

facts('names that are none', [
  ['type=file; ../x', 'issue: a name that would lead out of the directory'],
  ['type=file; /etc/passwd', 'issue: a name that would lead out of the directory'],
  ['type=file; ..', 'issue: a name that would lead out of the directory'],
  ['type=OS.unix=slink:/; ..', 'issue: a name that would lead out of the directory'],
  ['type=file; ', 'issue: a line without a name'],
  ['type=file; a\0b', 'issue: a name with a NUL, which no file can have'],
]);

test('what else is kept: creation, perm and unique as they came', () => {
  const read = parseMlsx('type=file;create=20240101000000;perm=adfrw;unique=801g%2a.; x');
  assert.ok(read.kind === 'entry');
  const { createdMs, permissions, uniqueId } = read.entry;
  assert.deepEqual([createdMs, permissions, uniqueId], [Date.UTC(2024, 0, 1), 'adfrw', '801g%2a.']);
});
