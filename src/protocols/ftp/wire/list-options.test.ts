import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ListOptions, NO_LIST_OPTIONS, parseListRequest } from './list-options.ts';

test('what clients send', () => {
  const all = { showHidden: true, showDots: true };
  const table: [string, Partial<ListOptions>, string][] = [
    ['', {}, ''],
    ['-a', all, ''],
    ['-al', { ...all, long: true }, ''],
    ['-la ', { ...all, long: true }, ''],
    ['-a -l images', { ...all, long: true }, 'images'],
    ['-A', { showHidden: true }, ''],
    ['-aA', { showHidden: true }, ''],
    ['-LRd1F x', { followLinks: true, recursive: true, itself: true, classify: true }, 'x'],
    ['-CF', { classify: true }, ''],
    ['-t', { order: 'time' }, ''],
    ['-tSr', { order: 'size', reverse: true }, ''],
    ['-l  two  words here', { long: true }, 'two  words here'],
    ['images -a', {}, 'images -a'],
    ['-- -l', {}, '-l'],
    ['-a -- -- x', all, '-- x'],
    ['--', {}, ''],
    ['--  spaced', {}, ' spaced'],
    ['-', {}, '-'],
    ['-x.bin', {}, '-x.bin'],
    ['-lz', {}, '-lz'],
    ['-a -n.txt', all, '-n.txt'],
    ['--all', {}, '--all'],
    ['./-l', {}, './-l'],
    ['*.bin', {}, '*.bin'],
  ];
  for (const [text, changes, path] of table)
    assert.deepEqual(parseListRequest(text), { options: { ...NO_LIST_OPTIONS, ...changes }, path }, text);
});

const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('any name at all is reached behind the double dash', () => {
  fc.assert(fc.property(anyText, (name) => assert.equal(parseListRequest(`-l -- ${name}`).path, name)));
});

test('the path is an end of the text', () => {
  const text = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...Array.from('- alLRtrS1dFAx')) }));
  fc.assert(fc.property(text, (given) => given.endsWith(parseListRequest(given).path)));
});
