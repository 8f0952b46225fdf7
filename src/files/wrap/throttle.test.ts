import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { path, put } from '../../../test/conformance/files-probe.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { type FileReader, type FileSystem, memoryFileSystem } from '../index.ts';
import { throttled } from './throttle.ts';

const KIB = 1024;

/** 40 KiB a second, so pieces of 4 KiB, one in 100 ms. */
const RATE = 40 * KIB;

/** Reads to the end, and notes each piece. */
async function readAll(reader: FileReader, note: (bytes: number) => void): Promise<void> {
  const into = new Uint8Array(64 * KIB);
  for (let position = 0; ;) {
    const count = await reader.read(into, position);
    if (count === 0) return;
    position += count;
    note(count);
  }
}

async function made(): Promise<{ readonly inner: FileSystem; readonly clock: ReturnType<typeof createManualClock> }> {
  const inner = memoryFileSystem();
  await put(inner, '/a', 'a'.repeat(16 * KIB));
  return { inner, clock: createManualClock() };
}

describe('a throttled file system', () => {
  test('hands out a tenth of a second, then waits', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { downloadBytesPerSecond: RATE }, clock);
    await using reader = await files.openReader(path('/a'));
    assert.equal(reader.readNow, undefined);
    assert.equal(reader.descriptor, undefined);
    const pieces: number[] = [];
    const done = readAll(reader, (bytes) => pieces.push(bytes));
    for (const expected of [1, 2, 3, 4]) {
      await nextTurn();
      assert.deepEqual(pieces, Array<number>(expected).fill(4 * KIB));
      clock.advance(99);
      await nextTurn();
      assert.equal(pieces.length, expected, 'not a millisecond early');
      clock.advance(1);
    }
    await done;
  });

  test('all readers share the rate and take turns', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { downloadBytesPerSecond: RATE }, clock);
    const turns: string[] = [];
    const all = ['x', 'y', 'z'].map(async (name) => {
      await using reader = await files.openReader(path('/a'));
      await readAll(reader, () => turns.push(name));
    });
    for (let round = 0; round < 11; round += 1) {
      await nextTurn();
      clock.advance(100);
    }
    await Promise.all(all);
    assert.equal(turns.join(''), 'xyz'.repeat(4));
    assert.equal(clock.waiting, 0);
  });

  test('an upload waits before it writes, piece by piece', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { uploadBytesPerSecond: RATE }, clock);
    const upload = await files.openUpload(path('/b'));
    let isWritten = false;
    const writing = upload.write(new Uint8Array(10 * KIB), 0).then(() => (isWritten = true));
    await nextTurn();
    clock.advance(100);
    await nextTurn();
    clock.advance(49);
    await nextTurn();
    assert.equal(isWritten, false);
    clock.advance(1);
    await writing;
    assert.equal((await upload.commit()).sizeBytes, 10 * KIB);
  });

  test('a wait ends when the reader is closed, and what it waited for is left to others', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { downloadBytesPerSecond: RATE }, clock);
    const reader = await files.openReader(path('/a'));
    const into = new Uint8Array(4 * KIB);
    await reader.read(into, 0);
    const waiting = reader.read(into, 0);
    await reader.close();
    await assert.rejects(waiting, { kind: 'interrupted' });
    assert.equal(clock.waiting, 0);
    clock.advance(100);
    await using next = await files.openReader(path('/a'));
    assert.equal(await next.read(into, 0), 4 * KIB);
  });

  test('a wait ends with the signal, and with the end of the upload', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { uploadBytesPerSecond: RATE, downloadBytesPerSecond: RATE }, clock);
    const gone = new AbortController();
    const reader = await files.openReader(path('/a'), { signal: gone.signal });
    const reading = readAll(reader, () => undefined);
    gone.abort();
    await assert.rejects(reading, { name: 'AbortError' });
    const upload = await files.openUpload(path('/b'));
    const writing = upload.write(new Uint8Array(64 * KIB), 0);
    const ended = assert.rejects(writing, { kind: 'interrupted' });
    await upload.discard();
    await ended;
    await reader.close();
    assert.equal(clock.waiting, 0);
  });

  test('a file opened in place is bound in both directions', async () => {
    const { inner, clock } = await made();
    const files = throttled(inner, { uploadBytesPerSecond: RATE, downloadBytesPerSecond: RATE }, clock);
    await using file = await files.openAt?.(path('/a'), { access: 'read-write' });
    assert.ok(file !== undefined);
    const into = new Uint8Array(64 * KIB);
    assert.equal(await file.read(into, 0), 4 * KIB);
    const reading = file.read(into, 0);
    const writing = file.write(into.subarray(0, 8 * KIB), 0);
    await nextTurn();
    assert.equal(clock.waiting, 2);
    clock.advance(100);
    assert.equal(await reading, 4 * KIB);
    await writing;
  });

  test('a direction without a rate is left as it is', async () => {
    const { inner, clock } = await made();
    assert.equal(throttled(inner, {}, clock), inner);
    await using reader = await throttled(inner, { uploadBytesPerSecond: RATE }, clock).openReader(path('/a'));
    assert.ok(reader.readNow !== undefined);
    assert.throws(() => throttled(inner, { uploadBytesPerSecond: 0 }, clock), RangeError);
  });
});
