/** What interrupted copies got done, kept in small files of one folder until they are continued or forgotten. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { encodeName } from '../base/name.ts';
import type { ResumeRecord, ResumeRecords } from '../files/copy/copy.ts';
import { areRanges } from '../files/copy/ranges.ts';

const KEPT_MS = 30 * 24 * 3_600_000;
/** A record of ten thousand ranges has less. */
const MAX_BYTES = 1024 * 1024;
const OURS = /^[0-9a-f]{64}\.json(?:\.[0-9a-f]{12}\.new)?$/;

export interface KeptRecords extends ResumeRecords {
  /** Removes records that nobody came back for in 30 days, and half-written ones. Gives how many; never rejects. */
  sweep(): Promise<number>;
}

interface Stored extends ResumeRecord {
  /** The file's name is only a hash of it. */
  readonly key: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isSource = (value: unknown): value is ResumeRecord['source'] =>
  isObject(value) &&
  Number.isSafeInteger(value['sizeBytes']) &&
  typeof value['modifiedMs'] === 'number' &&
  (value['uniqueId'] === undefined || typeof value['uniqueId'] === 'string');

const isStored = (value: unknown): value is Stored =>
  isObject(value) && typeof value['key'] === 'string' && isSource(value['source']) && areRanges(value['done']);

function parse(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isStored(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function load(path: string, key: string): Promise<ResumeRecord | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined;
    const stored = parse(await readFile(path, 'utf8'));
    return stored?.key === key ? { source: stored.source, done: stored.done } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The file is there whole or not at all, and nobody else reads it: labels tell where somebody has files. */
async function save(folder: string, path: string, stored: Stored): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFile(draft, JSON.stringify(stored), { mode: 0o600, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function isOld(path: string, nowMs: number): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return nowMs - mtimeMs > KEPT_MS;
}

async function sweep(folder: string, clock: Pick<Clock, 'now'>): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const path = join(folder, name);
    const isSwept = OURS.test(name) && (await isOld(path, clock.now()).catch(() => false));
    if (!isSwept) continue;
    await rm(path, { force: true }).catch(() => undefined);
    removed += 1;
  }
  return removed;
}

/**
 * Opens a store of records in a folder, which is made with the first record. A file that is corrupt, or that somebody else
 * wrote, is no record. Rejections of `load` and `save` are the disk's; a copy goes on without its record then.
 */
export function resumeRecords(folder: string, clock: Pick<Clock, 'now'>): KeptRecords {
  const pathOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(encodeName(key)).digest('hex')}.json`);
  return {
    load: (key) => load(pathOf(key), key),
    save: (key, { source, done }) => save(folder, pathOf(key), { key, source, done }),
    forget: (key) => rm(pathOf(key), { force: true }),
    sweep: () => sweep(folder, clock),
  };
}
