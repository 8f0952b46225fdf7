/** What crashes and interruptions leave behind on a local disk, and the sweep that removes it. */
import { lstatSync, unlinkSync } from 'node:fs';
import process from 'node:process';
import { type Clock, systemClock } from '../../base/clock.ts';
import { codeOf, unless } from './errno.ts';
import type { Directory, Jail } from './jail.ts';
import { namesIn } from './list.ts';
import { type Leftover, isReserved, parseLeftover } from './reserved-name.ts';
import { Slicer } from './slice.ts';
import { isRunning } from './upload-target.ts';

const HOUR_MS = 3_600_000;
/** An upload of another machine on the same disk is taken for dead when nothing was written for so long. */
const FOREIGN_UPLOAD_MS = 24 * HOUR_MS;
/** An interrupted upload can be continued for a week. */
const PART_MS = 7 * 24 * HOUR_MS;

export interface Sweep {
  readonly uploadsRemoved: number;
  readonly partsRemoved: number;
  readonly directories: number;
  /** Directories that could not be read, and leftovers that could not be removed. */
  readonly failures: number;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

function isDeadUpload(name: string, pid: number | undefined, ageMs: number): boolean {
  if (pid === undefined) return ageMs > FOREIGN_UPLOAD_MS;
  return pid === process.pid ? !isRunning(name) : !isAlive(pid);
}

/** True when nobody will come back for it. */
function isAbandoned(name: string, leftover: Leftover, ageMs: number): boolean {
  return leftover.kind === 'part' ? ageMs > PART_MS : isDeadUpload(name, leftover.pid, ageMs);
}

function ageOf(directory: Directory, name: string, nowMs: number): number | undefined {
  const stats = lstatSync(directory.pathOf(name), { throwIfNoEntry: false });
  return stats?.isFile() === true ? nowMs - stats.mtimeMs : undefined;
}

/**
 * Empties a directory that shows nothing but may hold hidden leftovers, so that it can be removed. Stops, and gives false,
 * at the first name that is not a leftover.
 */
export function clearLeftovers(directory: Directory, clock: Pick<Clock, 'now'> = systemClock): boolean {
  const removable: string[] = [];
  for (const name of namesIn(directory)) {
    const leftover = parseLeftover(name);
    if (leftover === undefined) return false;
    const ageMs = ageOf(directory, name, clock.now());
    if (ageMs === undefined || (leftover.kind === 'upload' && !isAbandoned(name, leftover, ageMs))) return false;
    removable.push(name);
  }
  for (const name of removable) unless(['ENOENT'], () => unlinkSync(directory.pathOf(name)));
  return true;
}

class Sweeper {
  readonly #jail: Jail;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #slicer = new Slicer();
  readonly #counts = { uploadsRemoved: 0, partsRemoved: 0, directories: 0, failures: 0 };
  readonly #pending: (readonly string[])[] = [[]];

  constructor(jail: Jail, clock: Pick<Clock, 'now'>) {
    this.#jail = jail;
    this.#clock = clock;
  }

  async run(signal: AbortSignal | undefined): Promise<Sweep> {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
      signal?.throwIfAborted();
      await this.#directory(next, signal);
    }
    return this.#counts;
  }

  async #directory(way: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const directory = this.#enter(way);
    if (directory === undefined) return;
    const names = namesIn(directory);
    this.#counts.directories += 1;
    try {
      for (const name of names) {
        this.#visit(directory, name, way);
        if (this.#slicer.isOver) await this.#slicer.rest();
        signal?.throwIfAborted();
      }
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      this.#counts.failures += 1;
    } finally {
      directory.close();
    }
  }

  #visit(directory: Directory, name: string, way: readonly string[]): void {
    if (isReserved(name)) {
      this.#leftover(directory, name);
      return;
    }
    const stats = lstatSync(directory.pathOf(name), { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) this.#pending.push([...way, name]);
  }

  #leftover(directory: Directory, name: string): void {
    const leftover = parseLeftover(name);
    const ageMs = ageOf(directory, name, this.#clock.now());
    if (leftover === undefined || ageMs === undefined || !isAbandoned(name, leftover, ageMs)) return;
    try {
      unlinkSync(directory.pathOf(name));
      this.#counts[leftover.kind === 'part' ? 'partsRemoved' : 'uploadsRemoved'] += 1;
    } catch {
      this.#counts.failures += 1;
    }
  }

  /** Goes down from the root each time and never through a link; `undefined` when the way is no longer there. */
  #enter(way: readonly string[]): Directory | undefined {
    let here = this.#jail.root();
    for (const name of way) {
      const above = here;
      try {
        const below = above.enter(name);
        if (below === undefined) return undefined;
        here = below;
      } catch {
        this.#counts.failures += 1;
        return undefined;
      } finally {
        above.close();
      }
    }
    return here;
  }
}

/** Walks the whole tree in the background and removes what nobody will come back for. */
export const sweepLeftovers = (jail: Jail, clock: Pick<Clock, 'now'>, signal?: AbortSignal): Promise<Sweep> =>
  new Sweeper(jail, clock).run(signal);
