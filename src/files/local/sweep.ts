/** Clears away what uploads of dead processes left, and interrupted uploads that nobody came back for. */
import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import { namesIn } from './directory.ts';
import { codeOf } from './errno.ts';
import type { Jail } from './jail.ts';
import { inside, isReserved, parseReserved } from './system-name.ts';

/** How long an interrupted upload waits for its owner. */
const INTERRUPTED_MS = 7 * 24 * 3600 * 1000;
/** Another host's process cannot be asked whether it lives. */
const OTHER_HOST_MS = 24 * 3600 * 1000;
const SLICE_MS = 4;

export interface SweepResult {
  /** Uploads of dead processes that were removed. */
  readonly abandoned: number;
  /** Interrupted uploads that were removed because of their age. */
  readonly expired: number;
}

/** Walks the whole tree in slices, without following links. What cannot be read is passed over. */
export async function sweepLeftovers(jail: Jail, signal: AbortSignal): Promise<SweepResult> {
  const found = { abandoned: 0, expired: 0 };
  const ahead: VirtualPath[] = [ROOT];
  let sliceMs = performance.now() + SLICE_MS;
  for (let path = ahead.pop(); path !== undefined && !signal.aborted; path = ahead.pop()) {
    for (const name of sweepDirectory(jail, path, found)) {
      const below = resolvePath(path, name);
      if (below !== undefined) ahead.push(below);
      if (performance.now() < sliceMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceMs = performance.now() + SLICE_MS;
    }
  }
  return found;
}

/** Removes a directory's leftovers; gives the names of the directories in it. */
function* sweepDirectory(
  jail: Jail,
  path: VirtualPath,
  found: { abandoned: number; expired: number },
): Generator<string> {
  try {
    using place = jail.place(path, 'stay');
    using held = jail.hold(place, path);
    for (const { name, isDirectory } of namesIn(held.path)) {
      if (isDirectory) yield name;
      else if (isReserved(name)) removeLeftover(inside(held.path, name), name, found);
    }
  } catch (error) {
    if (!(error instanceof FileError) && codeOf(error) === '') throw error;
  }
}

function removeLeftover(at: string | Buffer, name: string, found: { abandoned: number; expired: number }): void {
  const stats = lstatSync(at, { throwIfNoEntry: false });
  const leftover = parseReserved(name);
  if (stats?.isFile() !== true || leftover.kind === 'unknown') return;
  const ageMs = Date.now() - stats.mtimeMs;
  if (leftover.kind === 'interrupted') {
    if (ageMs > INTERRUPTED_MS) found.expired += 1;
    else return;
  } else if (leftover.host === 'ours' ? isAbandoned(leftover.pid, stats) : ageMs > OTHER_HOST_MS) found.abandoned += 1;
  else return;
  unlinkSync(at);
}

/** Our own number may have been another process's before us: what is older than we are is not ours. */
function isAbandoned(pid: number, stats: Stats): boolean {
  if (pid === process.pid) return stats.ctimeMs < Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
