import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeName } from '../base/name.ts';
import { isReserved } from './local/reserved-name.ts';
import { isPartName, partName } from './part-name.ts';

const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((name) => !/[/\0]/.test(name));

test('the name of a part is always the same, fits everywhere, and is known again', () => {
  fc.assert(
    fc.property(names, fc.string(), (name, label) => {
      const part = partName(name, label);
      assert.equal(part, partName(name, label));
      assert.ok(encodeName(part).length <= 255);
      assert.ok(isPartName(part));
      assert.ok(!isReserved(part));
      assert.notEqual(part, partName(name, `${label}x`));
    }),
  );
});

test('it shows the name, as far as there is room', () => {
  assert.match(partName('c2911.bin', 'ftp://sw1/'), /^\.c2911\.bin\.[0-9a-f]{16}\.portcall-part$/);
  const [one, other] = [`${'é'.repeat(127)}a`, `${'é'.repeat(127)}b`];
  assert.notEqual(partName(one, ''), partName(other, ''));
  assert.match(partName(one, ''), /^\.é{111}\.[0-9a-f]{16}\.portcall-part$/);
});

test('a file called like our own temporary files gets no name that the local file system keeps to itself', () => {
  for (const name of ['portcall-1.0.tgz', 'PORTCALL-x']) assert.ok(!isReserved(partName(name, '')), name);
});

test('other names are no parts', () => {
  for (const name of [
    'a.portcall-part',
    '.a.portcall-part',
    '.a.0123.portcall-part',
    `.${'0'.repeat(16)}.portcall-part`,
  ])
    assert.ok(!isPartName(name), name);
});
