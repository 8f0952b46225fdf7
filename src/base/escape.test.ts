/** Whatever a peer sends, one line of visible text comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable, printableJson } from './escape.ts';

const cases: readonly (readonly [string, string])[] = [
  ['c2911-universalk9.bin', 'c2911-universalk9.bin'],
  ['Überblick 日本 🚢', 'Überblick 日本 🚢'],
  ['a\r\nb', 'a\\r\\nb'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['\u009b31m', '\\u{009b}31m'],
  ['bin.\u202egpj', 'bin.\\u{202e}gpj'],
  ['caf\udce9', 'caf\\xe9'],
  ['\ud800', '\\u{d800}'],
  ['\\n is not a newline', '\\\\n is not a newline'],
  ['\0\x7f', '\\x00\\x7f'],
  ['\u{e0041}', '\\u{e0041}'],
];

for (const [text, shown] of cases) {
  test(`printable shows ${JSON.stringify(text)}`, () => assert.equal(printable(text), shown));
}

test('printable text is one well-formed line without controls, and differs where the text differs', () => {
  const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const shown = printable(one);
      assert.ok(shown.isWellFormed());
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
      assert.equal(one === other, shown === printable(other));
    }),
  );
});

test('a JSON line keeps its meaning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = printableJson(JSON.stringify({ text }));
      assert.deepEqual(JSON.parse(line), { text });
      assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
    }),
  );
});
