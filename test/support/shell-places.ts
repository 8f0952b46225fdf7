/** Two places in memory for a shell, and a stand-in for the engine that copies, which a test can hold up. */
import assert from 'node:assert/strict';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { decodeName } from '../../src/base/name.ts';
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import type { Mover } from '../../src/cli/shell/session.ts';
import type { ShellOptions } from '../../src/cli/shell/shell.ts';
import type { CopyReport, Place } from '../../src/files/copy/copy.ts';
import { FileError } from '../../src/files/error.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { memoryFileSystem } from '../../src/files/memory/memory-file-system.ts';

export const at = (name: string): VirtualPath => {
  const path = resolvePath(ROOT, name);
  assert.ok(path);
  return path;
};

export async function put(files: FileSystem, name: string, text: string): Promise<void> {
  const path = at(name);
  for (let above = parentOf(path), missing: VirtualPath[] = []; ; above = parentOf(above)) {
    const there = await files.stat(above).catch(() => undefined);
    if (there === undefined) missing = [above, ...missing];
    else {
      for (const directory of missing) await files.makeDirectory(directory);
      break;
    }
  }
  const upload = await files.openUpload(path);
  await upload.write(new TextEncoder().encode(text), 0);
  await upload.commit();
}

export async function textOf(files: FileSystem, name: string): Promise<string> {
  await using reader = await files.openReader(at(name));
  const bytes = new Uint8Array(reader.entry.sizeBytes);
  await reader.read(bytes, 0);
  return decodeName(bytes);
}

/** Copies whole files, waiting for `gate` first: a stand-in that a test can hold up. */
export function simpleMover(gate: () => Promise<void> = () => Promise.resolve()): Mover {
  return {
    async copyFile(from: Place, to: Place, { signal }): Promise<CopyReport> {
      const stopped = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => stopped.reject(signal.reason as Error));
      await Promise.race([gate(), stopped.promise]);
      const text = await textOf(from.files, from.path);
      await put(to.files, to.path, text);
      return {
        from: from.label,
        to: to.label,
        sizeBytes: text.length,
        resumedAtBytes: 0,
        durationMs: 10,
        retries: 0,
        verified: 'size',
        way: 'through-us',
        warnings: [],
      };
    },
    copyTree: (from) =>
      Promise.resolve({
        failures:
          baseName(from.path) === 'half' ? [{ path: '/half/x', error: new FileError('denied', '/half/x') }] : [],
        warnings: [],
        files: 2,
        failed: baseName(from.path) === 'half' ? 1 : 0,
        sizeBytes: 30,
        durationMs: 10,
      }),
    hashFile: (place, algorithm) => Promise.resolve(`${algorithm}-of-${baseName(place.path)}`),
    async *expand(files, pattern) {
      const [before = '', behind = ''] = baseName(pattern).split('*');
      for await (const batch of files.list(parentOf(pattern)))
        for (const entry of batch)
          if (entry.name.startsWith(before) && entry.name.endsWith(behind))
            yield { ...entry, path: at(`${parentOf(pattern)}/${entry.name}`) };
    },
  };
}

export interface Places {
  readonly remote: FileSystem;
  readonly local: FileSystem;
  readonly options: ShellOptions;
}

export function places(more: Partial<ShellOptions> = {}): Places {
  const clock = createManualClock(Date.UTC(2026, 10, 23, 12));
  const [remote, local] = [memoryFileSystem({ clock }), memoryFileSystem({ clock })];
  const labelOf = (path: VirtualPath): string => path;
  return {
    remote,
    local,
    options: {
      remote: { files: remote, start: ROOT, home: ROOT, labelOf: (path) => `ftp://host${path}` },
      local: { files: local, start: ROOT, home: ROOT, labelOf },
      mover: simpleMover(),
      clock,
      ...more,
    },
  };
}
