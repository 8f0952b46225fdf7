import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileFilter, type Filter, type FilterFacts, type FilterRule, walkFilter } from './filter.ts';

const FILE: FilterFacts = { type: 'file', sizeBytes: 10, modifiedMs: 1000 };
const DIRECTORY: FilterFacts = { type: 'directory' };
const exclude = (...patterns: string[]): FilterRule[] => patterns.map((pattern) => ({ do: 'exclude', pattern }));
const include = (...patterns: string[]): FilterRule[] => patterns.map((pattern) => ({ do: 'include', pattern }));
/** A path that ends in a slash is a directory. */
const takes = (filter: Filter, path: string): boolean =>
  filter.decide(path.replace(/\/$/, ''), path.endsWith('/') ? DIRECTORY : FILE) === 'include';

test('what one pattern excludes, and what it leaves', () => {
  const table: [pattern: string, out: string[], left: string[]][] = [
    ['*.bin', ['a.bin', 'x/y/a.bin', '.bin', 'a.bin/', 'a.bin/x'], ['a.bin.md5', 'bin']],
    ['/*.bin', ['a.bin'], ['x/a.bin']],
    ['tmp/', ['tmp/', 'x/tmp/', 'x/tmp/y'], ['tmp', 'x/tmp']],
    ['tmp', ['tmp/', 'tmp', 'x/tmp/y/z'], ['tmp2', 'atmp']],
    ['/images/**', ['images/a', 'images/a/b'], ['images/', 'x/images/a']],
    ['images/*.bin', ['images/a.bin'], ['images/x/a.bin', 'x/images/a.bin']],
    ['**/cache/*.txt', ['cache/a.txt', 'x/cache/a.txt'], ['cache/x/a.txt']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/', 'b', 'x/a/b']],
    ['{doc/a,src}/*.c', ['doc/a/x.c', 'src/x.c'], ['doc/x.c', 'x/src/x.c']],
    ['[a-c]?', ['a1', 'x/c2'], ['d1', 'a']],
    ['\\*', ['*'], ['a']],
    ['\\!x', ['!x'], ['x']],
    ['.git', ['.git/', '.git/config'], ['git']],
    ['**', ['a', 'a/b', '.x'], []],
  ];
  for (const [pattern, out, left] of table) {
    const filter = compileFilter(exclude(pattern));
    for (const path of out) assert.ok(!takes(filter, path), `${pattern} excludes ${path}`);
    for (const path of left) assert.ok(takes(filter, path), `${pattern} leaves ${path}`);
  }
});

test('the first rule that applies decides, and nobody names the directories on the way', () => {
  const filter = compileFilter([...exclude('/old/'), ...include('*.bin', '/keep/'), ...exclude('*')]);
  for (const path of ['a.bin', 'x/y/a.bin', 'keep/notes.txt']) assert.ok(takes(filter, path), path);
  for (const path of ['a.txt', 'x/', 'old/a.bin', 'x/keep/notes.txt']) assert.ok(!takes(filter, path), path);
  assert.equal(filter.below('x'), 'something');
  assert.equal(filter.below('old'), 'nothing');
});

test('directories are looked into only where something below may be taken', () => {
  const table: [rules: FilterRule[], nothing: string[], something: string[]][] = [
    [exclude('node_modules'), ['node_modules', 'x/node_modules'], ['x']],
    [include('/a/b/*.bin'), ['x', 'a/x', 'a/b/c'], ['a', 'a/b']],
    [[...include('/a/*.bin'), ...exclude('*')], ['x', 'a/x'], ['a']],
    [[...exclude('*'), ...include('*.bin')], ['x'], []],
    [[{ do: 'exclude', pattern: 'x', atLeastBytes: 5 }], [], ['x']],
    [exclude('!/keep', 'x'), ['x'], ['keep', 'keep/x']],
  ];
  for (const [rules, nothing, something] of table) {
    const filter = compileFilter(rules);
    for (const path of nothing) assert.equal(filter.below(path), 'nothing', `${JSON.stringify(rules)} ${path}`);
    for (const path of something) assert.equal(filter.below(path), 'something', `${JSON.stringify(rules)} ${path}`);
  }
});

test('only rules that include leave out what they do not name', () => {
  assert.ok(!takes(compileFilter(include('*.bin')), 'a.txt'));
  assert.ok(takes(compileFilter(include('*.bin'), { otherwise: 'include' }), 'a.txt'));
  assert.ok(takes(compileFilter([]), 'a.txt'));
});

test('a walk looks into directories on the way', () => {
  const walks = walkFilter(compileFilter([...include('/a/*.bin'), ...exclude('*')]));
  assert.deepEqual(
    [walks('a', DIRECTORY), walks('a/x.bin', FILE), walks('a/x.txt', FILE), walks('b', DIRECTORY), walks('a', FILE)],
    [true, true, false, false, false],
  );
});

test('letter case, sizes and times', () => {
  assert.ok(!takes(compileFilter(exclude('*.BIN'), { letterCase: 'ignored' }), 'a.bin'));
  assert.ok(takes(compileFilter(exclude('*.BIN')), 'a.bin'));
  const large = compileFilter([{ do: 'exclude', pattern: '*.bin', atLeastBytes: 100, atMostBytes: 200 }]);
  const decide = (path: string, sizeBytes: number): string => large.decide(path, { type: 'file', sizeBytes });
  assert.deepEqual(
    [99, 100, 200, 201].map((size) => decide('a.bin', size)),
    ['include', 'exclude', 'exclude', 'include'],
  );
  assert.equal(decide('a.txt', 150), 'include');
  assert.equal(large.decide('a.bin', { type: 'file' }), 'include', 'a size that nobody knows');
  const old = compileFilter([{ do: 'exclude', modifiedBeforeMs: 500 }]);
  assert.deepEqual(
    [499, 500].map((modifiedMs) => old.decide('a', { type: 'file', modifiedMs })),
    ['exclude', 'include'],
  );
  assert.equal(old.decide('a', { type: 'directory', modifiedMs: 1 }), 'include');
});

test('bombs are refused or harmless', () => {
  assert.throws(() => compileFilter(exclude('{a,b}'.repeat(20))), { kind: 'bad-name' });
  assert.throws(() => compileFilter(exclude('x'.repeat(2000))), { kind: 'bad-name' });
  const start = performance.now();
  const filter = compileFilter(exclude(`${'**/a*a*/'.repeat(100)}b`, `${'*a'.repeat(500)}b`));
  assert.ok(takes(filter, `${'aaaa/'.repeat(800)}c`));
  assert.ok(performance.now() - start < 2_000);
});

/** The same said the slow way: every way to split the path is tried. */
function naive(parts: readonly string[], names: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return names.length === 0;
  if (part === '**')
    return rest.length === 0
      ? names.length > 0
      : Array.from({ length: names.length + 1 }, (_, index) => naive(rest, names.slice(index))).some(Boolean);
  const regex = new RegExp(`^${part.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return names[0] !== undefined && regex.test(names[0]) && naive(rest, names.slice(1));
}

const component = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 3 });
const patterns = fc.array(fc.oneof(component, fc.constant('**')), { minLength: 1, maxLength: 4 });
const paths = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 5,
});

test('agrees with trying every way', () => {
  fc.assert(
    fc.property(patterns, paths, (parts, names) => {
      const filter = compileFilter(exclude(`/${parts.join('/')}`));
      const expected = names.some((_, index) => naive(parts, names.slice(0, index + 1)));
      assert.equal(filter.decide(names.join('/'), FILE) === 'exclude', expected);
    }),
    { numRuns: 1000 },
  );
});

test('what is not looked into holds nothing that would have been taken', () => {
  const rule = fc.record({
    do: fc.constantFrom('include' as const, 'exclude' as const),
    pattern: fc
      .tuple(fc.constantFrom('', '/', '!'), patterns, fc.constantFrom('', '/'))
      .map(([front, parts, end]) => `${front}${parts.join('/')}${end}`),
  });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), paths, (rules, names) => {
      const filter = compileFilter(rules);
      if (filter.decide(names.join('/'), FILE) === 'exclude') return;
      for (let depth = 1; depth < names.length; depth += 1)
        assert.equal(filter.below(names.slice(0, depth).join('/')), 'something');
    }),
    { numRuns: 1000 },
  );
});
