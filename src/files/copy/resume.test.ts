import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertFails, namesOf, path } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import {
  cutAfter,
  farAway,
  getBytes,
  hooked,
  inPieces,
  placeOf,
  putBytes,
  watching,
} from '../../../test/support/copy.ts';
import { sampleBytes } from '../../../test/support/tree.ts';
import { systemClock } from '../../base/clock.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../index.ts';
import { partName } from '../part-name.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions, CopyReport } from './copy.ts';
import { memoryRecords } from './memory-records.ts';

const KIB = 1024;
const clock = systemClock;
const lost = (): FileError => new FileError('connection-lost', '/a');
const basic = { clock, resume: 'if-possible', pace: inPieces(8 * KIB) } as const;
const partOf = (label: string): string => `/${partName('b', label)}`;

interface Cut {
  readonly how: 'read' | 'write' | 'abort';
  readonly afterBytes: number;
}

/** Copies once, and is cut; whether it came to that does not matter. */
async function cutCopy(source: FileSystem, target: FileSystem, cut: Cut, options: CopyOptions): Promise<void> {
  const controller = new AbortController();
  let passed = 0;
  const aborting = hooked(source, {
    read(bytes) {
      passed += bytes.length;
      if (passed > cut.afterBytes) controller.abort();
    },
  });
  const [from, to] =
    cut.how === 'abort'
      ? [aborting, target]
      : cut.how === 'read'
        ? [cutAfter(source, 'read', cut.afterBytes, lost), target]
        : [source, cutAfter(target, 'write', cut.afterBytes, lost)];
  const places = [placeOf(from, '/a', 'from'), placeOf(to, '/b', 'to')] as const;
  await copyFile(...places, { ...options, signal: controller.signal }).catch((error: unknown) => {
    const isExpected = controller.signal.aborted || (error instanceof FileError && error.kind === 'connection-lost');
    if (!isExpected) throw error;
  });
}

const finish = (source: FileSystem, target: FileSystem, options: CopyOptions): Promise<CopyReport> =>
  copyFile(placeOf(source, '/a', 'from'), placeOf(target, '/b', 'to'), options);

const cuts = fc.array(
  fc.record({ how: fc.constantFrom<Cut['how'][]>('read', 'write', 'abort'), afterBytes: fc.nat(300 * KIB) }),
  { minLength: 1, maxLength: 3 },
);

describe('cut anywhere, any number of times, it arrives byte for byte', () => {
  for (const kind of ['memory', 'local', 'far away'])
    for (const memory of ['with', 'without'])
      test(`${kind}, ${memory} records`, async () => {
        using made = makeLocal({ flush: 'never' });
        await fc.assert(
          fc.asyncProperty(fc.nat(260 * KIB), cuts, async (size, given) => {
            const source = memoryFileSystem();
            const inner = kind === 'local' ? made.fileSystem : memoryFileSystem();
            const target = kind === 'far away' ? farAway(inner) : inner;
            const bytes = sampleBytes(size, size);
            await putBytes(source, '/a', bytes);
            const options: CopyOptions = { ...basic, ...(memory === 'with' ? { records: memoryRecords() } : {}) };
            for (const cut of given) await cutCopy(source, target, cut, options);
            await finish(source, target, { ...options, verify: 'hash' });
            assert.deepEqual(Buffer.from(await getBytes(target, '/b')), bytes);
            assert.deepEqual(await namesOf(inner, '/'), ['b']);
            await inner.remove(path('/b'));
          }),
          { numRuns: 25 },
        );
      });
});

describe('what an interrupted copy leaves', () => {
  const setUp = async (): Promise<{ source: FileSystem; target: FileSystem }> => {
    const source = memoryFileSystem();
    await putBytes(source, '/a', sampleBytes(300 * KIB));
    return { source, target: memoryFileSystem() };
  };
  for (const how of ['read', 'write', 'abort'] as const) {
    test(`by ${how}: nothing, unless it is to be continued`, async () => {
      const { source, target } = await setUp();
      const cut = { how, afterBytes: 200 * KIB };
      using made = makeLocal({ flush: 'never' });
      const retry = { attempts: 2, firstDelayMs: 0, maxDelayMs: 0 };
      for (const files of [target, farAway(target), made.fileSystem]) {
        await cutCopy(source, files, cut, { ...basic, resume: 'never', retry });
        assert.deepEqual(await namesOf(files, '/'), []);
        assert.equal(await files.interruptedSize?.(path('/b'), 'to'), undefined);
      }
      assert.deepEqual(readdirSync(made.root), []);
      await cutCopy(source, target, cut, basic);
      assert.deepEqual(await namesOf(target, '/'), [partOf('to').slice(1)]);
    });
    test(`by ${how}: it is continued behind what arrived`, async () => {
      for (const far of [false, true]) {
        const { source, target: inner } = await setUp();
        const target = far ? farAway(inner) : inner;
        await cutCopy(source, target, { how, afterBytes: 200 * KIB }, basic);
        const { events, kinds } = watching();
        const onEvent = (event: (typeof events)[number]): number => events.push(event);
        const report = await finish(source, target, { ...basic, onEvent });
        assert.ok(report.resumedAtBytes >= 176 * KIB && report.resumedAtBytes <= 200 * KIB, `${report.resumedAtBytes}`);
        assert.deepEqual(kinds(), ['started', 'resumed', 'verifying', 'finished']);
        assert.deepEqual(report.warnings, []);
      }
    });
  }
  test('a signal that was aborted before touches nothing', async () => {
    const { source, target } = await setUp();
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(finish(source, target, { ...basic, signal }), /enough/);
    assert.deepEqual(await namesOf(target, '/'), []);
  });
  test('a read that never ends is given up at once', async () => {
    const { source, target } = await setUp();
    const controller = new AbortController();
    const stuck = hooked(source, {
      read(_bytes, at) {
        if (at < 100 * KIB) return undefined;
        controller.abort(new Error('enough'));
        return new Promise(() => undefined);
      },
    });
    await assert.rejects(finish(stuck, target, { ...basic, signal: controller.signal }), /enough/);
    assert.ok((await finish(source, target, basic)).resumedAtBytes > 80 * KIB);
  });
});

test('a write that runs when the signal comes is waited for, and counts', async () => {
  const controller = new AbortController();
  const inner = memoryFileSystem();
  const source = memoryFileSystem();
  await putBytes(source, '/a', sampleBytes(300 * KIB));
  const state = { writing: 0 };
  const target: FileSystem = {
    ...inner,
    openAt: async (at, call) => {
      const file = await inner.openAt(at, call);
      return {
        stat: () => file.stat(),
        read: (into, position) => file.read(into, position),
        write: async (bytes, position) => {
          state.writing += 1;
          if (position >= 160 * KIB) controller.abort(new Error('enough'));
          await new Promise((resolve) => setImmediate(resolve));
          await file.write(bytes, position);
          state.writing -= 1;
        },
        setAttributes: (attributes) => file.setAttributes(attributes),
        sync: () => file.sync(),
        async close() {
          assert.equal(state.writing, 0, 'it was let go in the middle of a write');
          await file.close();
        },
        [Symbol.asyncDispose]: () => file.close(),
      };
    },
  };
  await assert.rejects(finish(source, target, { ...basic, signal: controller.signal }), /enough/);
  assert.equal((await inner.stat(path(partOf('to')))).sizeBytes, 168 * KIB);
});

describe('it begins anew, and says why', () => {
  const cut = { how: 'read', afterBytes: 200 * KIB } as const;
  const bytes = sampleBytes(300 * KIB);
  const setUp = async (options: CopyOptions): Promise<{ source: FileSystem; target: FileSystem }> => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await putBytes(source, '/a', bytes);
    await cutCopy(source, target, cut, options);
    return { source, target };
  };
  const beginsAnew = async (
    { source, target }: Awaited<ReturnType<typeof setUp>>,
    options: CopyOptions,
    why: RegExp,
  ): Promise<void> => {
    const { events, kinds } = watching();
    const onEvent = (event: (typeof events)[number]): number => events.push(event);
    const report = await finish(source, target, { ...options, onEvent });
    assert.equal(report.resumedAtBytes, 0);
    assert.deepEqual(kinds(), ['started', 'began-anew', 'verifying', 'finished']);
    assert.match(report.warnings.join(), why);
    assert.deepEqual(await getBytes(target, '/b'), await getBytes(source, '/a'));
    assert.deepEqual(await namesOf(target, '/'), ['b']);
  };
  test('when what arrived is not what the source has there', async () => {
    for (const back of [1, 64 * KIB]) {
      const rig = await setUp(basic);
      const part = await getBytes(rig.target, partOf('to'));
      part[part.length - back] = (part[part.length - back] ?? 0) ^ 1;
      await putBytes(rig.target, partOf('to'), part);
      await beginsAnew(rig, basic, /the end of what had arrived is not what the source has there/);
    }
  });
  test('when the source has another time than the record says, though the end is the same', async () => {
    const options = { ...basic, records: memoryRecords() };
    const rig = await setUp(options);
    await rig.source.setAttributes?.(path('/a'), { modifiedMs: 1_000_000_000_000 });
    await beginsAnew(rig, options, /the source has changed/);
  });
  test('when the source has become smaller than what arrived', async () => {
    const rig = await setUp(basic);
    await rig.source.setAttributes?.(path('/a'), { sizeBytes: 150 * KIB });
    await beginsAnew(rig, basic, /more had arrived than the source has now/);
  });
  test('when the source has become too small to be continued at all', async () => {
    const rig = await setUp(basic);
    await rig.source.setAttributes?.(path('/a'), { sizeBytes: 5 });
    await finish(rig.source, rig.target, basic);
    assert.deepEqual(await namesOf(rig.target, '/'), ['b']);
  });
  test('a link under the name of the part is not written through', async () => {
    const rig = await setUp(basic);
    await rig.target.remove(path(partOf('to')));
    await putBytes(rig.target, '/precious', bytes.subarray(0, 100 * KIB));
    await rig.target.links?.make('precious', path(partOf('to')));
    await finish(rig.source, rig.target, basic);
    assert.equal((await rig.target.stat(path('/precious'))).sizeBytes, 100 * KIB);
    assert.deepEqual(await namesOf(rig.target, '/'), ['b', 'precious']);
  });
});

describe('what had arrived before is proven by hash too', () => {
  const bytes = sampleBytes(300 * KIB);
  const cut = { how: 'read', afterBytes: 200 * KIB } as const;
  const damaged = async (): Promise<{ source: FileSystem; target: FileSystem }> => {
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await putBytes(source, '/a', bytes);
    await cutCopy(source, target, cut, basic);
    const part = await getBytes(target, partOf('to'));
    part[10] = (part[10] ?? 0) ^ 1;
    await putBytes(target, partOf('to'), part);
    return { source, target };
  };
  const hashing: NonNullable<FileSystem['hashing']> = {
    algorithms: new Set(['sha256']),
    of: async () => createHash('sha256').update(bytes).digest('hex'),
  };
  for (const own of [false, true])
    test(`damage before the overlap is found (${own ? 'the source hashes itself' : 'the source is read again'})`, async () => {
      const { source: inner, target } = await damaged();
      let readBytes = 0;
      const counted = hooked(inner, { read: (piece) => void (readBytes += piece.length) });
      const source = own ? { ...counted, hashing } : counted;
      await assertFails(finish(source, target, { ...basic, verify: 'hash' }), 'integrity');
      assert.deepEqual(await namesOf(target, '/'), []);
      assert.ok(own ? readBytes < 200 * KIB : readBytes >= 300 * KIB, `${readBytes} bytes were read`);
      assert.equal((await finish(source, target, { ...basic, verify: 'hash' })).resumedAtBytes, 0);
    });
});

test('records that cannot be kept fail no copy', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await putBytes(source, '/a', sampleBytes(100 * KIB));
  const broken = async (): Promise<never> => {
    throw new Error('the disk is full');
  };
  const records = { load: broken, save: broken, forget: broken };
  await cutCopy(source, target, { how: 'abort', afterBytes: 90 * KIB }, { ...basic, records });
  assert.ok((await finish(source, target, { ...basic, records })).resumedAtBytes > 0);
});

test('the same file for two destinations in one directory is not mixed up', async () => {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await putBytes(source, '/a', sampleBytes(100 * KIB));
  await putBytes(source, '/c', sampleBytes(100 * KIB, 2));
  await cutCopy(source, target, { how: 'read', afterBytes: 90 * KIB }, basic);
  const report = await copyFile(placeOf(source, '/c'), placeOf(target, '/b', 'other'), basic);
  assert.equal(report.resumedAtBytes, 0);
  await assertFails(target.stat(path('/no')), 'not-found');
});
