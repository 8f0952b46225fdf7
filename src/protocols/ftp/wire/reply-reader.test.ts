import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { encodeText, printReply, reply } from './reply.ts';
import { type ReadReply, ReplyReader } from './reply-reader.ts';

const readAll = (chunks: readonly Uint8Array[], maxBytes = 100_000): ReadReply[] => {
  const reader = new ReplyReader(maxBytes);
  return chunks.flatMap((chunk) => [...reader.push(chunk)]);
};
const read = (text: string, maxBytes?: number): ReadReply[] => readAll([Buffer.from(text, 'latin1')], maxBytes);
const replies = (text: string): unknown[] => read(text).map((one) => (one.kind === 'reply' ? one.reply : one.fault));

describe('replies are read as RFC 959 §4.2 writes them', () => {
  const CASES: readonly (readonly [what: string, text: string, expected: readonly unknown[]])[] = [
    ['one line', '220 Ready\r\n', [{ code: 220, lines: ['Ready'] }]],
    ['a line end of LF alone', '220 Ready\n', [{ code: 220, lines: ['Ready'] }]],
    ['a code alone', '220\r\n', [{ code: 220, lines: [''] }]],
    [
      'two at once',
      '226 a\r\n226 b\r\n',
      [
        { code: 226, lines: ['a'] },
        { code: 226, lines: ['b'] },
      ],
    ],
    ['several lines', '211-First\r\n MDTM\r\n211 End\r\n', [{ code: 211, lines: ['First', ' MDTM', 'End'] }]],
    ['a code before each', '230-a\r\n230-b\r\n230 c\r\n', [{ code: 230, lines: ['a', 'b', 'c'] }]],
    ['another code within', '230-a\r\n550 b\r\n230 c\r\n', [{ code: 230, lines: ['a', '550 b', 'c'] }]],
    ['a 255 doubled by Telnet', '257 "\xff\xff\xff\xff"\r\n', [{ code: 257, lines: ['"\udcff\udcff"'] }]],
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n', ['not-ftp']],
    ['no digits', 'hello\r\n', ['not-ftp']],
    ['a code of no class', '099 no\r\n', ['not-ftp']],
    ['a protected reply (RFC 2228)', '633 abc\r\n', ['not-ftp']],
    ['a code without a space', '220Ready\r\n', ['not-ftp']],
    ['nothing after a fault', 'no\r\n220 Ready\r\n', ['not-ftp']],
  ];
  for (const [what, text, expected] of CASES) test(what, () => assert.deepEqual(replies(text), expected));

  test('lines without end are not held', () => {
    assert.deepEqual(
      read(`220-${'x'.repeat(70_000)}`).map(({ kind }) => kind),
      ['fault'],
    );
    const [fault] = read(`220-a\r\n${'- more\r\n'.repeat(1000)}`, 5000);
    assert.ok(fault?.kind === 'fault' && fault.fault === 'too-long');
  });

  test('what our server prints is read back, however it is cut', () => {
    const text = fc.string({ unit: 'binary' }).map((name) => name.replace(/[\x00-\x1f\x7f]/g, '?'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
        const bytes = encodeText(printReply(reply(211, ...lines)));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.slice(index * size, (index + 1) * size),
        );
        const [read, ...others] = readAll(chunks);
        assert.equal(others.length, 0);
        assert.ok(read?.kind === 'reply');
        assert.equal(read.reply.code, 211);
        assert.equal(read.reply.lines.length, lines.length);
      }),
    );
  });

  test('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => void readAll(chunks, 100)));
  });
});
