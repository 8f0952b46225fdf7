import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileGlob, hasGlob, MAX_ALTERNATIVES, MAX_PATTERN_LENGTH } from './glob.ts';

test('what matches, and what does not', () => {
  const table: [pattern: string, matching: string[], others: string[]][] = [
    ['*', ['a', 'a.b', ''], ['.a', '..']],
    ['*.bin', ['c2911.bin', 'a b.bin'], ['c2911.bin.md5', '.bin', 'bin']],
    ['.*', ['.profile', '..'], ['profile']],
    ['\\.*', ['.profile'], ['profile']],
    ['?', ['a', 'é', '😀'], ['', 'ab', '.']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '-x', 'x']],
    ['[!a-c]x', ['dx'], ['ax', '.x', 'x']],
    ['[^a]', ['b'], ['a']],
    ['[]a]', [']', 'a'], ['b']],
    ['[a-]', ['a', '-'], ['b']],
    ['[\\]x]', [']', 'x'], ['\\']],
    ['[z-a]', [], ['a', 'm', 'z']],
    ['a[', ['a['], ['a']],
    ['{a,b}*.txt', ['a1.txt', 'b.txt'], ['c.txt', '{a,b}.txt']],
    ['{a,b{c,d}}e', ['ae', 'bce', 'bde'], ['be', 'abce']],
    ['a{,b}', ['a', 'ab'], ['abb']],
    ['{a}{}', ['{a}{}'], ['a']],
    ['{a', ['{a'], ['a']],
    ['\\{a,b}', ['{a,b}'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\', ['a\\'], ['a']],
    ['{.*,*}', ['.a', 'a'], []],
    ['*/*', [], ['a', 'ab']],
    ['a**b', ['ab', 'axxb'], ['a']],
    ['*a*b', ['aab', 'xaxbxb'], ['ba']],
  ];
  for (const [pattern, matching, others] of table) {
    const matcher = compileGlob(pattern)!;
    for (const name of matching) assert.ok(matcher(name), `${pattern} ~ ${name}`);
    for (const name of others) assert.ok(!matcher(name), `${pattern} !~ ${name}`);
  }
});

test('letter case and hidden names, when they are told', () => {
  assert.ok(compileGlob('*.BIN', { letterCase: 'ignored' })!('c2911.bin'));
  assert.ok(compileGlob('[A-C]ß', { letterCase: 'ignored' })!('bß'));
  assert.ok(!compileGlob('*.BIN')!('c2911.bin'));
  assert.ok(compileGlob('*', { hidden: 'always' })!('.profile'));
  assert.ok(compileGlob('?profile', { hidden: 'always' })!('.profile'));
});

test('whether a name is a pattern', () => {
  for (const text of ['*', 'a?', '[a]', '{a,b}', '\\\\*']) assert.ok(hasGlob(text), text);
  for (const text of ['', 'a.bin', '\\*', '\\[a]', 'a\\']) assert.ok(!hasGlob(text), text);
});

test('bombs are refused or harmless', () => {
  const start = performance.now();
  assert.equal(compileGlob('a*a*a*a*b')!('a'.repeat(10_000)), false);
  assert.equal(compileGlob(`${'*a'.repeat(500)}b`)!('a'.repeat(10_000)), false);
  assert.equal(compileGlob('{a,b}'.repeat(30)), undefined);
  assert.equal(compileGlob(`{${','.repeat(MAX_ALTERNATIVES)}}`), undefined);
  assert.equal(compileGlob('{'.repeat(MAX_PATTERN_LENGTH))!('x'), false);
  assert.equal(compileGlob('{a,'.repeat(MAX_PATTERN_LENGTH / 4))!('x'), false);
  assert.equal(compileGlob('*'.repeat(MAX_PATTERN_LENGTH + 1)), undefined);
  assert.ok(performance.now() - start < 2_000);
});

const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
const patterns = fc.oneof(fc.string({ unit: fc.constantFrom(...Array.from('ab.*?[]!-{},\\')) }), anyText);

test('no pattern and no name makes anything throw', () => {
  fc.assert(fc.property(patterns, anyText, (pattern, name) => void compileGlob(pattern)?.(name)));
});

test('a name with every letter escaped matches itself alone', () => {
  fc.assert(
    fc.property(patterns, patterns, (name, other) => {
      const matcher = compileGlob(
        Array.from(name)
          .map((letter) => `\\${letter}`)
          .join(''),
      )!;
      assert.ok(matcher(name));
      assert.equal(matcher(other), other === name);
    }),
  );
});

test('agrees with a regular expression', () => {
  const simple = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 }).map((parts) => parts.join(''));
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
  fc.assert(
    fc.property(simple, name, (pattern, text) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(compileGlob(pattern)!(text), regex.test(text));
    }),
  );
});
