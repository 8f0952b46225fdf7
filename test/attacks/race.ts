/** The race that has broken most jails: a directory becomes a symlink to the outside while it is being used. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, type FileSystem, localFileSystem } from '../../src/files/index.ts';
import { get, path, put } from '../conformance/files-probe.ts';

const SECRET = 'the secret outside';

interface Field {
  readonly jail: string;
  readonly outside: string;
  readonly remove: () => void;
}

function prepare(): Field {
  const base = mkdtempSync(join(tmpdir(), 'portcall-race-'));
  const [jail, outside] = [join(base, 'jail'), join(base, 'outside')];
  mkdirSync(join(jail, 'victim'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), SECRET);
  writeFileSync(join(outside, 'target'), SECRET);
  mkdirSync(join(outside, 'kept-directory'));
  return { jail, outside, remove: () => rmSync(base, { recursive: true, force: true }) };
}

/** What a client may meet while the ground moves; anything else is a bug. */
const EXPECTED = new Set([
  'not-found',
  'exists',
  'denied',
  'not-directory',
  'is-directory',
  'not-empty',
  'busy',
  'interrupted',
]);

/** One call; gives true when it succeeded. */
async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof FileError && EXPECTED.has(error.kind)) return false;
    throw error;
  }
}

async function listSeesNothing(files: FileSystem): Promise<void> {
  for await (const batch of files.list(path('/victim'))) {
    for (const { name } of batch) assert.ok(name !== 'secret' && name !== 'kept-directory', 'the outside was listed');
  }
}

async function readSeesNothing(files: FileSystem, name: string): Promise<void> {
  assert.notEqual(await get(files, name), SECRET, 'the outside was read');
}

const calls = (files: FileSystem, round: number): (() => Promise<unknown>)[] => [
  () => files.makeDirectory(path(`/victim/made-${round}`)),
  () => files.removeDirectory(path(`/victim/made-${round}`)),
  () => put(files, '/victim/target', 'inside'),
  () => readSeesNothing(files, '/victim/target'),
  () => readSeesNothing(files, '/victim/secret'),
  () => files.rename(path('/victim/target'), path('/victim/moved')),
  () => put(files, '/carried', 'inside'),
  () => files.rename(path('/carried'), path('/victim/carried')),
  () => files.rename(path('/victim/secret'), path('/stolen')),
  () => files.remove(path('/victim/secret')),
  () => files.remove(path('/victim/target')),
  () => files.removeDirectory(path('/victim/kept-directory')),
  () => files.setAttributes?.(path('/victim/secret'), { mode: 0o777, sizeBytes: 0 }) ?? Promise.resolve(),
  () => files.stat(path('/victim/secret')),
  () => listSeesNothing(files),
];

function startSwapping(field: Field): ChildProcess {
  const program = join(import.meta.dirname, 'swap-directory.ts');
  return fork(program, [join(field.jail, 'victim'), field.outside], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function confirmUntouched(field: Field): void {
  assert.deepEqual(readdirSync(field.outside).sort(), ['kept-directory', 'secret', 'target']);
  assert.equal(readFileSync(join(field.outside, 'secret'), 'utf8'), SECRET);
  assert.equal(readFileSync(join(field.outside, 'target'), 'utf8'), SECRET);
}

export interface Outcome {
  readonly succeeded: number;
  readonly refused: number;
}

/** Races for a while and asserts that nothing outside was read or written. */
export async function raceAgainstSwaps(durationMs: number): Promise<Outcome> {
  const field = prepare();
  const files = localFileSystem({ root: field.jail, jail: 'descriptors', flush: 'never' });
  const child = startSwapping(field);
  const outcome = { succeeded: 0, refused: 0 };
  try {
    await once(child, 'message');
    const end = performance.now() + durationMs;
    for (let round = 0; performance.now() < end; round += 1) {
      for (const call of calls(files, round)) outcome[(await attempt(call)) ? 'succeeded' : 'refused'] += 1;
    }
    confirmUntouched(field);
    return outcome;
  } finally {
    await stop(child);
    files.close();
    field.remove();
  }
}
