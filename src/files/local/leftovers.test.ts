import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { path } from '../../../test/conformance/files-probe.ts';
import { makeLocal } from '../../../test/conformance/make-local.ts';
import { newUploadName, partName } from './reserved-name.ts';

const DAY_S = 86_400;
const daysAgo = (days: number): number => Date.now() / 1000 - days * DAY_S;

function leave(file: string, ageDays: number): void {
  writeFileSync(file, 'half');
  utimesSync(file, daysAgo(ageDays), daysAgo(ageDays));
}

const withPid = (pid: number): string => newUploadName().replace(`-${process.pid}-`, `-${pid}-`);
const ofOtherHost = (): string =>
  newUploadName()
    .replace(/^\.portcall-[0-9a-f]{6}/, '.portcall-zzzzzz')
    .replace('zzzzzz', 'abcdef');
const deadPid = (): number => spawnSync(process.execPath, ['-e', '0']).pid;

describe('the sweep', () => {
  test('removes what dead processes left and what is too old, and nothing else', async () => {
    using made = makeLocal();
    const deep = join(made.root, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    const gone = [withPid(deadPid()), newUploadName()];
    const kept = [withPid(1), ofOtherHost(), partName('ann', 'f'), '.portcall-other', 'file.upload', 'x.part'];
    for (const name of [...gone, ...kept]) leave(join(deep, name), 0.5);
    const oldForeign = ofOtherHost();
    leave(join(made.root, oldForeign), 1.1);
    leave(join(made.root, partName('bob', 'g')), 7.1);
    leave(join(made.root, 'old file'), 1000);
    const sweep = await made.fileSystem.sweep();
    assert.deepEqual(readdirSync(deep).sort(), kept.sort());
    assert.deepEqual(readdirSync(made.root).sort(), ['a', 'old file']);
    assert.deepEqual(sweep, { uploadsRemoved: 3, partsRemoved: 1, directories: 3, failures: 0 });
  });

  test('spares running uploads, also those of another file system over the same tree', async () => {
    using made = makeLocal();
    using other = makeLocal();
    const upload = await made.fileSystem.openUpload(path('/a'));
    assert.equal((await made.fileSystem.sweep()).uploadsRemoved, 0);
    symlinkSync(made.root, join(other.root, 'link'));
    assert.equal((await other.fileSystem.sweep()).directories, 1);
    await upload.write(Buffer.from('whole'), 0);
    assert.equal((await upload.commit()).sizeBytes, 5);
  });

  test('stops when its signal says so', async () => {
    using made = makeLocal();
    await assert.rejects(made.fileSystem.sweep(AbortSignal.abort()), { name: 'AbortError' });
  });
});

test('a directory with a running upload is not empty; with leftovers of the dead it can go', async () => {
  using made = makeLocal();
  await made.fileSystem.makeDirectory(path('/d'));
  const upload = await made.fileSystem.openUpload(path('/d/a'));
  await assert.rejects(made.fileSystem.removeDirectory(path('/d')), { kind: 'not-empty' });
  await upload.discard();
  leave(join(made.root, 'd', withPid(deadPid())), 0);
  leave(join(made.root, 'd', partName('ann', 'f')), 0);
  await made.fileSystem.removeDirectory(path('/d'));
  assert.equal(existsSync(join(made.root, 'd')), false);
});
