import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, namesOf, path, put } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import {
  farAway,
  getBytes,
  getText,
  hooked,
  inPieces,
  letTimePass,
  placeOf,
  putBytes,
  watching,
} from '../../../test/support/copy.ts';
import { sampleBytes } from '../../../test/support/tree.ts';
import { systemClock } from '../../base/clock.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../index.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions } from './copy.ts';

const clock = systemClock;

interface Rig extends Disposable {
  readonly make: (kind: string) => FileSystem;
}

function rig(): Rig {
  const made: Disposable[] = [];
  const local = (): FileSystem => {
    const one = makeLocal({ flush: 'never' });
    made.push(one);
    return one.fileSystem;
  };
  return {
    make: (kind) => (kind === 'local' ? local() : kind === 'memory' ? memoryFileSystem() : farAway(memoryFileSystem())),
    [Symbol.dispose]: () => made.forEach((one) => one[Symbol.dispose]()),
  };
}

describe('a file arrives whole', () => {
  const kinds = ['memory', 'local', 'far away'];
  for (const [from, to] of kinds.flatMap((one) => kinds.map((other) => [one, other] as const)))
    test(`from ${from} to ${to}`, async () => {
      using places = rig();
      const [source, target] = [places.make(from), places.make(to)];
      for (const [size, resume] of [
        [0, 'never'],
        [1, 'if-possible'],
        [70_000, 'never'],
        [70_000, 'if-possible'],
        [2_500_000, 'if-possible'],
      ] as const) {
        const bytes = sampleBytes(size);
        await putBytes(source, '/a', bytes);
        const report = await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock, resume, verify: 'hash' });
        assert.deepEqual(Buffer.from(await getBytes(target, '/b')), bytes);
        assert.equal(report.verified, 'hash');
        assert.equal(report.sizeBytes, size);
        assert.equal(report.way, 'through-us');
        assert.deepEqual(report.warnings, []);
        assert.deepEqual(await namesOf(target, '/'), ['b']);
      }
    });
});

test('it tells what it does, in order', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await put(source, '/a', 'content');
  const { events, kinds } = watching();
  const onEvent = (event: (typeof events)[number]): number => events.push(event);
  await copyFile(placeOf(source, '/a', 'one'), placeOf(target, '/b', 'two'), { clock, onEvent, verify: 'hash' });
  assert.deepEqual(kinds(), ['started', 'verifying', 'verifying', 'finished']);
  assert.deepEqual(
    events.map(({ from, to }) => `${from}>${to}`),
    events.map(() => 'one>two'),
  );
  await assertFails(copyFile(placeOf(source, '/no'), placeOf(target, '/b'), { clock, onEvent }), 'not-found');
  assert.equal(kinds().at(-1), 'failed');
});

test('progress is told ten times a second at most, with the rate of the last seconds', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await putBytes(source, '/a', sampleBytes(400_000));
  const manual = createManualClock();
  const slow = hooked(source, { read: () => manual.advance(20) });
  const { events } = watching();
  const onEvent = (event: (typeof events)[number]): number => events.push(event);
  await copyFile(placeOf(slow, '/a'), placeOf(target, '/b'), { clock: manual, onEvent, pace: inPieces(4096) });
  const progress = events.filter((event) => event.kind === 'progress');
  // 98 reads of 20 ms are about two seconds.
  assert.ok(progress.length >= 10 && progress.length <= 20, `${progress.length} events`);
  assert.ok(progress.every(({ bytesPerSecond }) => bytesPerSecond > 150_000 && bytesPerSecond < 250_000));
  assert.ok(progress.every(({ bytes, sizeBytes }) => bytes <= sizeBytes));
});

describe('what stands under the name', () => {
  const setUp = async (): Promise<{ source: FileSystem; target: FileSystem }> => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await put(source, '/a', 'new');
    await put(target, '/b', 'old', { mode: 0o640 });
    await target.setAttributes(path('/b'), { mode: 0o640 });
    return { source, target };
  };
  test('is replaced, and its mode stays', async () => {
    for (const resume of ['never', 'if-possible'] as const) {
      const { source, target } = await setUp();
      await putBytes(source, '/a', sampleBytes(100_000));
      await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock, resume });
      const entry = await target.stat(path('/b'));
      assert.deepEqual([entry.sizeBytes, entry.mode], [100_000, 0o640]);
    }
  });
  test('is passed over', async () => {
    const { source, target } = await setUp();
    const report = await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock, ifExists: 'skip' });
    assert.equal(report.way, 'skipped');
    assert.equal(await getText(target, '/b'), 'old');
  });
  test('is not touched when it may not be replaced, also when it comes while the copy runs', async () => {
    const { source, target } = await setUp();
    const options = { clock, ifExists: 'refuse' } as const;
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options), 'exists');
    await putBytes(source, '/a', sampleBytes(100_000));
    for (const resume of ['never', 'if-possible'] as const) {
      const name = `/late-${resume}`;
      const late = hooked(source, { read: () => put(target, name, 'early').then(() => undefined) });
      await assertFails(copyFile(placeOf(late, '/a'), placeOf(target, name), { ...options, resume }), 'exists');
      assert.equal(await getText(target, name), 'early');
    }
  });
  test('a directory is never replaced', async () => {
    const { source, target } = await setUp();
    await target.makeDirectory(path('/d'));
    for (const to of [target, farAway(target)])
      await assertFails(copyFile(placeOf(source, '/a'), placeOf(to, '/d'), { clock }), 'is-directory');
    await assertFails(copyFile(placeOf(target, '/d'), placeOf(source, '/a'), { clock }), 'is-directory');
  });
  test('a link is written through, as an upload does', async () => {
    const { source, target } = await setUp();
    await target.links?.make('b', path('/link'));
    await putBytes(source, '/a', sampleBytes(100_000));
    await copyFile(placeOf(source, '/a'), placeOf(target, '/link'), { clock, resume: 'if-possible' });
    assert.equal((await target.stat(path('/link'), { links: 'stay' })).type, 'symlink');
    assert.equal((await target.stat(path('/b'))).sizeBytes, 100_000);
  });
});

test('a file is not copied onto itself, whatever it is called', async () => {
  using made = makeLocal();
  using again = makeLocal();
  const files = made.fileSystem;
  await put(files, '/a', 'precious');
  await files.links.make('a', path('/link'));
  for (const resume of ['never', 'if-possible'] as const)
    for (const name of ['/a', '/link'])
      await assertFails(copyFile(placeOf(files, '/a'), placeOf(files, name), { clock, resume }), 'exists');
  assert.equal(await getText(files, '/a'), 'precious');
  await copyFile(placeOf(files, '/a'), placeOf(again.fileSystem, '/a'), { clock });
  assert.equal(await getText(again.fileSystem, '/a'), 'precious');
});

describe('times and modes', () => {
  const setUp = async (): Promise<{ source: FileSystem; target: FileSystem }> => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await put(source, '/a', 'x');
    await source.setAttributes(path('/a'), { mode: 0o4751, modifiedMs: 1_000_000_123 });
    return { source, target };
  };
  const copied = async (keep: NonNullable<CopyOptions['keep']>): Promise<(number | undefined)[]> => {
    const { source, target } = await setUp();
    await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock, keep });
    const { mode, modifiedMs } = await target.stat(path('/b'));
    return [mode, modifiedMs === 1_000_000_123 ? 1 : 0];
  };
  test('are kept as asked, but for the bits that give powers', async () => {
    assert.deepEqual(await copied('nothing'), [0o644, 0]);
    assert.deepEqual(await copied('times'), [0o644, 1]);
    assert.deepEqual(await copied('times-and-modes'), [0o751, 1]);
  });
  test('a place that keeps one of them, or none, fails nothing', async () => {
    const { source, target } = await setUp();
    const { setAttributes, ...without } = target;
    assert.ok(setAttributes !== undefined);
    const options = { clock, keep: 'times-and-modes' } as const;
    const none = await copyFile(placeOf(source, '/a'), placeOf(without, '/b'), options);
    assert.deepEqual(none.warnings, [
      'Its time could not be kept (unsupported).',
      'Its mode could not be kept (unsupported).',
    ]);
    const timesOnly: FileSystem = {
      ...target,
      setAttributes: async (at, wanted, call) => {
        if (wanted.mode !== undefined) throw new FileError('denied', at);
        await setAttributes(at, wanted, call);
      },
    };
    const one = await copyFile(placeOf(source, '/a'), placeOf(timesOnly, '/c'), options);
    assert.deepEqual(one.warnings, ['Its mode could not be kept (denied).']);
    assert.equal((await target.stat(path('/c'))).modifiedMs, 1_000_000_123);
  });
});

describe('a source that changes its size while it is copied', () => {
  for (const resume of ['never', 'if-possible'] as const)
    test(`fails with integrity and leaves nothing (resume ${resume})`, async () => {
      for (const [said, is] of [
        [100_000, 100_001],
        [100_000, 99_999],
      ] as const) {
        const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
        await put(target, '/b', 'old');
        await putBytes(inner, '/a', sampleBytes(is));
        const lying: FileSystem = {
          ...inner,
          stat: async (at, call) => ({ ...(await inner.stat(at, call)), sizeBytes: said }),
          openReader: async (at, call) => {
            const reader = await inner.openReader(at, call);
            return { ...reader, entry: { ...reader.entry, sizeBytes: said } };
          },
        };
        await assertFails(copyFile(placeOf(lying, '/a'), placeOf(target, '/b'), { clock, resume }), 'integrity');
        assert.equal(await getText(target, '/b'), 'old');
        assert.deepEqual(await namesOf(target, '/'), ['b']);
        const report = await copyFile(placeOf(lying, '/a'), placeOf(target, '/b'), { clock, verify: 'none' });
        assert.deepEqual([report.verified, report.sizeBytes], ['no', is]);
      }
    });
});

describe('bytes that were damaged on the way', () => {
  const flip = (bytes: Uint8Array): undefined => {
    bytes[0] = (bytes[0] ?? 0) ^ 1;
  };
  const options = { clock, verify: 'hash' } as const;
  test('never stand under the name where they can be read back first', async () => {
    for (const resume of ['never', 'if-possible'] as const) {
      const [source, inner] = [memoryFileSystem(), memoryFileSystem()];
      await put(inner, '/b', 'old');
      await putBytes(source, '/a', sampleBytes(2_500_000));
      const target = hooked(inner, { write: (bytes, at) => (at > 0 ? flip(bytes) : undefined) });
      await assertFails(copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { ...options, resume }), 'integrity');
      assert.equal(await getText(inner, '/b'), 'old');
      assert.deepEqual(await namesOf(inner, '/'), ['b']);
    }
  });
  test('do not stay there where they cannot', async () => {
    const [source, inner] = [memoryFileSystem(), memoryFileSystem()];
    await putBytes(source, '/a', sampleBytes(100_000));
    const blind: FileSystem = {
      ...farAway(inner),
      openUpload: async (at, call) => {
        const { startBytes, ...upload } = await inner.openUpload(at, call).then((one) => ({
          startBytes: one.startBytes,
          write: (bytes: Uint8Array, position: number) => one.write(bytes.with(0, 1), position),
          commit: () => one.commit(),
          keep: () => one.keep(),
          discard: () => one.discard(),
        }));
        return { startBytes, ...upload };
      },
    };
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(blind, '/b'), options), 'integrity');
    assert.deepEqual(await namesOf(inner, '/'), []);
  });
  test('a source that says another hash of itself is believed', async () => {
    const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
    await put(inner, '/a', 'content');
    const source: FileSystem = { ...inner, hashing: { algorithms: new Set(['md5']), of: async () => '00' } };
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options), 'integrity');
    assert.deepEqual(await namesOf(target, '/'), []);
  });
  test('a destination that computes hashes is asked, and nothing is read back', async () => {
    const [source, inner] = [memoryFileSystem(), memoryFileSystem()];
    await put(source, '/a', 'content');
    const asked: string[] = [];
    const hashing = {
      algorithms: new Set(['crc32', 'sha1'] as const),
      of: async (at: string, algorithm: string) => {
        asked.push(`${algorithm} ${at}`);
        return '040F06FD774092478D450774F5BA30C5DA78ACC8';
      },
    };
    const far = hooked({ ...farAway(inner), hashing }, { read: () => assert.fail('it was read back') });
    const report = await copyFile(placeOf(source, '/a'), placeOf(far, '/b'), options);
    assert.deepEqual(asked, ['sha1 /b']);
    assert.deepEqual(report.hash, { algorithm: 'sha1', value: '040f06fd774092478d450774f5ba30c5da78acc8' });
  });
});

test('the rate is kept', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await putBytes(source, '/a', sampleBytes(100_000));
  const manual = createManualClock();
  const copying = copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock: manual, rateBytesPerSecond: 50_000 });
  await letTimePass(manual, copying);
  const passedMs = manual.monotonic();
  assert.ok(passedMs >= 1850 && passedMs <= 2100, `${passedMs} ms for two seconds' worth`);
});

test('a mode of a file that nobody else may read is never wider on the way', async () => {
  const source = memoryFileSystem();
  using made = makeLocal({ flush: 'never' });
  await putBytes(source, '/a', sampleBytes(100_000));
  await source.setAttributes(path('/a'), { mode: 0o600 });
  const modes = new Set<number | undefined>();
  const watched = hooked(source, {
    async read() {
      for await (const batch of made.fileSystem.list(path('/'))) for (const { mode } of batch) modes.add(mode);
    },
  });
  const options = { clock, resume: 'if-possible', keep: 'times-and-modes', pace: inPieces(8192) } as const;
  await copyFile(placeOf(watched, '/a'), placeOf(made.fileSystem, '/b'), options);
  assert.deepEqual([...modes], [0o600]);
  assert.equal((await made.fileSystem.stat(path('/b'))).mode, 0o600);
});
