import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertFails, put } from '../../../test/conformance/files-probe.ts';
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
import { createManualClock } from '../../base/manual-clock.ts';
import { FileError, type FileSystem, chaos, memoryFileSystem } from '../index.ts';
import { copyFile } from './copy-file.ts';
import type { CopyOptions } from './copy.ts';

const clock = systemClock;
const lost = (): FileError => new FileError('connection-lost', '/a');

/** A place that does not show what an upload has become before it is asked. */
const blind = (files: FileSystem): FileSystem => ({
  ...files,
  async openUpload(name, options) {
    const upload = await files.openUpload(name, options);
    const commit = upload.commit.bind(upload);
    upload.commit = async (wanted) => ({ ...(await commit(wanted)), sizeIs: 'sent' });
    return upload;
  },
});

describe('failures that pass', () => {
  const retry = { attempts: 4, firstDelayMs: 100, maxDelayMs: 250 };
  test('are tried again where it stopped, with growing pauses', async () => {
    const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
    const bytes = sampleBytes(300_000);
    await putBytes(inner, '/a', bytes);
    let readBytes = 0;
    const failAt = [90_000, 190_000, 290_000];
    const source = hooked(inner, {
      read(piece) {
        readBytes += piece.length;
        if (readBytes > (failAt[0] ?? Infinity)) {
          failAt.shift();
          throw lost();
        }
      },
    });
    const manual = createManualClock();
    const { events } = watching();
    const onEvent = (event: (typeof events)[number]): void => {
      events.push(event);
      if (event.kind === 'retrying') queueMicrotask(() => manual.advance(event.delayMs));
    };
    const options = { clock: manual, onEvent, retry, pace: inPieces(8192) };
    const report = await copyFile(placeOf(source, '/a'), placeOf(target, '/b'), options);
    assert.equal(report.retries, 3);
    assert.equal(report.resumedAtBytes, 0);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === 'retrying' ? [[event.attempt, event.delayMs]] : [])),
      [
        [2, 100],
        [3, 200],
        [4, 250],
      ],
    );
    assert.ok(readBytes < 300_000 + 3 * (65_536 + 2 * 8192) + 65_536, `${readBytes} bytes were read`);
    assert.deepEqual(Buffer.from(await getBytes(target, '/b')), bytes);
  });
  test('end after so many attempts, and nothing stays', async () => {
    using made = makeLocal({ flush: 'never' });
    const inner = memoryFileSystem();
    await putBytes(inner, '/a', sampleBytes(100_000));
    const source = cutAfter(inner, 'read', 70_000, lost);
    const options: CopyOptions = {
      clock,
      retry: { attempts: 3, firstDelayMs: 0, maxDelayMs: 0 },
      pace: inPieces(8192),
    };
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(made.fileSystem, '/b'), options), 'connection-lost');
    assert.deepEqual(readdirSync(made.root), []);
  });
  test('others are not tried again', async () => {
    const [inner, target] = [memoryFileSystem(), memoryFileSystem()];
    await put(inner, '/a', 'x');
    const source = chaos(inner, [{ at: 'openReader', call: 1, error: new FileError('denied', '/a') }]);
    await assertFails(copyFile(placeOf(source, '/a'), placeOf(target, '/b'), { clock, retry }), 'denied');
  });
  test('a failure behind the publishing does not copy it again', async () => {
    const [source, inner] = [memoryFileSystem(), memoryFileSystem()];
    await put(source, '/a', 'x');
    let opened = 0;
    const counted = hooked(source, { opened: (count) => void (opened = count) });
    const target = chaos(blind(farAway(inner)), [{ at: 'stat', call: 1, error: lost() }]);
    const options = { clock, retry: { ...retry, firstDelayMs: 0 } };
    const report = await copyFile(placeOf(counted, '/a'), placeOf(target, '/b'), options);
    assert.deepEqual([report.retries, opened], [1, 1]);
  });
});
