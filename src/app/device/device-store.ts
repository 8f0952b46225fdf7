/** Where a virtual device keeps its files and what its hardware remembers: a folder, or memory. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { DeviceStore } from '../../device/index.ts';
import { type FileSystem, localFileSystem, memoryFileSystem } from '../../files/index.ts';

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

/** Volumes are folders of the state folder, but for those that lie elsewhere. */
export function folderStore(state: string, elsewhere: ReadonlyMap<string, string> = new Map()): DeviceStore {
  mkdirSync(state, { recursive: true });
  const volumes = new Map<string, FileSystem>();
  const path = join(state, HARDWARE);
  return {
    volume(name) {
      const found = volumes.get(name);
      if (found !== undefined) return found;
      const root = elsewhere.get(name) ?? join(state, name);
      mkdirSync(root, { recursive: true });
      const files = localFileSystem({ root });
      volumes.set(name, files);
      return files;
    },
    load: () => readIfThere(path),
    save(text) {
      const beside = `${path}.new`;
      // It may hold a private key.
      writeFileSync(beside, text, { mode: PRIVATE, flush: true });
      renameSync(beside, path);
    },
  };
}

/** Nothing outlives the process, but for volumes that are folders of their own. */
export function memoryStore(
  elsewhere: ReadonlyMap<string, string> = new Map(),
  clock: Clock = systemClock,
): DeviceStore {
  const volumes = new Map<string, FileSystem>();
  let hardware: string | undefined;
  return {
    volume(name) {
      const folder = elsewhere.get(name);
      const found =
        volumes.get(name) ?? (folder === undefined ? memoryFileSystem({ clock }) : localFileSystem({ root: folder }));
      volumes.set(name, found);
      return found;
    },
    load: () => hardware,
    save(text) {
      hardware = text;
    },
  };
}
