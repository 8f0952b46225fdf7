/** Where a virtual device keeps its files and what its hardware remembers: a folder, or memory. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { DeviceStore } from '../../device/index.ts';
import { type FileSystem, localFileSystem, memoryFileSystem } from '../../files/index.ts';
import { holdFolder, makeFolder } from './state-folder.ts';

/** A store with what it has open. */
export interface OpenStore extends DeviceStore, Disposable {}

/** Volumes that are folders of their own: name, folder. */
export type FlashFolders = ReadonlyMap<string, string>;

const HARDWARE = 'hardware.json';
const PRIVATE = 0o600;

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The volumes that were asked for, each opened once. */
class OpenVolumes implements Disposable {
  readonly #flash: FlashFolders;
  readonly #open = new Map<string, FileSystem>();
  readonly #held = new DisposableStack();

  constructor(flash: FlashFolders) {
    this.#flash = flash;
  }

  volume(name: string, make: () => FileSystem): FileSystem {
    const folder = this.#flash.get(name);
    const found = this.#open.get(name) ?? (folder === undefined ? make() : this.folder(folder, '--flash'));
    this.#open.set(name, found);
    return found;
  }

  folder(root: string, where: string): FileSystem {
    makeFolder(root, where);
    const files = localFileSystem({ root });
    this.#held.defer(() => files.close());
    return files;
  }

  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}

/**
 * Volumes are folders of the state folder, but for those of `flash`. Throws a `ConfigurationError` for a folder that
 * cannot be made, or that another process has.
 */
export function folderStore(state: string, flash: FlashFolders): OpenStore {
  makeFolder(state, '--state');
  const release = holdFolder(state, '--state');
  const volumes = new OpenVolumes(flash);
  const path = join(state, HARDWARE);
  return {
    volume: (name) => volumes.volume(name, () => volumes.folder(join(state, name), '--state')),
    load: () => readIfThere(path),
    save(text) {
      const beside = `${path}.new`;
      // It may hold a private key.
      writeFileSync(beside, text, { mode: PRIVATE, flush: true });
      renameSync(beside, path);
    },
    [Symbol.dispose]() {
      volumes[Symbol.dispose]();
      release();
    },
  };
}

/** Nothing outlives the process, but for volumes that are folders of their own. */
export function memoryStore(flash: FlashFolders = new Map(), clock: Clock = systemClock): OpenStore {
  const volumes = new OpenVolumes(flash);
  let hardware: string | undefined;
  return {
    volume: (name) => volumes.volume(name, () => memoryFileSystem({ clock })),
    load: () => hardware,
    save(text) {
      hardware = text;
    },
    [Symbol.dispose]: () => volumes[Symbol.dispose](),
  };
}
