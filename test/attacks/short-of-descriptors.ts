/** Run in a child process that may open few files: one with no descriptor left (EMFILE) loses nothing and leaks nothing. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { get, path, put } from '../conformance/files-probe.ts';
import { makeLocal } from '../conformance/make-local.ts';
import { FileError } from '../../src/files/index.ts';
import { codeOf } from '../../src/files/local/errno.ts';

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

/** Takes every descriptor that is left, acts with `spare` given back, and lets the others go. */
async function withDescriptors(spare: number, act: () => Promise<void>): Promise<void> {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    assert.equal(codeOf(error), 'EMFILE');
  }
  for (const descriptor of taken.splice(0, spare)) closeSync(descriptor);
  try {
    await act();
  } finally {
    for (const descriptor of taken) closeSync(descriptor);
  }
}

/** The only failure that may be seen. */
function isBusy(error: unknown): void {
  assert.ok(error instanceof FileError && error.kind === 'busy', String(error));
}

for (const jail of ['descriptors', 'paths'] as const) {
  for (const spare of [0, 1, 2, 3]) {
    test(`continuing with ${spare} descriptors left keeps what was interrupted, by ${jail}`, async () => {
      using made = makeLocal({ jail, flush: 'never' });
      const begun = await made.fileSystem.openUpload(path('/f'), { owner: 'ann' });
      await begun.write(new Uint8Array(5), 0);
      await begun.keep();
      const before = openDescriptors();
      await withDescriptors(spare, async () => {
        const again = made.fileSystem.openUpload(path('/f'), { owner: 'ann', start: { from: 'end' } });
        await again.then((upload) => upload.keep(), isBusy);
      });
      assert.equal(openDescriptors(), before);
      assert.equal(await made.fileSystem.interruptedSize(path('/f'), 'ann'), 5);
      assert.equal(readdirSync(made.root).filter((name) => name.endsWith('.upload')).length, 0);
    });

    test(`appending with ${spare} descriptors left leaves nothing behind, by ${jail}`, async () => {
      using made = makeLocal({ jail, flush: 'never' });
      writeFileSync(join(made.root, 'f'), 'published');
      const before = openDescriptors();
      await withDescriptors(spare, () =>
        made.fileSystem.openUpload(path('/f'), { start: { from: 'end' } }).then((upload) => upload.discard(), isBusy),
      );
      assert.equal(openDescriptors(), before);
      assert.deepEqual(readdirSync(made.root), ['f']);
      await put(made.fileSystem, '/g', 'later');
      assert.equal(await get(made.fileSystem, '/f'), 'published');
    });
  }
}
