import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { baseName, componentsOf, isWithin, parentOf, resolvePath, ROOT, type VirtualPath } from './virtual-path.ts';

const from = (directory: string, name: string): string | undefined =>
  resolvePath(resolvePath(ROOT, directory) ?? ROOT, name);

const resolved: readonly [string, string, string | undefined][] = [
  ['/', 'a', '/a'],
  ['/a', 'b', '/a/b'],
  ['/a', '/b', '/b'],
  ['/a', '..', '/'],
  ['/', '../../etc/passwd', '/etc/passwd'],
  ['/a/b', '../../../../c', '/c'],
  ['/a', './/b///c/.', '/a/b/c'],
  ['/', '//etc', '/etc'],
  ['/a', '', '/a'],
  ['/', '....//', '/....'],
  ['/', '..\\x', '/..\\x'],
  ['/', '%2e%2e/x', '/%2e%2e/x'],
  ['/', '~root', '/~root'],
  ['/', 'a\0b', undefined],
  ['/', 'a'.repeat(5000), undefined],
];
for (const [directory, name, expected] of resolved)
  test(`${directory} and ${JSON.stringify(name.slice(0, 30))}`, () => assert.equal(from(directory, name), expected));

test('components are compared whole', () => {
  const [u1, u10, below] = ['/u1', '/u10', '/u1/x'].map((text) => resolvePath(ROOT, text) ?? ROOT) as [
    VirtualPath,
    VirtualPath,
    VirtualPath,
  ];
  assert.equal(isWithin(u1, u10), false);
  assert.equal(isWithin(u1, below), true);
  assert.equal(isWithin(u1, u1), true);
  assert.equal(isWithin(ROOT, u10), true);
});

test('whatever is typed: absolute, and no component is empty, a dot or two', () => {
  const typed = fc.string({ unit: fc.constantFrom('/', '.', '..', 'a', '\\', '\0', 'é', '\udcff'), maxLength: 40 });
  fc.assert(
    fc.property(typed, typed, (directory, name) => {
      const path = resolvePath(resolvePath(ROOT, directory) ?? ROOT, name);
      if (path === undefined) return;
      assert.ok(path.startsWith('/'));
      for (const component of componentsOf(path)) assert.ok(!['', '.', '..'].includes(component));
      assert.equal(resolvePath(ROOT, path), path);
      assert.equal(resolvePath(parentOf(path), baseName(path)), path);
    }),
  );
});
