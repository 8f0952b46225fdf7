/** The file system contract: a guard judges the real place of everything that a call touches, before it is touched. */
import assert from 'node:assert/strict';
import { ROOT } from '../../src/base/virtual-path.ts';
import { FileError, type FileSystem, type Guard } from '../../src/files/index.ts';
import { type Case, assertFails, bytesOf, get, namesOf, path, put } from './files-probe.ts';

/** Writes down what it is told, and allows everything. */
function witness(): { readonly seen: string[]; readonly guard: Guard } {
  const seen: string[] = [];
  return { seen, guard: (real, touch) => void seen.push(`${touch} ${real}`) };
}

/** Refuses one place, whatever is to be done there. */
const forbidding =
  (forbidden: string): Guard =>
  (real) => {
    if (real === forbidden) throw new FileError('denied', real);
  };

/** `/open/f`, `/closed/f` and a directory in each. */
async function furnish(files: FileSystem): Promise<void> {
  for (const name of ['/open', '/closed']) {
    await files.makeDirectory(path(name));
    await files.makeDirectory(path(`${name}/d`));
    await put(files, `${name}/f`, `in ${name}`);
  }
}

/** Every name with its type, and the content of files: what an untouched tree is compared by. */
async function picture(files: FileSystem, directory = '/'): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await namesOf(files, directory)) {
    const full = `${directory === '/' ? '' : directory}/${name}`;
    const entry = await files.stat(path(full), { links: 'stay' });
    lines.push(`${entry.type} ${full} ${entry.type === 'file' ? `${await get(files, full)} ${entry.modifiedMs}` : ''}`);
    if (entry.type === 'directory') lines.push(...(await picture(files, full)));
  }
  return lines;
}

async function drain(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const batch of batches) assert.ok(batch);
}

type Call = (files: FileSystem, guard: Guard) => Promise<unknown>;

async function beginUpload(files: FileSystem, name: string, guard: Guard): Promise<void> {
  const upload = await files.openUpload(path(name), { guard, owner: 'ann', start: { from: 'end' } });
  await upload.discard();
}

/** Calls on names in `/open`, and what the guard is told last. Powers that are missing are passed over. */
const CALLS: readonly (readonly [string, Call])[] = [
  ['use /open/f', (files, guard) => files.stat(path('/open/f'), { guard })],
  ['use /open/none', (files, guard) => assertFails(files.stat(path('/open/none'), { guard }), 'not-found')],
  ['use /open', (files, guard) => drain(files.list(path('/open'), { guard }))],
  ['use /', (files, guard) => drain(files.list(ROOT, { guard }))],
  ['use /open/f', async (files, guard) => (await files.openReader(path('/open/f'), { guard })).close()],
  ['replace /open/f', (files, guard) => beginUpload(files, '/open/f', guard)],
  ['make /open/new', (files, guard) => beginUpload(files, '/open/new', guard)],
  ['make /open/made', (files, guard) => files.makeDirectory(path('/open/made'), { guard })],
  ['use /open/made', (files, guard) => files.removeDirectory(path('/open/made'), { guard })],
  ['use /open/f', async (files, guard) => files.setAttributes?.(path('/open/f'), { modifiedMs: 5000 }, { guard })],
  ['use /open/f', async (files, guard) => files.interruptedSize?.(path('/open/f'), 'ann', { guard })],
  ['use /open', async (files, guard) => files.freeSpace?.(path('/open'), { guard })],
  ['use /open/f', async (files, guard) => (await files.openAt?.(path('/open/f'), { access: 'read', guard }))?.close()],
  [
    'make /open/at',
    async (files, guard) =>
      (await files.openAt?.(path('/open/at'), { access: 'write', create: 'if-missing', guard }))?.close(),
  ],
  [
    'use /open/f',
    async (files, guard) =>
      (await files.openAt?.(path('/open/f'), { access: 'write', create: 'if-missing', guard }))?.close(),
  ],
  ['make /open/l', async (files, guard) => files.links?.make('f', path('/open/l'), { guard })],
  ['make /open/moved', (files, guard) => files.rename(path('/open/f'), path('/open/moved'), { guard })],
  ['replace /closed/f', (files, guard) => files.rename(path('/open/moved'), path('/closed/f'), { guard })],
  ['make /open/e', (files, guard) => files.rename(path('/open/d'), path('/open/e'), { guard })],
  ['use /closed/f', (files, guard) => files.remove(path('/closed/f'), { guard })],
];

const PASSED = 'the powers that are missing are passed over';

export const guarding: Record<string, Case> = {
  'a guard is told what each call is about to do, and where': async (files) => {
    await furnish(files);
    for (const [last, call] of CALLS) {
      const { seen, guard } = witness();
      await call(files, guard);
      if (seen.length > 0) assert.equal(seen.at(-1), last);
      else assert.ok(!last.startsWith('replace') && files.openAt === undefined, `${last}: nobody was asked; ${PASSED}`);
    }
  },
  'a guard is told the directories on the way': async (files) => {
    await furnish(files);
    const { seen, guard } = witness();
    await files.stat(path('/open/d'), { guard });
    assert.deepEqual(seen, ['pass /open', 'use /open/d']);
    await assertFails(files.stat(path('/none/below'), { guard }), 'not-found');
    assert.deepEqual(seen.slice(2), ['pass /none']);
    await assertFails(files.stat(path('/open/f/below'), { guard }), 'not-directory');
    assert.deepEqual(seen.slice(3), ['pass /open', 'pass /open/f']);
  },
  'a rename has the old name judged first, and a directory as a tree': async (files) => {
    await furnish(files);
    const { seen, guard } = witness();
    await files.rename(path('/open/f'), path('/closed/f'), { guard });
    await files.rename(path('/open/d'), path('/closed/e'), { guard });
    assert.deepEqual(
      seen.filter((line) => !line.startsWith('pass')),
      ['use /open/f', 'replace /closed/f', 'tree /open/d', 'make /closed/e'],
    );
  },
  'a guard that throws ends the call with nothing touched': async (files) => {
    await furnish(files);
    const before = await picture(files);
    const guard = forbidding('/closed/x');
    const at = path('/closed/x');
    await assertFails(beginUpload(files, '/closed/x', guard), 'denied');
    await assertFails(files.makeDirectory(at, { guard }), 'denied');
    await assertFails(files.rename(path('/open/f'), at, { guard }), 'denied');
    await assertFails(files.rename(path('/open/d'), at, { guard }), 'denied');
    if (files.links !== undefined) await assertFails(files.links.make('f', at, { guard }), 'denied');
    const create = { access: 'write', create: 'if-missing', truncate: true, guard } as const;
    if (files.openAt !== undefined) await assertFails(files.openAt(at, create), 'denied');
    assert.deepEqual(await picture(files), before);
  },
  'a guard that throws protects what stands there': async (files) => {
    await furnish(files);
    const before = await picture(files);
    const guard = forbidding('/closed/f');
    const at = path('/closed/f');
    await assertFails(beginUpload(files, '/closed/f', guard), 'denied');
    await assertFails(files.remove(at, { guard }), 'denied');
    await assertFails(files.rename(path('/open/f'), at, { guard }), 'denied');
    await assertFails(files.rename(at, path('/open/x'), { guard }), 'denied');
    await assertFails(files.removeDirectory(path('/closed/d'), { guard: forbidding('/closed/d') }), 'denied');
    await assertFails(files.stat(at, { guard }), 'denied');
    await assertFails(files.openReader(at, { guard }), 'denied');
    await assertFails(drain(files.list(path('/closed'), { guard: forbidding('/closed') })), 'denied');
    if (files.setAttributes !== undefined)
      await assertFails(files.setAttributes(at, { sizeBytes: 0, modifiedMs: 1 }, { guard }), 'denied');
    const create = { access: 'write', create: 'if-missing', truncate: true, guard } as const;
    if (files.openAt !== undefined) await assertFails(files.openAt(at, create), 'denied');
    assert.deepEqual(await picture(files), before);
  },
  'what a guard throws need not be an error of ours': async (files) => {
    const refusal = new RangeError('not here');
    const guard = (): never => {
      throw refusal;
    };
    await assert.rejects(files.stat(ROOT, { guard }), refusal);
    await assert.rejects(files.makeDirectory(path('/d'), { guard }), refusal);
  },
  'a commit that may replace nothing leaves a name that was taken meanwhile': async (files) => {
    const upload = await files.openUpload(path('/a'), { owner: 'ann' });
    await upload.write(bytesOf('late'), 0);
    await put(files, '/a', 'early');
    await assertFails(upload.commit({ replace: 'refused' }), 'exists');
    await upload.discard();
    assert.equal(await get(files, '/a'), 'early');
    const free = await files.openUpload(path('/b'), { owner: 'ann' });
    await free.write(bytesOf('first'), 0);
    await free.commit({ replace: 'refused' });
    assert.deepEqual([await get(files, '/b'), await namesOf(files, '/')], ['first', ['a', 'b']]);
  },
};

export const guardingLinks: Record<string, Case> = {
  'a link shows the guard its own place and where it leads': async (files) => {
    await furnish(files);
    await files.links?.make('/closed/f', path('/open/absolute'));
    await files.links?.make('../closed/f', path('/open/relative'));
    for (const name of ['absolute', 'relative']) {
      const { seen, guard } = witness();
      await files.stat(path(`/open/${name}`), { guard });
      await (await files.openReader(path(`/open/${name}`), { guard })).close();
      const way = ['pass /open', `pass /open/${name}`, 'pass /closed', 'use /closed/f'];
      assert.deepEqual(seen, [...way, ...way]);
      await assertFails(files.openReader(path(`/open/${name}`), { guard: forbidding('/closed/f') }), 'denied');
    }
  },
  'a call that stays at a link shows the guard only its place': async (files) => {
    await furnish(files);
    await files.links?.make('/closed/f', path('/open/l'));
    const { seen, guard } = witness();
    await files.stat(path('/open/l'), { links: 'stay', guard });
    await files.links?.read(path('/open/l'), { guard });
    await files.rename(path('/open/l'), path('/open/m'), { guard });
    await files.remove(path('/open/m'), { guard });
    assert.deepEqual(
      seen.filter((line) => !line.startsWith('pass')),
      ['use /open/l', 'use /open/l', 'use /open/l', 'make /open/m', 'use /open/m'],
    );
    assert.ok(seen.every((line) => !line.includes('closed')));
  },
  'a link on the way, and one that goes up, show the guard the real place': async (files) => {
    await furnish(files);
    await files.links?.make('../closed', path('/open/way'));
    await files.links?.make('../../closed/d', path('/open/d/up'));
    const { seen, guard } = witness();
    await files.stat(path('/open/way/f'), { guard });
    await drain(files.list(path('/open/d/up'), { guard }));
    assert.deepEqual(
      seen.filter((line) => !line.startsWith('pass /open')),
      ['pass /closed', 'use /closed/f', 'pass /closed', 'use /closed/d'],
    );
    const before = await picture(files, '/closed');
    for (const name of ['f', 'new']) {
      const forbidden = forbidding(`/closed/${name}`);
      await assertFails(beginUpload(files, `/open/way/${name}`, forbidden), 'denied');
      await assertFails(files.rename(path('/open/f'), path(`/open/way/${name}`), { guard: forbidden }), 'denied');
    }
    await assertFails(files.remove(path('/open/way/f'), { guard: forbidding('/closed/f') }), 'denied');
    assert.deepEqual(await picture(files, '/closed'), before);
  },
  'an upload through a link is judged where it will be written': async (files) => {
    await furnish(files);
    await files.links?.make('../closed/f', path('/open/l'));
    await files.links?.make('../closed/new', path('/open/n'));
    const { seen, guard } = witness();
    await beginUpload(files, '/open/l', guard);
    await beginUpload(files, '/open/n', guard);
    assert.deepEqual(
      seen.filter((line) => !line.startsWith('pass')),
      ['replace /closed/f', 'make /closed/new'],
    );
    await assertFails(beginUpload(files, '/open/l', forbidding('/closed/f')), 'denied');
  },
};
