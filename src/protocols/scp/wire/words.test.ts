import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hasGlob } from '../../../base/glob.ts';
import { literalWord, quoted, splitWords } from './words.ts';

const texts = (line: string): readonly string[] | string => {
  const split = splitWords(line);
  return split.outcome === 'split' ? split.words.map(({ text }) => text) : split.why;
};

describe('the words of a command line', () => {
  const CASES: readonly (readonly [line: string, words: readonly string[]])[] = [
    ['', []],
    ['  scp   -t\tx ', ['scp', '-t', 'x']],
    ["scp -t 'two words'", ['scp', '-t', 'two words']],
    ['scp -r -d -t "C:/two words"', ['scp', '-r', '-d', '-t', 'C:/two words']],
    [String.raw`scp -f two\ words`, ['scp', '-f', 'two words']],
    [String.raw`scp -f 'it'\''s'`, ['scp', '-f', "it's"]],
    [String.raw`scp -f 'it'"'"'s'`, ['scp', '-f', "it's"]],
    [String.raw`scp -f "\$HOME \"x\" \n"`, ['scp', '-f', String.raw`$HOME "x" \n`]],
    [String.raw`scp -f \$x\;y`, ['scp', '-f', '$x;y']],
    ["scp -t ''", ['scp', '-t', '']],
    ["scp -f ';|&<>$`'", ['scp', '-f', ';|&<>$`']],
  ];
  for (const [line, words] of CASES) test(JSON.stringify(line), () => assert.deepEqual(texts(line), words));

  for (const line of ['a;b', 'a|b', 'a&b', 'a<b', 'a>b', 'a$b', 'a`b`', '"$(id)"', '"`id`"', 'a\nb', "'", '"x', 'x\\'])
    test(`${JSON.stringify(line)} is refused`, () => assert.equal(typeof texts(line), 'string'));

  test('what was quoted is no pattern any more', () => {
    const split = splitWords(String.raw`*.cfg '*'.cfg \*.cfg "[a]"`);
    assert.ok(split.outcome === 'split');
    assert.deepEqual(
      split.words.map(({ pattern }) => hasGlob(pattern)),
      [true, false, false, false],
    );
  });

  test('never throws, and never splits without bound', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => void splitWords(line)));
    assert.equal(typeof texts('x '.repeat(5_000)), 'string');
    assert.equal(typeof texts('x'.repeat(100_000)), 'string');
  });

  test('any text, quoted, is one word again, for us and for a shell', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((value) => !value.includes('\0'));
    fc.assert(fc.property(text, (value) => assert.deepEqual(texts(quoted(value)), [value])));
    const odd = String.raw`it's $(id) "x" \ ; & *`;
    assert.equal(spawnSync('sh', ['-c', `printf %s ${quoted(odd)}`]).stdout.toString(), odd);
    assert.equal(hasGlob(literalWord('a*[b]{c,d}').pattern), false);
  });
});
