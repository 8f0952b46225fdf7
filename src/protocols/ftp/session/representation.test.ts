import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLetter, parseType } from './representation.ts';

const types: readonly [string, ReturnType<typeof parseType>][] = [
  ['A', 'ascii'],
  ['a n', 'ascii'],
  ['A T', 'unsupported'],
  ['A X', undefined],
  ['I', 'image'],
  ['I 8', undefined],
  ['L 8', 'image'],
  ['L8', undefined],
  ['L 36', 'unsupported'],
  ['E', 'unsupported'],
  ['E C', 'unsupported'],
  ['', undefined],
  ['A N N', undefined],
];
for (const [text, expected] of types) test(`TYPE ${text}`, () => assert.equal(parseType(text), expected));

test('STRU and MODE letters', () => {
  assert.equal(parseLetter('f', 'F', 'FRP'), 'here');
  assert.equal(parseLetter('R', 'F', 'FRP'), 'unsupported');
  assert.equal(parseLetter('X', 'F', 'FRP'), undefined);
  assert.equal(parseLetter('', 'S', 'SBC'), undefined);
});
