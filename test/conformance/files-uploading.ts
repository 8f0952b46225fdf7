/** The file system contract: uploads, whole or not at all, and their continuation. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WriteOptions } from '../../src/files/index.ts';
import { type Case, assertFails, bytesOf, get, namesOf, path, put } from './files-probe.ts';

export const uploading: Record<string, Case> = {
  'nobody sees an upload before it is committed': async (files) => {
    await put(files, '/a', 'old');
    const upload = await files.openUpload(path('/a'));
    await upload.write(bytesOf('new content'), 0);
    assert.equal(await get(files, '/a'), 'old');
    assert.deepEqual(await namesOf(files, '/'), ['a']);
    await upload.commit();
    assert.equal(await get(files, '/a'), 'new content');
    assert.deepEqual(await namesOf(files, '/'), ['a']);
  },
  'a discarded upload leaves nothing': async (files) => {
    await put(files, '/a', 'old');
    for (const name of ['/a', '/b']) {
      const upload = await files.openUpload(path(name), { owner: 'ann' });
      await upload.write(bytesOf('new'), 0);
      await upload.discard();
      await upload.discard();
    }
    assert.equal(await get(files, '/a'), 'old');
    assert.deepEqual(await namesOf(files, '/'), ['a']);
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), undefined);
  },
  'writes may overlap and come in any order': async (files) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.infiniteStream(fc.nat()),
        async (content, seeds) => {
          const pieces = Array.from({ length: Math.ceil(content.length / 7) }, (_, index) => index * 7);
          const order = pieces.map((at) => ({ at, key: seeds.next().value as number })).sort((a, b) => a.key - b.key);
          const upload = await files.openUpload(path('/p'));
          await Promise.all(order.map(({ at }) => upload.write(content.subarray(at, at + 7), at)));
          await upload.commit();
          await using reader = await files.openReader(path('/p'));
          const into = new Uint8Array(content.length + 1);
          assert.equal(await reader.read(into, 0), content.length);
          assert.deepEqual(into.subarray(0, content.length), content);
        },
      ),
      { numRuns: 30 },
    );
  },
  'a new name stays new, also when somebody takes it during the upload': async (files) => {
    const start = { from: 'nothing-new' } as const;
    await put(files, '/a', 'first', { start });
    await assertFails(files.openUpload(path('/a'), { start }), 'exists');
    const upload = await files.openUpload(path('/b'), { start });
    await upload.write(bytesOf('late'), 0);
    await put(files, '/b', 'early');
    await assertFails(upload.commit(), 'exists');
    await upload.discard();
    assert.equal(await get(files, '/b'), 'early');
    assert.deepEqual(await namesOf(files, '/'), ['a', 'b']);
  },
  'from an offset: the bytes before it and beyond what is written stay': async (files) => {
    await put(files, '/a', '0123456789');
    const upload = await files.openUpload(path('/a'), { start: { from: 'offset', offsetBytes: 4 } });
    assert.equal(upload.startBytes, 4);
    await upload.write(bytesOf('AB'), 4);
    assert.equal(await get(files, '/a'), '0123456789');
    await upload.commit();
    assert.equal(await get(files, '/a'), '0123AB6789');
  },
  'an offset behind the end is refused': async (files) => {
    await put(files, '/a', '0123');
    const from = (offsetBytes: number): WriteOptions => ({ start: { from: 'offset', offsetBytes } });
    await assertFails(files.openUpload(path('/a'), from(5)), 'bad-offset');
    await assertFails(files.openUpload(path('/a'), from(2 ** 63)), 'bad-offset');
    await assertFails(files.openUpload(path('/a'), from(-1)), 'bad-offset');
    await assertFails(files.openUpload(path('/new'), from(1)), 'bad-offset');
    assert.deepEqual(await namesOf(files, '/'), ['a']);
    await put(files, '/a', '45', from(4));
    assert.equal(await get(files, '/a'), '012345');
  },
  'from the end: behind what is there, or from 0': async (files) => {
    await put(files, '/a', 'one', { start: { from: 'end' } });
    await put(files, '/a', 'two', { start: { from: 'end' } });
    assert.equal(await get(files, '/a'), 'onetwo');
  },
  'nothing is published when it is no longer wanted': async (files) => {
    await put(files, '/a', 'old');
    const upload = await files.openUpload(path('/a'), { owner: 'ann' });
    await upload.write(bytesOf('new'), 0);
    await assertFails(upload.commit({ stillWanted: () => false }), 'interrupted');
    assert.equal(await get(files, '/a'), 'old');
    if (files.interruptedSize !== undefined) assert.equal(await files.interruptedSize(path('/a'), 'ann'), 3);
  },
  'a write beyond every size is refused': async (files) => {
    const upload = await files.openUpload(path('/a'));
    await assertFails(upload.write(bytesOf('x'), 2 ** 63), 'bad-offset', 'full', 'unsupported');
    await upload.discard();
  },
};

export const continuing: Record<string, Case> = {
  'an interrupted upload is continued by its owner only': async (files) => {
    await put(files, '/a', 'published');
    const first = await files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(bytesOf('01234'), 0);
    await first.keep();
    assert.deepEqual(await namesOf(files, '/'), ['a']);
    assert.equal(await get(files, '/a'), 'published');
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), 5);
    assert.equal(await files.interruptedSize?.(path('/a'), 'bob'), undefined);
    const other = await files.openUpload(path('/a'), { owner: 'bob', start: { from: 'end' } });
    assert.equal(other.startBytes, 9);
    await other.discard();
    const second = await files.openUpload(path('/a'), { owner: 'ann', start: { from: 'end' } });
    assert.equal(second.startBytes, 5);
    await second.write(bytesOf('56789'), 5);
    await second.commit();
    assert.equal(await get(files, '/a'), '0123456789');
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), undefined);
  },
  'two sessions cannot both have what was interrupted': async (files) => {
    const start = { from: 'end' } as const;
    const first = await files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(bytesOf('01234'), 0);
    await first.keep();
    const uploads = await Promise.all([1, 2].map(() => files.openUpload(path('/a'), { owner: 'ann', start })));
    assert.deepEqual(uploads.map((upload) => upload.startBytes).sort(), [0, 5]);
    for (const upload of uploads) await upload.discard();
  },
  'nothing arrived: what was interrupted stays, and a copy is not kept': async (files) => {
    await put(files, '/a', 'published');
    const copy = await files.openUpload(path('/a'), { owner: 'ann', start: { from: 'offset', offsetBytes: 3 } });
    await copy.keep();
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), undefined);
    const first = await files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(bytesOf('01234'), 0);
    await first.keep();
    const again = await files.openUpload(path('/a'), { owner: 'ann', start: { from: 'end' } });
    await again.keep();
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), 5);
    await assertFails(
      files.openUpload(path('/a'), { owner: 'ann', start: { from: 'offset', offsetBytes: 6 } }),
      'bad-offset',
    );
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), 5);
  },
  'what is kept ends where the bytes of this upload end': async (files) => {
    await put(files, '/a', '0123456789');
    const upload = await files.openUpload(path('/a'), { owner: 'ann', start: { from: 'offset', offsetBytes: 2 } });
    await upload.write(bytesOf('AB'), 2);
    await upload.keep();
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), 4);
  },
  'a new upload forgets what was interrupted': async (files) => {
    const first = await files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(bytesOf('01234'), 0);
    await first.keep();
    await put(files, '/a', 'x', { owner: 'ann' });
    assert.equal(await files.interruptedSize?.(path('/a'), 'ann'), undefined);
    assert.equal(await get(files, '/a'), 'x');
  },
  'a directory that holds only what was interrupted can be removed': async (files) => {
    await files.makeDirectory(path('/d'));
    const upload = await files.openUpload(path('/d/a'), { owner: 'ann' });
    await upload.write(bytesOf('01234'), 0);
    await upload.keep();
    await files.removeDirectory(path('/d'));
    assert.deepEqual(await namesOf(files, '/'), []);
    assert.equal(await files.interruptedSize?.(path('/d/a'), 'ann'), undefined);
  },
};
