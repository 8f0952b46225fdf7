/** Map files in the form of tftp-hpa: what each operation does to a name, and that no map goes on for ever. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../../base/cidr.ts';
import { type NamedRequest, parseNameMap } from './name-map.ts';

const READ: NamedRequest = { direction: 'read', address: '192.0.2.169' };
const WRITE: NamedRequest = { ...READ, direction: 'write' };
const SIX: NamedRequest = { direction: 'read', address: '2001:db8::7' };

function mapped(map: string, name: string, request: NamedRequest = READ): string | undefined {
  const rules = parseNameMap(map, parseAddress);
  assert.ok(typeof rules === 'function', JSON.stringify(rules));
  return rules(name, request);
}

function problems(map: string): string[] {
  const rules = parseNameMap(map, parseAddress);
  return typeof rules === 'function' ? [] : rules.problems.map(({ line, why }) => `${line}: ${why}`);
}

describe('a name map', () => {
  const cases: readonly (readonly [what: string, map: string, name: string, becomes: string | undefined])[] = [
    ['no rule leaves a name as it is', '', 'boot.bin', 'boot.bin'],
    ['r replaces what fits, and nothing else', 'r ^boot images/boot', 'boot.bin', 'images/boot.bin'],
    ['r without a replacement removes', 'r ^/tftpboot/', '/tftpboot/a', 'a'],
    ['every rule has its turn', 'r a b\nr b c', 'a', 'c'],
    ['rg replaces again and again', 'rg \\\\ /', 'a\\b\\c', 'a/b/c'],
    ['ri does not care for case', 'ri ^BOOT x', 'boot', 'x'],
    ['without i case counts', 'r ^BOOT x', 'boot', 'boot'],
    ['re is the last one that has its turn', 're a b\nr b c', 'a', 'b'],
    ['e alone ends where it fits', 'e ^keep\nr .* gone', 'keep', 'keep'],
    ['rs starts over', 'r ^c d\nrs ^a c', 'a', 'd'],
    ['a refuses', 'a \\.secret$', 'x.secret', undefined],
    ['a refuses nothing else', 'a \\.secret$', 'x', 'x'],
    ['~ holds where nothing fits', 'a~ ^images/', 'configs/x', undefined],
    ['~ does not hold where it fits', 'a~ ^images/', 'images/x', 'images/x'],
    ['\\1 is the first group, \\0 all of it', 'r ^(.)(.)$ \\2\\1-\\0', 'ab', 'ba-ab'],
    ['a group that is not there is empty', 'r ^a \\7x', 'a', 'x'],
    ['\\i is the address', 'r ^conf \\i', 'conf', '192.0.2.169'],
    ['\\x is the address in hexadecimal', 'r ^conf \\x', 'conf', 'C00002A9'],
    ['\\U, \\L and \\E change the case', 'r ^(.*)$ \\U\\1\\E-\\L\\1', 'aB', 'AB-ab'],
    ['a comment and an empty line are no rules', '# r a b\n\n  \nr x y # and why', 'x', 'y'],
    ['a blank in a rule has a backslash before it', 'r a\\ b c\\ d', 'a b', 'c d'],
    ['the first longest fit is replaced', 'r a|ab x', 'ab', 'x'],
  ];
  for (const [what, map, name, becomes] of cases) test(what, () => assert.equal(mapped(map, name), becomes));

  test('G is for reading only, P for writing only', () => {
    assert.equal(mapped('rG a b', 'a', READ), 'b');
    assert.equal(mapped('rG a b', 'a', WRITE), 'a');
    assert.equal(mapped('rP a b', 'a', READ), 'a');
    assert.equal(mapped('rP a b', 'a', WRITE), 'b');
  });

  test('4 is for IPv4 only, 6 for IPv6 only', () => {
    assert.equal(mapped('r4 a \\x', 'a', READ), 'C00002A9');
    assert.equal(mapped('r4 a \\x', 'a', SIX), 'a');
    assert.equal(mapped('r6 a \\x', 'a', READ), 'a');
    assert.equal(mapped('r6 a \\x', 'a', SIX), '20010DB8000000000000000000000007');
  });
});

describe('a map that goes round', () => {
  for (const map of ['rg a aa', 'rs a a', 's a', 'rs a b\nrs b a', 'rg ^ x'])
    test(`${JSON.stringify(map)} ends, in a refusal`, () => assert.equal(mapped(map, 'a'), undefined));

  test('a pattern that would take for ever elsewhere takes no time', () => {
    const startMs = performance.now();
    assert.equal(mapped('r ^(a+)+$ x', `${'a'.repeat(4_000)}b`), `${'a'.repeat(4_000)}b`);
    assert.ok(performance.now() - startMs < 1_000);
  });

  test('whatever the rules and the name, it ends', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '(', ')', '^', '$', '.', '\\', '1'),
      maxLength: 6,
    });
    const operations = fc.string({
      unit: fc.constantFrom('r', 'g', 'i', 'e', 's', 'a', 'G', 'P', '4', '6', '~'),
      maxLength: 4,
    });
    const rule = fc.tuple(operations, letters, letters).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), fc.string({ maxLength: 10 }), (lines, name) => {
        const rules = parseNameMap(lines.join('\n'), parseAddress);
        if (typeof rules === 'function') rules(name, READ);
      }),
    );
  });
});

test('what is no rule is told with its line', () => {
  assert.deepEqual(problems('r a b\nq a b\nr\nr a b c\nr~ a b\ng a\n'), [
    '2: "q" is no operation: rgiesaGP46~ are',
    '3: has no pattern',
    '4: has more than a pattern and a replacement: write a space in them as "\\ "',
    '5: cannot replace what did not match (~ with r)',
    '6: repeats nothing (g without r)',
  ]);
  assert.match(problems('r ( b')[0] ?? '', /^1: has a pattern that cannot be read: /);
});
