/** Copies to, from and within our own FTP server, through the client: continued, in segments, proven. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import {
  type CopyOptions,
  type CopyReport,
  copyFile,
  copyTree,
  FileError,
  memoryFileSystem,
  memoryRecords,
} from '../../src/files/index.ts';
import type { ClientEvent } from '../../src/observe/client-event.ts';
import { partName } from '../../src/files/part-name.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpFileSystem } from '../../src/protocols/ftp/client/powers.ts';
import { hooked, inPieces, placeOf, putBytes } from '../support/copy.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { sampleBytes } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';
import { path } from './files-probe.ts';

const MIB = 1024 * 1024;
const clock = systemClock;
const resumable = { clock, resume: 'if-possible', verify: 'hash', pace: inPieces(128 * 1024) } as const;

interface Rig extends AsyncDisposable {
  readonly server: TestServer;
  readonly remote: FtpFileSystem;
}

async function rig(): Promise<Rig> {
  const server = await startTestServer();
  const remote = await connectFtp({ host: server.host, port: server.port, user: 'u', password: 'p' });
  const dispose = async (): Promise<void> => {
    await remote.close();
    await server[Symbol.asyncDispose]();
  };
  return { server, remote, [Symbol.asyncDispose]: dispose };
}

/** Aborts when so many bytes were read from the source. */
function aborting(bytes: number): { readonly signal: AbortSignal; readonly read: (piece: Uint8Array) => void } {
  const controller = new AbortController();
  let left = bytes;
  const read = (piece: Uint8Array): void => {
    left -= piece.length;
    if (left < 0) controller.abort(new Error('enough'));
  };
  return { signal: controller.signal, read };
}

describe('over FTP', () => {
  /** Cut when the server has written something of it. */
  const cutUpload = async ({ remote, server }: Rig, options: CopyOptions): Promise<void> => {
    const source = memoryFileSystem();
    await putBytes(source, '/a', bytes);
    await source.setAttributes(path('/a'), { modifiedMs: 1_000_000_000_000 });
    const controller = new AbortController();
    const arrived = (): boolean =>
      readdirSync(server.root).some((name) => statSync(join(server.root, name)).size >= 128 * 1024);
    const read = async (_piece: Uint8Array, at: number): Promise<void> => {
      if (at < MIB) return;
      await eventually(arrived, 'the server has written something');
      controller.abort(new Error('enough'));
    };
    const to = placeOf(remote, '/b', 'ftp://x/b');
    const { signal } = controller;
    await assert.rejects(copyFile(placeOf(hooked(source, { read }), '/a'), to, { ...options, signal }), /enough/);
  };
  const bytes = sampleBytes(3 * MIB);
  const finishUpload = async (remote: FtpFileSystem, options: CopyOptions): Promise<CopyReport> => {
    const source = memoryFileSystem();
    await putBytes(source, '/a', bytes);
    await source.setAttributes(path('/a'), { modifiedMs: 1_000_000_000_000 });
    return await copyFile(placeOf(source, '/a'), placeOf(remote, '/b', 'ftp://x/b'), options);
  };
  test('an upload that was cut is continued behind what the server has', async () => {
    await using made = await rig();
    const { server, remote } = made;
    const options = { ...resumable, records: memoryRecords() };
    await cutUpload(made, options);
    const report = await finishUpload(remote, options);
    assert.ok(report.resumedAtBytes >= 128 * 1024, `it went on at ${report.resumedAtBytes}`);
    assert.equal(report.verified, 'hash');
    assert.deepEqual(report.warnings, []);
    assert.ok(readFileSync(join(server.root, 'b')).equals(bytes));
    assert.deepEqual(readdirSync(server.root), ['b']);
  });
  test('what a server shows of an upload that was cut is compared with the source', async () => {
    for (const beginning of ['same', 'another']) {
      await using made = await rig();
      const { server, remote } = made;
      const left = Buffer.from(bytes.subarray(0, MIB));
      if (beginning === 'another') left.fill(7, MIB - 10);
      writeFileSync(join(server.root, partName('b', 'ftp://x/b')), left);
      const report = await finishUpload(remote, resumable);
      assert.equal(report.resumedAtBytes, beginning === 'same' ? MIB : 0);
      const warning = beginning === 'same' ? /^$/ : /the end of what had arrived/;
      assert.match(report.warnings.join(), warning);
      assert.ok(readFileSync(join(server.root, 'b')).equals(bytes));
      assert.deepEqual(readdirSync(server.root), ['b']);
    }
  });
  for (const segments of [1, 3])
    test(`a download over ${segments} connections that was cut is continued, and the client stays usable`, async () => {
      await using made = await rig();
      const { server, remote } = made;
      const bytes = sampleBytes(13 * MIB);
      writeFileSync(join(server.root, 'a'), bytes);
      const target = memoryFileSystem();
      const { signal, read } = aborting(9 * MIB);
      const to = placeOf(target, '/b', 'b');
      const options: CopyOptions = { ...resumable, segments, records: memoryRecords() };
      await assert.rejects(copyFile(placeOf(hooked(remote, { read }), '/a'), to, { ...options, signal }), /enough/);
      const report = await copyFile(placeOf(remote, '/a'), to, options);
      assert.ok(report.resumedAtBytes > 6 * MIB, `it went on at ${report.resumedAtBytes}`);
      assert.equal(report.verified, 'hash');
      assert.equal((await target.stat(path('/b'))).sizeBytes, bytes.length);
      assert.ok(server.sessionCount <= segments + 1, `${server.sessionCount} sessions`);
    });
  test('nothing is left of a copy that is not to be continued', async () => {
    await using made = await rig();
    const { server, remote } = made;
    const source = memoryFileSystem();
    await putBytes(source, '/a', sampleBytes(MIB));
    const { signal, read } = aborting(MIB / 2);
    const options = { clock, signal, pace: inPieces(65_536) };
    await assert.rejects(copyFile(placeOf(hooked(source, { read }), '/a'), placeOf(remote, '/b'), options), /enough/);
    assert.deepEqual(readdirSync(server.root), []);
  });
  test('a tree goes up and comes down again', async () => {
    await using made = await rig();
    const { remote } = made;
    const [source, target] = [memoryFileSystem(), memoryFileSystem()];
    await source.makeDirectory(path('/sub'));
    for (let index = 0; index < 20; index += 1)
      await putBytes(source, `/${index % 2 ? 'sub/' : ''}f${index}`, sampleBytes(5000 + index));
    await source.setAttributes(path('/sub/f1'), { modifiedMs: 1_000_000_000_000 });
    const up = await copyTree(placeOf(source, '/'), placeOf(remote, '/tree'), { clock });
    const down = await copyTree(placeOf(remote, '/tree'), placeOf(target, '/tree'), { clock, verify: 'hash' });
    assert.deepEqual([up.files, up.failed, down.files, down.failed], [20, 0, 20, 0]);
    assert.equal((await target.stat(path('/tree/sub/f1'))).modifiedMs, 1_000_000_000_000);
  });
  test('into a directory that has just been made a file costs no more words than it needs', async () => {
    await using server = await startTestServer();
    const lines: string[] = [];
    const observe = (event: ClientEvent): void => {
      if (event.kind === 'command') lines.push(event.line.replace(/(?<=\.)[0-9a-f]{16}(?=\.portcall-part)/, '…'));
    };
    const target = { host: server.host, port: server.port, user: 'u', password: 'p', observe };
    await using remote = await connectFtp(target);
    const source = memoryFileSystem();
    await source.makeDirectory(path('/d'));
    for (const name of ['/d/a', '/d/b']) await putBytes(source, name, new Uint8Array(3));
    await copyTree(placeOf(source, '/d'), placeOf(remote, '/new'), { clock, parallel: 1, keep: 'nothing' });
    const [first, second] = [lines.indexOf('RNTO /new/a'), lines.indexOf('RNTO /new/b')];
    assert.deepEqual(lines.slice(Math.min(first, second) + 1, Math.max(first, second) + 1), [
      'EPSV',
      'STOR /new/.b.….portcall-part',
      'MLST /new/.b.….portcall-part',
      'RNFR /new/.b.….portcall-part',
      'RNTO /new/b',
    ]);
    assert.deepEqual(readdirSync(join(server.root, 'new')).sort(), ['a', 'b']);
  });

  test('what the server refuses is said', async () => {
    await using made = await rig();
    const { remote } = made;
    const failing = copyFile(placeOf(remote, '/none'), placeOf(memoryFileSystem(), '/b'), { clock });
    await assert.rejects(failing, (error) => error instanceof FileError && error.kind === 'not-found');
  });
});
