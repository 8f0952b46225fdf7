/** Names with control characters in a folder that a server fills: kept without them, and found again by what they were. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeName } from '../../base/name.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { memoryFileSystem } from '../memory/memory-file-system.ts';
import { decodeControls, encodeControls, encodedNames } from './encoded-names.ts';

const NAMES: readonly (readonly [name: string, kept: string])[] = [
  ['plain.bin', 'plain.bin'],
  ['\u001b[31mred\u0007', '%1B[31mred%07'],
  ['\u202egpj.exe', '%E2%80%AEgpj.exe'],
  ['\u009b2J', '%C2%9B2J'],
  [decodeName(Uint8Array.of(0x9b, 0x41)), '%9BA'],
  ['100%', '100%'],
  ['a%20b', 'a%20b'],
  ['%1B', '%251B'],
  ['%25', '%2525'],
  ['%00', '%00'],
  ['grün 日本', 'grün 日本'],
];
for (const [name, kept] of NAMES)
  test(`${JSON.stringify(name)} is kept as ${kept}`, () => {
    assert.equal(encodeControls(name), kept);
    assert.equal(decodeControls(kept), name);
  });

test('whatever the bytes: nothing is kept that a terminal acts on, and the name comes back', () => {
  const byte = fc.oneof(
    fc.integer({ min: 1, max: 255 }),
    fc.constantFrom(0x25, 0x43, 0x32, 0x45, 0x41, 0x38, 0x30, 0xc2, 0x9b, 0xe2, 0x80, 0xae),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), fc.array(byte, { maxLength: 12 }), (head, tail) => {
      const name = decodeName(Uint8Array.from([...head, ...tail].filter((each) => each !== 0)));
      const kept = encodeControls(name);
      assert.doesNotMatch(kept, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\udc80-\udc9f]/u);
      assert.equal(decodeControls(kept), name);
    }),
  );
});

const at = (path: string): VirtualPath => resolvePath(ROOT, path) ?? ROOT;

test('a file system: written under the encoded name, listed and read by what it was', async () => {
  const disk = memoryFileSystem();
  const files = encodedNames(disk);
  await files.makeDirectory(at('/\u0007'));
  const upload = await files.openUpload(at('/\u0007/\u001b'));
  await upload.write(Uint8Array.of(1, 2), 0);
  await upload.commit();
  assert.equal((await disk.stat(at('/%07/%1B'))).sizeBytes, 2);
  const names: string[] = [];
  for await (const batch of files.list(at('/\u0007'))) names.push(...batch.map(({ name }) => name));
  assert.deepEqual(names, ['\u001b']);
  assert.equal((await files.stat(at('/\u0007/\u001b'))).name, '\u001b');
  await files.rename(at('/\u0007/\u001b'), at('/\u0007/\u0001'));
  await files.remove(at('/\u0007/\u0001'));
  await files.removeDirectory(at('/\u0007'));
});
