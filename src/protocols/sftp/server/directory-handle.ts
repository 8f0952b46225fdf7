/** A directory that is listed: it streams, whatever its size. */
import { parentOf, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import type { RunningTransfer } from '../../../observe/session-activity.ts';
import type { Desk } from './desk.ts';
import type { OpenedDirectory } from './handle.ts';

const VERB = 'OPENDIR';
const NAMES = 100;

export class DirectoryHandle implements OpenedDirectory {
  readonly kind = 'directory';
  readonly path: VirtualPath;
  readonly #desk: Desk;
  readonly #batches: AsyncIterator<readonly Entry[]>;
  readonly #running: RunningTransfer;
  #ready: Entry[];
  #isWhole = false;

  private constructor(
    desk: Desk,
    path: VirtualPath,
    opened: { batches: AsyncIterator<readonly Entry[]>; ready: Entry[] },
  ) {
    this.#desk = desk;
    this.path = path;
    this.#batches = opened.batches;
    this.#ready = opened.ready;
    this.#running = desk.session.activity.begin({ verb: VERB, path });
  }

  /** Begins to list, so that what cannot be listed fails here. */
  static async open(desk: Desk, path: VirtualPath): Promise<DirectoryHandle> {
    const { files, session } = desk;
    const self = await files.stat(path);
    if (self.type !== 'directory') throw new FileError('not-directory', path);
    const above = await files.stat(parentOf(path)).catch(() => self);
    const batches = files.list(path, { signal: session.signal })[Symbol.asyncIterator]();
    const first = await batches.next();
    // As every program that lists directories of POSIX expects them.
    const dots = [
      { ...self, name: '.' },
      { ...above, name: '..' },
    ];
    const ready = first.done === true ? dots : [...dots, ...first.value];
    return new DirectoryHandle(desk, path, { batches, ready });
  }

  async next(): Promise<readonly Entry[] | undefined> {
    while (this.#ready.length === 0) {
      const batch = await this.#batches.next();
      if (batch.done === true) {
        this.#isWhole = true;
        return undefined;
      }
      this.#ready = [...batch.value];
    }
    const names = this.#ready.splice(0, NAMES);
    return names;
  }

  moved(bytes: number): void {
    this.#running.moved(bytes);
  }

  async close(): Promise<void> {
    await this.#end('the client closed it before its end');
  }

  async abandon(reason: string): Promise<void> {
    await this.#end(reason).catch(() => undefined);
  }

  async #end(reason: string): Promise<void> {
    const outcome = this.#isWhole ? 'complete' : 'aborted';
    const told = { direction: 'listing', verb: VERB, path: this.path, running: this.#running } as const;
    this.#desk.ended({ ...told, outcome, reason: this.#isWhole ? '' : reason });
    await this.#batches.return?.();
  }
}
