/** The race that has broken most jails: a directory becomes a symlink to the outside while it is being used. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, type FileSystem, localFileSystem } from '../../src/files/index.ts';
import { get, path, put } from '../conformance/files-probe.ts';

const SECRET = 'the secret outside';

interface Field {
  readonly jail: string;
  readonly outside: string;
  /** The outside as it was: names, kinds, modes, owners, sizes, times. */
  readonly before: readonly string[];
  readonly remove: () => void;
}

/** Everything a change could show in, but for the time of reading. */
const pictureOf = (directory: string): string[] =>
  ['.', ...readdirSync(directory).sort()].map((name) => {
    const { mode, uid, gid, size, mtimeMs, ctimeMs, nlink } = lstatSync(join(directory, name));
    return [name, mode, uid, gid, size, mtimeMs, ctimeMs, nlink].join(' ');
  });

function prepare(): Field {
  const base = mkdtempSync(join(tmpdir(), 'portcall-race-'));
  const [jail, outside] = [join(base, 'jail'), join(base, 'outside')];
  mkdirSync(join(jail, 'victim'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), SECRET);
  writeFileSync(join(outside, 'target'), SECRET);
  mkdirSync(join(outside, 'kept-directory'));
  return { jail, outside, before: pictureOf(outside), remove: () => rmSync(base, { recursive: true, force: true }) };
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

/** An upload that goes on from what is published, and breaks: it copies, keeps, and is found again. */
async function continueAndBreak(files: FileSystem): Promise<void> {
  const upload = await files.openUpload(path('/victim/target'), { owner: 'ann', start: { from: 'end' } });
  await upload.write(new Uint8Array(1), upload.startBytes);
  await upload.keep();
}

async function readInPlace(files: FileSystem, name: string): Promise<void> {
  await using file = await files.openAt?.(path(name), { access: 'read' });
  const into = new Uint8Array(SECRET.length);
  await file?.read(into, 0);
  assert.notEqual(new TextDecoder().decode(into), SECRET, 'the outside was read in place');
}

/** `secret` is never made inside: its name in a listing tells that the outside was listed. */
async function writeInPlace(files: FileSystem, name: string): Promise<void> {
  const create = name.endsWith('secret') ? 'never' : 'if-missing';
  await using file = await files.openAt?.(path(name), { access: 'write', create, truncate: true });
  await file?.write(new Uint8Array(1), 0);
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
  () => continueAndBreak(files),
  () => files.interruptedSize?.(path('/victim/target'), 'ann') ?? Promise.resolve(),
  () => readInPlace(files, '/victim/secret'),
  () => writeInPlace(files, '/victim/secret'),
  () => writeInPlace(files, '/victim/written'),
  () => files.links?.make('target', path(`/victim/link-${round % 7}`)) ?? Promise.resolve(),
  () => files.remove(path(`/victim/link-${round % 7}`)),
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
  assert.deepEqual(pictureOf(field.outside), field.before);
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
