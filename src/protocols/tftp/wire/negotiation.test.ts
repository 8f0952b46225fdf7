import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, optionsFor, PLAIN_TERMS, readAnswer } from './negotiation.ts';
import type { TftpOption } from './packet.ts';

const caps = { blockBytes: 65_464, windowBlocks: 64, windowBytes: 128 * 1024 };

/** `blksize=512 tsize=0` as options. */
const options = (text: string): TftpOption[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ name: word.split('=')[0] ?? '', value: word.split('=')[1] ?? '' }));

const answerTo = (text: string, more: Partial<Parameters<typeof agree>[1]> = {}): string =>
  agree(options(text), { direction: 'read', caps, fileBytes: 1000, ...more })
    .answer.map(({ name, value }) => `${name}=${value}`)
    .join(' ');

describe('a server', () => {
  test('answers what makes sense and leaves out what does not', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['', ''],
      ['blksize=8', 'blksize=8'],
      ['blksize=1428', 'blksize=1428'],
      ['blksize=65464', 'blksize=65464'],
      ['blksize=65465', 'blksize=65464'],
      ['blksize=99999999999', 'blksize=65464'],
      [`blksize=${'9'.repeat(40)}`, 'blksize=65464'],
      ['blksize=7', ''],
      ['blksize=0', ''],
      ['blksize=-5', ''],
      ['blksize=abc', ''],
      ['blksize=0x200', ''],
      ['blksize=', ''],
      ['BLKSIZE=512', 'BLKSIZE=512'],
      ['blksize=512 blksize=1024', 'blksize=512'],
      ['tsize=0', 'tsize=1000'],
      ['tsize=77', 'tsize=1000'],
      ['timeout=1', 'timeout=1'],
      ['timeout=255', 'timeout=255'],
      ['timeout=0', ''],
      ['timeout=256', ''],
      ['windowsize=0', ''],
      ['windowsize=65536', 'windowsize=64'],
      ['rollover=0', 'rollover=0'],
      ['rollover=1', 'rollover=1'],
      ['rollover=2', ''],
      ['msftwindow=31416', ''],
      ['multicast=', ''],
      ['__proto__=1', ''],
    ];
    for (const [asked, answered] of rows) assert.equal(answerTo(asked), answered, asked);
  });

  test('fits the window into its bytes, in whatever order the options come', () => {
    assert.equal(answerTo('windowsize=64 blksize=8192'), 'windowsize=14 blksize=8192');
    assert.equal(answerTo('blksize=8192 windowsize=64'), 'blksize=8192 windowsize=14');
    assert.equal(answerTo('windowsize=64 blksize=65464'), 'windowsize=1 blksize=65464');
  });

  test('says no size that it does not know, and echoes that of a file that is written', () => {
    assert.equal(answerTo('tsize=0', { fileBytes: undefined }), '');
    assert.equal(answerTo('tsize=5000000000', { direction: 'write', fileBytes: undefined }), 'tsize=5000000000');
    assert.equal(answerTo('tsize=0', { fileBytes: 5_000_000_000 }), 'tsize=5000000000');
  });
});

describe('a client', () => {
  const asked = optionsFor({ blockBytes: 1428, windowBlocks: 16, timeoutSeconds: 2, sizeBytes: 0 });

  test('asks in the order of its wishes', () => {
    assert.deepEqual(asked, options('tsize=0 blksize=1428 timeout=2 windowsize=16'));
    assert.deepEqual(optionsFor({}), []);
  });

  test('takes what the server lowers, and what it leaves out is as in RFC 1350', () => {
    assert.deepEqual(readAnswer(asked, options('BLKSIZE=1024 windowsize=4 tsize=77')), {
      ...PLAIN_TERMS,
      blockBytes: 1024,
      windowBlocks: 4,
      sizeBytes: 77,
    });
    assert.deepEqual(readAnswer(asked, []), PLAIN_TERMS);
  });

  test('refuses what was not asked for, or is more than that', () => {
    for (const text of [
      'blksize=1429',
      'blksize=7',
      'blksize=abc',
      'windowsize=17',
      'windowsize=0',
      'timeout=3',
      'rollover=1',
      'x=1',
    ])
      assert.ok('refused' in readAnswer(asked, options(text)), text);
  });
});
