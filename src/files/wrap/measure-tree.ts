/** Adds up what a tree holds, in memory that does not grow with it. */
import { ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Entry, FileSystem } from '../file-system.ts';

export interface Usage {
  readonly bytes: number;
  /** Files, links and directories: each name takes room on a disk. */
  readonly files: number;
}

/** Directories that wait for their turn. When there are more they are visited at once, from within their parent. */
const MAX_WAITING = 10_000;

/** A place that went away while it was looked at, or that may not be looked into, holds nothing. */
const PASSED_OVER: readonly FileError['kind'][] = ['not-found', 'not-directory', 'denied'];

class Measuring {
  readonly #files: FileSystem;
  readonly #waiting: VirtualPath[] = [ROOT];
  readonly #total = { bytes: 0, files: 0 };

  constructor(files: FileSystem) {
    this.#files = files;
  }

  async run(): Promise<Usage> {
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) await this.#visit(next);
    return this.#total;
  }

  async #visit(directory: VirtualPath): Promise<void> {
    try {
      for await (const batch of this.#files.list(directory))
        for (const entry of batch) await this.#add(directory, entry);
    } catch (error) {
      if (!(error instanceof FileError && PASSED_OVER.includes(error.kind))) throw error;
    }
  }

  async #add(directory: VirtualPath, { name, type, sizeBytes }: Entry): Promise<void> {
    this.#total.files += 1;
    if (type === 'file') this.#total.bytes += sizeBytes;
    if (type !== 'directory') return;
    // A listed name is one component, so the path stays plain.
    const below = `${directory === ROOT ? '' : directory}/${name}` as VirtualPath;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(below);
    else await this.#visit(below);
  }
}

/** Walks the whole tree. Links are counted and not followed. Fails with what a listing fails with. */
export const measureTree = (files: FileSystem): Promise<Usage> => new Measuring(files).run();
