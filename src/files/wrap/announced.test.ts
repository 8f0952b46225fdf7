/** Who hears of an upload, when, and what a refusal leaves. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { assertFails, bytesOf, get, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { testHook } from '../../../test/support/upload-hook.ts';
import { announced, chaos, FileError, type FileSystem, memoryFileSystem, type UploadNotice } from '../index.ts';

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const by = { account: 'ann', protocol: 'ftp', session: '7', peer: '192.0.2.1:4000' } as const;

test('the notice: who, what, its size and hash, and what shows that it is whole', async () => {
  const { hook, told } = testHook();
  const files = announced(memoryFileSystem(), hook);
  const upload = await files.openUpload(path('/a'), { by });
  await upload.write(bytesOf('content'), 0);
  assert.deepEqual(told, []);
  await upload.commit({ evidence: 'likely' });
  assert.deepEqual(told, [
    {
      sequence: 1,
      time: '2026-11-23T01:02:03.000Z',
      ...by,
      path: '/a',
      sizeBytes: 7,
      sha256: sha256('content'),
      evidence: 'likely',
    },
  ]);
  await put(files, '/empty', '');
  const { sizeBytes, sha256: hash, account, evidence } = told[1]!;
  assert.deepEqual([sizeBytes, hash, account, evidence], [0, sha256(''), '', 'unknown']);
});

for (const [name, make] of [
  ['memory', () => ({ fileSystem: memoryFileSystem(), dispose: () => undefined })],
  ['local', () => makeLocal({ flush: 'never' })],
] as const) {
  test(`${name}: the hash is that of the whole file, also of one that was continued or is longer than a piece`, async () => {
    const { fileSystem, dispose } = make();
    try {
      const { hook, told } = testHook();
      const files: FileSystem = announced(fileSystem, hook);
      const first = await files.openUpload(path('/a'), { owner: 'ann' });
      await first.write(bytesOf('01234'), 0);
      await first.keep();
      await put(files, '/a', '56789', { owner: 'ann', start: { from: 'end' } });
      await put(files, '/a', 'AB', { start: { from: 'offset', offsetBytes: 4 } });
      const long = new Uint8Array(2 * 1024 * 1024 + 5).map((_, index) => index % 251);
      const upload = await files.openUpload(path('/long'));
      await upload.write(long.subarray(1_500_000), 1_500_000);
      await upload.write(long.subarray(0, 1_500_000), 0);
      await upload.commit();
      assert.deepEqual(
        told.map(({ sizeBytes, sha256: hash }) => [sizeBytes, hash]),
        [
          [10, sha256('0123456789')],
          [10, sha256('0123AB6789')],
          [long.length, sha256(long)],
        ],
      );
    } finally {
      dispose();
    }
  });
}

test('a hook that decides is asked before anybody sees the file, and its refusal leaves nothing', async () => {
  const asked: UploadNotice[] = [];
  let answer = Promise.resolve(true);
  const { hook, told } = testHook({
    decides: async (notice) => {
      asked.push(notice);
      assert.deepEqual(await namesOf(files, '/'), []);
      return answer;
    },
  });
  const files = announced(memoryFileSystem(), hook);
  for (const refusal of [() => Promise.resolve(false), () => Promise.reject(new Error('down'))]) {
    answer = refusal();
    answer.catch(() => undefined);
    const upload = await files.openUpload(path('/a'), { owner: 'ann', by });
    await upload.write(bytesOf('bad'), 0);
    await assertFails(upload.commit(), 'rejected');
    await upload.discard();
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), undefined);
  }
  assert.deepEqual(told, []);
  answer = Promise.resolve(true);
  await put(files, '/a', 'good', { by });
  assert.equal(await get(files, '/a'), 'good');
  assert.deepEqual(told, [asked[2]]);
  assert.equal(files.openAt, undefined);
});

test('a client that leaves while the hook thinks: nothing is published, and nobody is told', async () => {
  let wanted = true;
  const { hook, told } = testHook({
    decides: () => {
      wanted = false;
      return Promise.resolve(true);
    },
  });
  const files = announced(memoryFileSystem(), hook);
  const upload = await files.openUpload(path('/a'), { owner: 'ann' });
  await upload.write(bytesOf('01234'), 0);
  await assertFails(upload.commit({ stillWanted: () => wanted }), 'interrupted');
  assert.deepEqual(await namesOf(files, '/'), []);
  assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), 5);
  assert.deepEqual(told, []);
});

test('what cannot be read back, or published, is not announced', async () => {
  const io = new FileError('io', '/a');
  const { hook, told } = testHook();
  const unread = announced(chaos(memoryFileSystem(), [{ at: 'read', call: 1, error: io }]), hook);
  await assertFails(put(unread, '/a', 'x'), 'io');
  assert.deepEqual(await namesOf(unread, '/'), []);
  await assertFails(
    put(announced(chaos(memoryFileSystem(), [{ at: 'commit', call: 1, error: io }]), hook), '/a', 'x'),
    'io',
  );
  const memory = memoryFileSystem();
  const blind: FileSystem = {
    ...memory,
    openUpload: async (name, options) => {
      const upload = await memory.openUpload(name, options);
      const { startBytes } = upload;
      return {
        startBytes,
        write: (bytes, at) => upload.write(bytes, at),
        commit: (wanted) => upload.commit(wanted),
        keep: () => upload.keep(),
        discard: () => upload.discard(),
      };
    },
  };
  await assertFails(announced(blind, hook).openUpload(path('/a')), 'unsupported');
  assert.deepEqual(told, []);
});

test('many uploads that end together are all read back, a few at once', async () => {
  const { hook, told } = testHook();
  const files = announced(memoryFileSystem(), hook);
  await Promise.all(Array.from({ length: 50 }, (_, index) => put(files, `/f${index}`, `content ${index}`)));
  assert.deepEqual(
    new Set(told.map((notice) => `${notice.path} ${notice.sha256}`)),
    new Set(Array.from({ length: 50 }, (_, index) => `/f${index} ${sha256(`content ${index}`)}`)),
  );
});
