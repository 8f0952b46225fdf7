/** Where the folders that are served come from: the seam to `files/local` and `files/wrap`. */
import { FileError } from '../files/error.ts';
import type { FileSystem } from '../files/file-system.ts';

/** A folder of this machine. */
export interface LocalStorage extends FileSystem {
  /** Removes what interrupted uploads of earlier runs left; says what it did. */
  sweep(signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface Storage {
  openLocal(root: string): LocalStorage;
  readOnly(files: FileSystem): FileSystem;
}

const refuse = (path: string): Promise<never> => Promise.reject(new FileError('unsupported', path));

/** Stands where `localFileSystem` and `readOnly` are connected: it opens, and refuses every call aloud. */
export const storage: Storage = {
  openLocal: () => ({
    name: 'unconnected',
    stat: refuse,
    list(path) {
      throw new FileError('unsupported', path);
    },
    openReader: refuse,
    openUpload: refuse,
    remove: refuse,
    removeDirectory: refuse,
    makeDirectory: refuse,
    rename: refuse,
    sweep: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }),
  readOnly: (files) => files,
};
