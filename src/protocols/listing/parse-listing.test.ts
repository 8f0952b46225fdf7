import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_FACTS, FACT_NAMES, mlsxLine } from './mlsx.ts';
import type { ParsedEntry } from './parsed.ts';
import { listParser, mlsdParser } from './parse-listing.ts';
import { parseMlsx } from './parse-mlsx.ts';
import { unixLine } from './unix.ts';

const nowMs = Date.UTC(2026, 10, 23, 7);

/** `file 5 2024-03-15T10:20 name`, with what else is known behind it. */
function shown({
  type,
  sizeBytes,
  modifiedMs,
  modifiedPrecision,
  name,
  linkTarget,
  mode,
  owner,
  group,
}: ParsedEntry): string {
  const digits = { millisecond: 23, second: 19, minute: 16, day: 10 }[modifiedPrecision ?? 'day'];
  const time = modifiedMs === undefined ? '-' : new Date(modifiedMs).toISOString().slice(0, digits);
  const rest = [mode?.toString(8), owner, group, linkTarget && `-> ${linkTarget}`].filter((part) => part !== undefined);
  return [type, sizeBytes ?? '-', time, JSON.stringify(name), ...rest].join(' ');
}

function readLines(text: string): string[] {
  const parser = listParser({ nowMs });
  const reads = text.split('\n').map((line) => parser.parse(line));
  return [...reads, parser.end()].flatMap((read) =>
    read.kind === 'nothing' ? [] : [read.kind === 'entry' ? shown(read.entry) : `issue: ${read.why}`],
  );
}

const FAMILIES: Readonly<Record<string, readonly (readonly [lines: string, ...expected: string[]])[]>> = {
  'unix: ls -l and those who imitate it': [
    ['total 12'],
    ['insgesamt 12'],
    ['-rw-r--r--   1 ftp      ftp             5 Nov 20 10:20 a b', 'file 5 2026-11-20T10:20 "a b" 644 ftp ftp'],
    [
      '-rw-r--r--   1 ftp      ftp             5 Dec 24 10:20 last year',
      'file 5 2025-12-24T10:20 "last year" 644 ftp ftp',
    ],
    ['-rw-r--r--   1 ftp      ftp             5 Nov 24 06:20 zone', 'file 5 2026-11-24T06:20 "zone" 644 ftp ftp'],
    ['drwxr-xr-x    2 0        0            4096 Jan 01  2019  lead', 'directory 4096 2019-01-01 " lead" 755 0 0'],
    ['lrwxrwxrwx 1 root root 7 Mar 15 10:20 l -> a -> b', 'symlink 7 2026-03-15T10:20 "l" 777 root root -> a -> b'],
    ['-rw-r--r-- 1 root root 7 Mar 15 10:20 l -> a', 'file 7 2026-03-15T10:20 "l -> a" 644 root root'],
    ['crw-rw---- 1 root tty 4, 64 Mar 15 10:20 ttyS0', 'other - 2026-03-15T10:20 "ttyS0" 660 root tty'],
    ['-rwsr-sr-t 1 ann users 7 Mar 15 10:20 bits', 'file 7 2026-03-15T10:20 "bits" 7755 ann users'],
    ['-rwSr-Sr-T 1 ann users 7 Mar 15 10:20 bits', 'file 7 2026-03-15T10:20 "bits" 7644 ann users'],
    ['-rw-r--r--+ 1 ann users 7 Mar 15 10:20 acl', 'file 7 2026-03-15T10:20 "acl" 644 ann users'],
    ['-rw-r--r--. 1 ann Domain Users 7 Mar 15 10:20 x', 'file 7 2026-03-15T10:20 "x" 644 ann Domain Users'],
    ['-rw-r--r-- 1 ann 7 Mar 15 10:20 no group', 'file 7 2026-03-15T10:20 "no group" 644 ann'],
    ['-rw-r--r-- ann 7 Mar 15 10:20 no links', 'file 7 2026-03-15T10:20 "no links" 644 ann'],
    ['drwxrwxrwx  folder  2 Mar 15 10:20 Mac', 'directory 2 2026-03-15T10:20 "Mac" 777 folder'],
    ['1234 -rw-r--r-- 1 ann ann 7 Mar 15 10:20 inode', 'file 7 2026-03-15T10:20 "inode" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 2024-03-15 10:20 iso', 'file 7 2024-03-15T10:20 "iso" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 2024-03-15 10:20:30.5 +0100 zone', 'file 7 2024-03-15T09:20:30 "zone" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 15. Mär 10:20 deutsch', 'file 7 2026-03-15T10:20 "deutsch" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 15 févr. 2024 français', 'file 7 2024-02-15 "français" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 3月 15日 10:20 日本', 'file 7 2026-03-15T10:20 "日本" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 3월 15일 2024 한국', 'file 7 2024-03-15 "한국" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 Feb 29 10:20 leap', 'file 7 2024-02-29T10:20 "leap" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 99999999999999999999 Mar 15 10:20 huge', 'file - 2026-03-15T10:20 "huge" 644 ann ann'],
    ['-rw-r--r-- 1 ann ann 7 Mar 15 10:20 .\n-rw-r--r-- 1 ann ann 7 Mar 15 10:20 ..'],
    ['-rw-r--r-- 1 a a 7 Mar 15 10:20 ../x', 'issue: a name that would lead out of the directory'],
    ['-rw-r--r-- 1 a a 7 Mar 15 10:20 /etc/passwd', 'issue: a name that would lead out of the directory'],
    ['-rw-r--r-- 1 a a 7 Mar 15 10:20', 'issue: a line without a name'],
  ],
  'NetWare: rights in brackets': [
    ['d [RWCEAFMS] admin 512 Mar 15 10:20 images', 'directory 512 2026-03-15T10:20 "images" admin'],
    ['- [R----F--] admin 512 Mar 15 2024 a b.txt', 'file 512 2024-03-15 "a b.txt" admin'],
  ],
  'DOS: IIS and others': [
    ['03-15-24  10:20AM       <DIR>          dir name', 'directory - 2024-03-15T10:20 "dir name"'],
    ['03-15-24  12:05AM                    7 midnight', 'file 7 2024-03-15T00:05 "midnight"'],
    ['03-15-2024  10:20PM           1,234,567 big.bin', 'file 1234567 2024-03-15T22:20 "big.bin"'],
    ['15.03.2024  22:20    <DIR>  x', 'directory - 2024-03-15T22:20 "x"'],
    ['2024-03-15  10:20 PM    <JUNCTION>     j [C:\\x]', 'directory - 2024-03-15T22:20 "j" -> C:\\x'],
  ],
  'EPLF: facts before a tab': [
    ['+i8388621.29609,m824255902,/,\ttdev', 'directory - 1996-02-13T23:58:22 "tdev"'],
    ['+i8388621.44468,m839956783,r,s10376,up644,\ta b', 'file 10376 1996-08-13T17:19:43 "a b" 644'],
  ],
  'VMS: versions, blocks, entries of two lines': [
    ['Directory DISK$USER:[ANN]\n\nTotal of 3 files, 39/42 blocks.'],
    [
      'LOGIN.COM;2  1/3  15-MAR-2024 10:20:30 [USER,ANN] (RWED,RE,,)',
      'file 512 2024-03-15T10:20:30 "LOGIN.COM;2" ANN USER',
    ],
    ['IMAGES.DIR;1  1  15-MAR-2024 10:20 [1,4] (RWE,,,)', 'directory 512 2024-03-15T10:20 "IMAGES" 4 1'],
    [
      'A_LONG_NAME.TXT;12\n      34/36  15-MAR-2024 10:20 [ANN] (RWED,,,)',
      'file 17408 2024-03-15T10:20 "A_LONG_NAME.TXT;12" ANN',
    ],
    ['CUT_OFF.TXT;1', 'file - - "CUT_OFF.TXT;1"'],
  ],
  'OS/400: types with a star': [
    ['QSYS  77824 15/03/24 10:20:30 *DIR  QOpenSys/', 'directory 77824 2015-03-24T10:20:30 "QOpenSys" QSYS'],
    ['ANN  12 31.12.99 10:20:30 *STMF  read me.txt', 'file 12 1999-12-31T10:20:30 "read me.txt" ANN'],
    ['ANN  *MEM  LIB/DATA.FILE/M.MBR', 'file - - "M.MBR" ANN'],
  ],
  'MVS: what the heading above says': [
    [
      [
        'Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname',
        "WYOSPT 3420   2003/05/21  1  200  FB      80  8053  PS  'A.B.C'",
        'WPTA01 3290   2004/03/04  1    3  FB      80  3125  PO  NON.PDS',
        'Migrated                                                OLD.DATA',
      ].join('\n'),
      'file - 2003-05-21 "A.B.C"',
      'directory - 2004-03-04 "NON.PDS"',
      'file - - "OLD.DATA"',
    ],
    [
      [
        ' Name     VV.MM   Created       Changed      Size  Init   Mod   Id',
        'CCATXT    01.00 2003/05/21 2003/05/22 09:30     7     7     0 ANN',
        'ALONE',
      ].join('\n'),
      'file - 2003-05-22 "CCATXT"',
      'file - - "ALONE"',
    ],
  ],
  'others, met seldom': [
    ['     73098      A          04-06-97   15:15  ds0.zip', 'file 73098 1997-04-06T15:15 "ds0.zip"'],
    ['     0           DIR   05-12-97   16:44  PSFONTS', 'directory 0 1997-05-12T16:44 "PSFONTS"'],
    ['   512    Jan-15-1998   02:30:14   filename', 'file 512 1998-01-15T02:30:14 "filename"'],
    ['   0    Jan-15-1998   02:30:14   dir          <DIR>', 'directory 0 1998-01-15T02:30:14 "dir"'],
    [
      'File         Code             EOF  Last Modification    Owner  RWEP\nIARPTS 101 16354 18-Mar-09 15:09:12 244, 10 "nnnn"',
      'file 16354 2009-03-18T15:09:12 "IARPTS"',
    ],
    [
      'README   TEXT     F      100      3     1 2024-03-15 10:20:30 ANN',
      'file 300 2024-03-15T10:20:30 "README.TEXT" ANN',
    ],
  ],
  'what nobody knows is told, and does not end the listing': [
    ['what is this', 'issue: nobody knows this format'],
    [
      '-rw-r--r-- 1 a a 7 Mar 15 10:20 one\n<html>\n-rw-r--r-- 1 a a 7 Mar 15 10:20 two',
      'file 7 2026-03-15T10:20 "one" 644 a a',
      'issue: nobody knows this format',
      'file 7 2026-03-15T10:20 "two" 644 a a',
    ],
  ],
};

for (const [family, cases] of Object.entries(FAMILIES))
  describe(family, () => {
    for (const [lines, ...expected] of cases) test(lines, () => assert.deepEqual(readLines(lines), expected));
  });

describe('MLSD: facts (RFC 3659 §7)', () => {
  const CASES: readonly (readonly [line: string, expected: string])[] = [
    ['type=file;size=7;modify=20240315102030; a b', 'file 7 2024-03-15T10:20:30 "a b"'],
    ['Type=FILE;Size=7;Modify=20240315102030.5;UNIX.mode=0640; x', 'file 7 2024-03-15T10:20:30.500 "x" 640'],
    ['type=dir;modify=20240315102030  lead;semi', 'directory - 2024-03-15T10:20:30 " lead;semi"'],
    ['type=OS.unix=slink:/a/b; l', 'symlink - - "l" -> /a/b'],
    ['type=OS.unix=symlink; l', 'symlink - - "l"'],
    ['type=OS.unix=chr-4/64; tty', 'other - - "tty"'],
    [' a', 'file - - "a"'],
    ['type=file;size=7;size=9; first counts', 'file 7 - "first counts"'],
    ['type=file;modify=20241399999999; bad date', 'file - - "bad date"'],
    ['type=file;__proto__=1;constructor=2; plain', 'file - - "plain"'],
    ['type=file;UNIX.owner=ann;UNIX.group=users; x', 'file - - "x" ann users'],
    ['type=cdir; .', 'nothing'],
    ['type=pdir; ..', 'nothing'],
    ['type=dir; ..', 'nothing'],
    ['type=file;size=-1; x', 'issue: a size that is none'],
    ['type=file;size=99999999999999999999; x', 'issue: a size that is none'],
    ['type=file; ../x', 'issue: a name that would lead out of the directory'],
    ['type=file; ', 'issue: a line without a name'],
    ['nonsense', 'issue: this is no line of facts and a name'],
    ['no facts; x', 'issue: this is no line of facts and a name'],
  ];
  for (const [line, expected] of CASES)
    test(line, () => {
      const read = parseMlsx(line);
      assert.equal(
        read.kind === 'entry' ? shown(read.entry) : read.kind === 'issue' ? `issue: ${read.why}` : 'nothing',
        expected,
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
    assert.deepEqual(readLines('x'.repeat(70_000)), ['issue: a line that is too long to be looked at']);
  });
});
