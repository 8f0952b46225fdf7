/** The open folders: one for each path, however many accounts see it. */
import type { AccessLevel } from '../accounts/permission.ts';
import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../files/file-system.ts';
import { type LocalFileSystem, localFileSystem } from '../files/local/local-file-system.ts';
import { readOnly } from '../files/wrap/read-only.ts';
import type { Observer } from '../observe/event.ts';

const SWEEP_EVERY_MS = 24 * 3_600_000;

export class Folders implements AsyncDisposable {
  readonly #observe: Observer;
  readonly #open = new Map<string, LocalFileSystem>();
  readonly #stopSweep = new AbortController();
  #sweeps: Promise<unknown> = Promise.resolve();
  #stopWaiting: () => void = () => undefined;

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  /** Throws a `FileError` when the folder cannot be opened. */
  filesOf(path: string, access: AccessLevel): FileSystem {
    const files = this.#open.get(path) ?? localFileSystem({ root: path });
    this.#open.set(path, files);
    return access === 'read-only' ? readOnly(files) : files;
  }

  /** Clears away, beside the work, what broken uploads left: now, and once a day. */
  sweep(clock: Clock): void {
    this.#sweeps = Promise.all([...this.#open].map(([path, files]) => this.#sweepOne(path, files)));
    this.#stopWaiting = clock.after(SWEEP_EVERY_MS, () => this.sweep(clock));
  }

  async #sweepOne(path: string, files: LocalFileSystem): Promise<void> {
    const { signal } = this.#stopSweep;
    try {
      const { uploadsRemoved, partsRemoved } = await files.sweep(signal);
      const removed = uploadsRemoved + partsRemoved;
      if (removed > 0)
        this.#observe({ kind: 'note', text: `removed what ${removed} broken uploads had left in ${path}` });
    } catch (cause) {
      if (!signal.aborted) this.#observe({ kind: 'fault', where: `clearing ${path}`, cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopWaiting();
    this.#stopSweep.abort();
    await this.#sweeps;
    for (const files of this.#open.values()) files.close();
    this.#open.clear();
  }
}
