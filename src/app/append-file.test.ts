/** Lines reach the file whole and in order; what cannot be written is counted, and nobody waits for it. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from '../../test/program/portcall.ts';
import type { ServerEvent } from '../observe/event.ts';
import { type AppendFile, openAppendFile, readTail } from './append-file.ts';

function opened(path: string, maxQueuedBytes?: number): { file: AppendFile; events: ServerEvent[] } {
  const events: ServerEvent[] = [];
  const observe = (event: ServerEvent): void => void events.push(event);
  return { file: openAppendFile({ path, observe, ...(maxQueuedBytes && { maxQueuedBytes }) }), events };
}

test('lines come in order, behind what is there, in a file for its owner only', async () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'audit.log');
  for (const run of [0, 1]) {
    const { file } = opened(path);
    for (let index = 0; index < 5000; index += 1) file.write(`line ${run * 5000 + index}\n`);
    assert.ok(file.writableLength > 0);
    await file.close();
    assert.equal(file.writableLength, 0);
  }
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.deepEqual(lines, [...Array.from({ length: 10_000 }, (_, index) => `line ${index}`), '']);
  if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('reopened: the renamed file ends at a line, the new one goes on', async () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'audit.log');
  const { file } = opened(path);
  file.write('one\n');
  await file.reopen();
  renameSync(path, `${path}.1`);
  file.write('two\n');
  await file.reopen();
  file.write('three\n');
  await file.close();
  const both = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
  assert.equal(both, 'one\ntwo\nthree\n');
  assert.equal(readFileSync(path, 'utf8').endsWith('three\n'), true);
});

test('a path that cannot be opened anew leaves the old file in use, and is told', async () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'audit.log');
  const { file, events } = opened(path);
  renameSync(folder.path, `${folder.path}-moved`);
  try {
    await file.reopen();
    file.write('still here\n');
    await file.close();
    assert.equal(readFileSync(join(`${folder.path}-moved`, 'audit.log'), 'utf8'), 'still here\n');
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['fault'],
    );
  } finally {
    renameSync(`${folder.path}-moved`, folder.path);
  }
});

test('a line that a crash broke off is ended before the next', async () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'audit.log');
  appendFileSync(path, 'whole\nbroken o');
  const { file } = opened(path);
  file.write('next\n');
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), 'whole\nbroken o\nnext\n');
});

test('a full queue costs lines, which are counted and told of', async () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'audit.log');
  const { file, events } = opened(path, 12);
  for (const line of ['first\n', 'second\n', 'third\n', 'x\n']) file.write(line);
  assert.equal(file.lostLines, 2);
  await file.close();
  assert.equal(readFileSync(path, 'utf8'), 'first\nthird\n');
  assert.deepEqual(
    events.map((event) => (event.kind === 'note' ? event.text : event.kind)),
    ['fault', `2 lines are missing in ${path}`],
  );
});

test('a full disk is told once, and blocks nobody', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
  const { file, events } = opened('/dev/full');
  for (let index = 0; index < 100; index += 1) file.write(`line ${index}\n`);
  await file.close();
  assert.equal(file.lostLines, 100);
  assert.equal(file.writableLength, 0);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['fault', 'note'],
  );
});

test('the end of a file, and of none', () => {
  using folder = emptyFolder();
  const path = join(folder.path, 'tail');
  assert.equal(readTail(path, 10), '');
  appendFileSync(path, '0123456789');
  assert.equal(readTail(path, 4), '6789');
  assert.equal(readTail(path, 40), '0123456789');
});
