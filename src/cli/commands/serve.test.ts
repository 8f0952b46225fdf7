/** The first signal stops in good order, the second at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { World } from '../world.ts';
import { serveCommand } from './serve.ts';

test('a second signal ends the process with 130; after a first alone the command ends with 0', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'portcall-serve-'));
  const codes: number[] = [];
  const ready = Promise.withResolvers<undefined>();
  let signal = (): void => undefined;
  const world: World = {
    stdout: { writableLength: 0, write: () => ready.resolve(undefined) },
    stderr: { writableLength: 0, write: () => undefined },
    stdin: process.stdin,
    cwd,
    pid: 1,
    onStopSignal(callback) {
      signal = callback;
      return () => (signal = () => undefined);
    },
    exitNow: (code) => void codes.push(code),
    setTitle: () => undefined,
  };
  try {
    const running = serveCommand.run({ listen: ['ftp://127.0.0.1:0'] }, world, []);
    await ready.promise;
    signal();
    assert.deepEqual(codes, []);
    signal();
    assert.deepEqual(codes, [130]);
    assert.equal(await running, 0);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
