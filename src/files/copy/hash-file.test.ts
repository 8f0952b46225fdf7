import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { path, put } from '../../../test/conformance/files-probe.ts';
import { farAway, hooked, placeOf, putBytes } from '../../../test/support/copy.ts';
import { sampleBytes } from '../../../test/support/tree.ts';
import { type FileSystem, HASH_ALGORITHMS, memoryFileSystem } from '../index.ts';
import { hashFile } from './hash-file.ts';
import { chooseAlgorithm } from './verify.ts';

test('each algorithm gives what others say of the same bytes (RFC 1321, RFC 3174, RFC 6234; CRC of "123456789")', async () => {
  const files = memoryFileSystem();
  await put(files, '/digits', '123456789');
  const place = placeOf(files, '/digits');
  assert.equal(await hashFile(place, 'crc32'), 'cbf43926');
  assert.equal(await hashFile(place, 'md5'), '25f9e794323b453885f5181f1b624d0b');
  assert.equal(await hashFile(place, 'sha1'), 'f7c3bc1d808e04732adf679965ccc34ca7ae3441');
  assert.equal(await hashFile(place, 'sha256'), '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225');
  await put(files, '/none', '');
  for (const algorithm of HASH_ALGORITHMS) {
    const expected = algorithm === 'crc32' ? '00000000' : createHash(algorithm).digest('hex');
    assert.equal(await hashFile(placeOf(files, '/none'), algorithm), expected);
  }
});

test('a long file is read in pieces, near or far', async () => {
  const files = memoryFileSystem();
  const bytes = sampleBytes(3_500_000);
  await putBytes(files, '/a', bytes);
  const expected = createHash('sha256').update(bytes).digest('hex');
  for (const one of [files, farAway(files)]) assert.equal(await hashFile(placeOf(one, '/a'), 'sha256'), expected);
});

test('a place that hashes itself is asked, unless the bytes are to be read here', async () => {
  const inner = memoryFileSystem();
  await put(inner, '/a', 'x');
  const files: FileSystem = { ...inner, hashing: { algorithms: new Set(['md5']), of: async () => 'its own word' } };
  assert.equal(await hashFile(placeOf(files, '/a'), 'md5'), 'its own word');
  assert.equal(await hashFile(placeOf(files, '/a'), 'md5', { where: 'here' }), '9dd4e461268c8034f5c8564e155c67a6');
  assert.match(await hashFile(placeOf(files, '/a'), 'sha1'), /^[0-9a-f]{40}$/);
});

test('an aborted signal ends it, also in the middle of a read', async () => {
  const inner = memoryFileSystem();
  await put(inner, '/a', 'x');
  const controller = new AbortController();
  const stuck = hooked(inner, {
    read() {
      controller.abort(new Error('enough'));
      return new Promise(() => undefined);
    },
  });
  await assert.rejects(hashFile(placeOf(stuck, '/a'), 'md5', { signal: controller.signal }), /enough/);
  assert.equal((await inner.stat(path('/a'))).sizeBytes, 1);
});

test('the algorithm is the best that both sides know, and else one of the source', () => {
  const knowing = (...algorithms: (typeof HASH_ALGORITHMS)[number][]): NonNullable<FileSystem['hashing']> => ({
    algorithms: new Set(algorithms),
    of: async () => '',
  });
  assert.equal(chooseAlgorithm(undefined, undefined), 'sha256');
  assert.equal(chooseAlgorithm(knowing('crc32', 'sha1', 'md5'), undefined), 'sha1');
  assert.equal(chooseAlgorithm(knowing('crc32', 'sha1', 'md5'), knowing('md5', 'crc32')), 'md5');
  assert.equal(chooseAlgorithm(knowing('crc32'), knowing('sha256')), 'crc32');
});
