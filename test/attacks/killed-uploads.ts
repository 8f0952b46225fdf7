/** SIGKILL at any moment of an upload: the target is the whole old or the whole new file, and the sweep tidies up. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localFileSystem } from '../../src/files/index.ts';
import { PIECE_BYTES, PIECES } from './upload-content.ts';

/** The length of an upload. */
const SPREAD_MS = 42;

/** The moments are spread over the length of an upload, which is a few milliseconds. */
async function uploadAndKill(root: string, afterMs: number): Promise<void> {
  const child = fork(join(import.meta.dirname, 'upload-forever.ts'), [root], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  await delay(afterMs);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function confirmWhole(root: string): void {
  const content = readFileSync(join(root, 'target'));
  assert.equal(content.length, PIECE_BYTES * PIECES);
  assert.ok(
    content.every((byte) => byte === content[0]),
    'old and new bytes are mixed',
  );
}

/** A server killed so many times during uploads leaves whole files, and leftovers that are swept. */
export async function surviveKills(kills: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'portcall-kill-'));
  const files = localFileSystem({ root });
  try {
    writeFileSync(join(root, 'target'), Buffer.alloc(PIECE_BYTES * PIECES, 0x40));
    let swept = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      await uploadAndKill(root, 1 + (kill * SPREAD_MS) / kills);
      confirmWhole(root);
      swept += (await files.sweep()).uploadsRemoved;
      assert.deepEqual(
        readdirSync(root).filter((name) => name !== 'target' && !name.endsWith('.part')),
        [],
      );
    }
    assert.ok(swept > 0, 'no kill met an upload');
  } finally {
    files.close();
    rmSync(root, { recursive: true, force: true });
  }
}
