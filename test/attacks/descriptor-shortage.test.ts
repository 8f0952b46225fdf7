/** A server that runs out of descriptors refuses, and loses neither a descriptor nor what an interrupted upload left. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

test('uploads with hardly a descriptor left', { skip: process.platform !== 'linux' }, () => {
  // The limit is the child's own: taking a million descriptors to reach the usual one would be an attack on the machine.
  const { status, stdout } = spawnSync(
    '/bin/sh',
    ['-c', 'ulimit -n 256; exec "$0" "$1"', process.execPath, join(import.meta.dirname, 'short-of-descriptors.ts')],
    { encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: '' } },
  );
  assert.equal(status, 0, stdout);
  assert.match(stdout, /pass 16/);
});
