import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFails, namesOf, path } from '../../../test/conformance/files-probe.ts';
import { farAway, getBytes, hooked, inPieces, placeOf, putBytes, watching } from '../../../test/support/copy.ts';
import { sampleBytes } from '../../../test/support/tree.ts';
import { systemClock } from '../../base/clock.ts';
import { FileError, type FileSystem, chaos, memoryFileSystem } from '../index.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions } from './copy.ts';
import { memoryRecords } from './memory-records.ts';
import { type Span, Spans } from './spans.ts';

const MIB = 1024 * 1024;
const bytes = sampleBytes(17 * MIB + 5);
const options = { clock: systemClock, segments: 4, pace: inPieces(256 * 1024) } as const;

async function setUp(): Promise<{ source: FileSystem; target: FileSystem }> {
  const [source, target] = [memoryFileSystem(), memoryFileSystem()];
  await putBytes(source, '/a', bytes);
  return { source, target };
}

const confirmArrived = async (target: FileSystem): Promise<void> => {
  assert.ok(Buffer.from(await getBytes(target, '/b')).equals(bytes));
  assert.deepEqual(await namesOf(target, '/'), ['b']);
};

describe('several connections for one file', () => {
  test('each reads a part, and all is there', async () => {
    const { source: inner, target } = await setUp();
    let readers = 0;
    const source = hooked(inner, { opened: (count) => void (readers = count) });
    const report = await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { ...options, verify: 'hash' });
    // The fifth reads all of it for its hash.
    assert.deepEqual([readers, report.verified, report.warnings], [5, 'hash', []]);
    await confirmArrived(target);
  });
  test('a small file takes fewer', async () => {
    const { source: inner, target } = await setUp();
    await inner.setAttributes?.(path('/a'), { sizeBytes: 9 * MIB });
    let readers = 0;
    const source = hooked(inner, { opened: (count) => void (readers = count) });
    await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options);
    assert.equal(readers, 2);
  });
  test('a destination that takes one piece after another is told of', async () => {
    const { source, target } = await setUp();
    const report = await copyFile(placeOf(source, '/a'), placeOf(farAway(target), '/b'), options);
    assert.equal(report.warnings.length, 1);
    await confirmArrived(target);
  });
  test('the others do the part of one that fails in passing', async () => {
    const { source: inner, target } = await setUp();
    const refusing = chaos(inner, [{ at: 'openReader', call: 3, error: new FileError('too-many-connections', '/a') }]);
    let hasFailed = false;
    const source = hooked(refusing, {
      read(_piece, at) {
        if (hasFailed || at < 5 * MIB || at > 8 * MIB) return;
        hasFailed = true;
        throw new FileError('connection-lost', '/a');
      },
    });
    const report = await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options);
    assert.equal(report.retries, 0);
    assert.deepEqual(report.warnings, ['2 of 4 connections failed, and the others did their part.']);
    await confirmArrived(target);
  });
  test('a failure that does not pass ends all of them, and nothing stays', async () => {
    const { source: inner, target } = await setUp();
    const source = hooked(inner, {
      read(_piece, at) {
        if (at > 10 * MIB) throw new FileError('denied', '/a');
      },
    });
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options), 'denied');
    assert.deepEqual(await namesOf(target, '/'), []);
  });
});

describe('what several connections got done', () => {
  const cut = async (source: FileSystem, target: FileSystem, given: CopyOptions): Promise<void> => {
    const controller = new AbortController();
    let readBytes = 0;
    const counted = hooked(source, {
      read(piece) {
        readBytes += piece.length;
        if (readBytes > 11 * MIB) controller.abort();
      },
    });
    const places = [placeOf(counted, '/a', 'from'), placeOf(target, '/b', 'to')] as const;
    await assert.rejects(copyFile(...places, { ...given, signal: controller.signal }));
  };
  const resumable = { ...options, resume: 'if-possible' } as const;
  for (const segments of [4, 1, 2])
    test(`is continued by ${segments}, each range where it ended`, async () => {
      const { source, target } = await setUp();
      const records = memoryRecords();
      await cut(source, target, { ...resumable, records });
      let readBytes = 0;
      const counted = hooked(source, { read: (piece) => void (readBytes += piece.length) });
      const places = [placeOf(counted, '/a', 'from'), placeOf(target, '/b', 'to')] as const;
      const report = await copyFile(...places, { ...resumable, segments, records });
      assert.ok(report.resumedAtBytes > 8 * MIB, `${report.resumedAtBytes}`);
      assert.ok(readBytes < bytes.length - report.resumedAtBytes + MIB, `${readBytes} bytes were read`);
      await confirmArrived(target);
    });
  test('is worth nothing without its record, however long it looks', async () => {
    for (const segments of [4, 1]) {
      const { source, target } = await setUp();
      await cut(source, target, resumable);
      const places = [placeOf(source, '/a', 'from'), placeOf(target, '/b', 'to')] as const;
      const { kinds, events } = watching();
      const onEvent = (event: (typeof events)[number]): number => events.push(event);
      const report = await copyFile(...places, { ...resumable, segments, onEvent });
      assert.equal(report.resumedAtBytes, 0);
      assert.ok(kinds().includes('began-anew'));
      await confirmArrived(target);
    }
  });
  test('what one connection got done is continued by several', async () => {
    const { source, target } = await setUp();
    await cut(source, target, { ...resumable, segments: 1 });
    const places = [placeOf(source, '/a', 'from'), placeOf(target, '/b', 'to')] as const;
    const report = await copyFile(...places, resumable);
    assert.ok(report.resumedAtBytes > 10 * MIB);
    await confirmArrived(target);
  });
});

test('who is done takes over half of what the slowest has, until that is too little', async () => {
  const spans = new Spans([[0, 20 * MIB]], 2);
  const taken = async (): Promise<Span> => {
    const span = await spans.take();
    assert.ok(span !== undefined);
    return span;
  };
  const [first, second] = [await taken(), await taken()];
  assert.deepEqual([first.nextBytes, first.endBytes, second.endBytes], [0, 10 * MIB, 20 * MIB]);
  second.claim(10 * MIB);
  spans.done(second);
  const third = await taken();
  assert.deepEqual([first.endBytes, third.nextBytes, third.endBytes], [5 * MIB, 5 * MIB, 10 * MIB]);
  first.claim(4 * MIB);
  third.claim(4 * MIB);
  const waiting = taken();
  spans.giveBack(first);
  const given = await waiting;
  assert.deepEqual([given.nextBytes, given.endBytes], [0, 5 * MIB]);
  for (const span of [third, given]) spans.done(span);
  assert.equal(await spans.take(), undefined);
  assert.ok(spans.isDone);
});
