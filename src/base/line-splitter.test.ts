import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

const split = (max: number, chunks: readonly Uint8Array[]): string[] => {
  const splitter = new LineSplitter(max);
  return chunks.flatMap((chunk) =>
    [...splitter.push(chunk)].map((line) =>
      line.kind === 'line' ? Buffer.from(line.bytes).toString('latin1') : '<too long>',
    ),
  );
};

test('lines end with CRLF or LF alone', () => {
  assert.deepEqual(split(99, [Buffer.from('USER u\r\nPASS p\nQUI'), Buffer.from('T\r'), Buffer.from('\n')]), [
    'USER u',
    'PASS p',
    'QUIT',
  ]);
});

test('a line that is too long is told once, skipped, and the next one is heard', () => {
  assert.deepEqual(split(4, [Buffer.from('abcdefgh'), Buffer.from('ijkl\r\nok\r\nabcde\nabcd\r\n')]), [
    '<too long>',
    'ok',
    '<too long>',
    'abcd',
  ]);
});

test('the cuts between segments do not matter', () => {
  const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', ' ', 'é'), maxLength: 12 }), { maxLength: 6 });
  fc.assert(
    fc.property(lines, fc.array(fc.nat(80), { maxLength: 5 }), (texts, cuts) => {
      const whole = Buffer.from(texts.map((text) => `${text}\r\n`).join(''), 'latin1');
      const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
      assert.deepEqual(
        split(99, chunks),
        texts.map((text) => Buffer.from(text, 'latin1').toString('latin1')),
      );
    }),
  );
});

test('a held line can be taken before its end, which is then not a line of its own', () => {
  const splitter = new LineSplitter(99);
  assert.deepEqual([...splitter.push(Buffer.from('ABOR\r'))], []);
  assert.equal(Buffer.from(splitter.held).toString(), 'ABOR\r');
  splitter.takeHeld();
  const lines = [...splitter.push(Buffer.from('\nNOOP\r\n'))];
  assert.deepEqual(
    lines.map((line) => (line.kind === 'line' ? Buffer.from(line.bytes).toString() : line.kind)),
    ['NOOP'],
  );
});
