/** Files that appear whole or not at all, and replace nothing unless told to. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeWhole } from './image-files.ts';

const { signal } = new AbortController();

function folderWith(mine?: string): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'portcall-image-'));
  if (mine !== undefined) writeFileSync(join(path, 'x.bin'), mine);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

test('nothing has the name, and nothing stays, when writing fails', async () => {
  for (const existing of ['kept', 'replaced'] as const) {
    using folder = folderWith(existing === 'replaced' ? 'mine' : undefined);
    const before = contents(folder.path);
    const chunks = function* (): Generator<Uint8Array, void> {
      yield Buffer.from('half');
      assert.ok(!('x.bin' in contents(folder.path)) || contents(folder.path)['x.bin'] === 'mine');
      throw new Error('no more');
    };
    await assert.rejects(writeWhole(join(folder.path, 'x.bin'), chunks(), { existing, signal }), /no more/);
    assert.deepEqual(contents(folder.path), before);
  }
});

test('a stop between two chunks leaves nothing', async () => {
  using folder = folderWith();
  const stop = new AbortController();
  const chunks = function* (): Generator<Uint8Array, void> {
    yield Buffer.from('half');
    stop.abort();
    yield Buffer.from('half');
  };
  const writing = writeWhole(join(folder.path, 'x.bin'), chunks(), { existing: 'kept', signal: stop.signal });
  await assert.rejects(writing, { name: 'AbortError' });
  assert.deepEqual(contents(folder.path), {});
});

test('what appears under the name meanwhile is kept, unless it may be replaced', async () => {
  for (const [existing, after] of [
    ['kept', 'theirs'],
    ['replaced', 'ours'],
  ] as const) {
    using folder = folderWith();
    const chunks = function* (): Generator<Uint8Array, void> {
      yield Buffer.from('ours');
      writeFileSync(join(folder.path, 'x.bin'), 'theirs');
    };
    const writing = writeWhole(join(folder.path, 'x.bin'), chunks(), { existing, signal });
    if (existing === 'kept') await assert.rejects(writing, { code: 'EEXIST' });
    else assert.equal((await writing).sizeBytes, 4);
    assert.deepEqual(contents(folder.path), { 'x.bin': after });
  }
});
