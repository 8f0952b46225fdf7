/** A local file system over a fresh temporary directory, which goes away with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalFileSystem, type LocalOptions, localFileSystem } from '../../src/files/index.ts';

export interface MadeLocal extends Disposable {
  readonly fileSystem: LocalFileSystem;
  readonly root: string;
  readonly dispose: () => void;
}

export function makeLocal(options: Omit<LocalOptions, 'root'> = {}): MadeLocal {
  const root = mkdtempSync(join(tmpdir(), 'portcall-files-'));
  const fileSystem = localFileSystem({ root, ...options });
  const dispose = (): void => {
    fileSystem.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { fileSystem, root, dispose, [Symbol.dispose]: dispose };
}
