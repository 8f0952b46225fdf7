/** SIGKILL in the middle of a copy: nothing half stands under the name, and the next copy goes on where it was. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { resumeRecords } from '../../src/app/resume-records.ts';
import { systemClock } from '../../src/base/clock.ts';
import { copyFile, localFileSystem } from '../../src/files/index.ts';
import { placeOf } from '../support/copy.ts';
import { sampleBytes } from '../support/tree.ts';

const MIB = 1024 * 1024;

async function copyAndKill(root: string, untilBytes: number, segments: number): Promise<void> {
  const given = [root, String(untilBytes), String(segments)];
  const child = fork(join(import.meta.dirname, 'copy-until-killed.ts'), given, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child, 'message'), ended.then(() => assert.fail('the copy ended before it was killed'))]);
  child.kill('SIGKILL');
  await ended;
}

for (const [segments, size, untilBytes, leastBytes] of [
  [1, 3 * MIB, 2 * MIB, 1.5 * MIB],
  [2, 9 * MIB, 6 * MIB, 3 * MIB],
] as const)
  test(`a copy over ${segments} connections that was killed is continued`, async () => {
    const root = mkdtempSync(join(tmpdir(), 'portcall-copy-kill-'));
    try {
      const bytes = sampleBytes(size);
      for (const name of ['source', 'target']) mkdirSync(join(root, name));
      writeFileSync(join(root, 'source', 'a'), bytes);
      writeFileSync(join(root, 'target', 'b'), 'old');
      await copyAndKill(root, untilBytes, segments);
      assert.equal(readFileSync(join(root, 'target', 'b'), 'utf8'), 'old');
      using source = localFileSystem({ root: join(root, 'source') });
      using target = localFileSystem({ root: join(root, 'target') });
      const report = await copyFile(placeOf(source, '/a', 'from'), placeOf(target, '/b', 'to'), {
        clock: systemClock,
        resume: 'if-possible',
        segments,
        records: resumeRecords(join(root, 'records'), systemClock),
      });
      assert.ok(report.resumedAtBytes >= leastBytes, `it went on at ${report.resumedAtBytes}`);
      assert.ok(readFileSync(join(root, 'target', 'b')).equals(bytes));
      assert.deepEqual(readdirSync(join(root, 'target')), ['b']);
      // A kill while a record was written leaves a draft beside it, which the sweep takes.
      const kept = readdirSync(join(root, 'records')).filter((name) => !name.endsWith('.new'));
      assert.deepEqual(kept, []);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
