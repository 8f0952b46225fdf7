/** How a line of the shell is read: words, quotes, patterns, several commands, and what Tab writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../base/escape.ts';
import { decodeName } from '../../base/name.ts';
import { escapeShown, lastWordOf, parseLine } from './words.ts';

/** The words of all commands of a line: `name|name & name|name`. */
function read(line: string): string {
  const parsed = parseLine(line);
  if (parsed.kind === 'problem') return `problem: ${parsed.sentence}`;
  return parsed.commands
    .map(({ words, background }) => {
      const shown = words.map(({ text, pattern }) => (pattern === undefined ? text : `${text}~${pattern}`));
      return `${shown.join('|')}${background === 'yes' ? ' &' : ''}`;
    })
    .join(' ; ');
}

const TABLE: readonly (readonly [line: string, meaning: string])[] = [
  ['', ''],
  ['ls', 'ls'],
  ['  ls   -l  ', 'ls|-l'],
  ['cd a; ls', 'cd ; ls'.replace('cd', 'cd|a')],
  ['get big.iso &', 'get|big.iso &'],
  ['get a & get b &', 'get|a & ; get|b &'],
  [';;', ''],
  ['ls # and no more; rm a', 'ls'],
  ['get a#b', 'get|a#b'],
  [String.raw`get my\ file`, 'get|my file'],
  ['get "my file"', 'get|my file'],
  [`get 'my "file"; &'`, 'get|my "file"; &'],
  [`get my' 'file`, 'get|my file'],
  ['get ""', 'get|'],
  ['get *.bin', 'get|*.bin~*.bin'],
  ['get "*.bin"', 'get|*.bin'],
  [String.raw`get \*.b?n`, String.raw`get|*.b?n~\*.b?n`],
  [String.raw`rm a\nb`, 'rm|a\nb'],
  [String.raw`rm 'a\nb'`, String.raw`rm|a\nb`],
  [String.raw`rm caf\xe9`, 'rm|caf\udce9'],
  [String.raw`rm \u{202e}x`, 'rm|\u202ex'],
  ['get "my file', 'problem: a quote (") is opened and not closed'],
];

for (const [line, meaning] of TABLE) test(`read: ${line}`, () => assert.equal(read(line), meaning));

test('what a listing shows can be typed back, whatever the name', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), (bytes) => {
      const name = decodeName(bytes);
      const parsed = parseLine(`rm ${escapeShown(printable(name))}`);
      assert.ok(parsed.kind === 'commands');
      assert.deepEqual(parsed.commands, [
        { words: [{ text: 'rm' }, { text: name }], background: 'no', source: parsed.commands[0]?.source },
      ]);
    }),
  );
});

test('no line makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from(String.raw`ab "'\;&#*x{u}9 `)) }), (line) => {
      parseLine(line);
      lastWordOf(line);
    }),
  );
});

test('the word before the cursor, and those before it', () => {
  const found = (line: string): string => {
    const { before, start, text, quote } = lastWordOf(line);
    return `${before.map((word) => word.text).join('|')} → ${start}:${text}${quote ?? ''}`;
  };
  assert.equal(found('ge'), ' → 0:ge');
  assert.equal(found('get '), 'get → 4:');
  assert.equal(found('cd a; get my\\ f'), 'get → 10:my f');
  assert.equal(found('get "my f'), 'get → 4:my f"');
});
