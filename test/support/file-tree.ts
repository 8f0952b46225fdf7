/** Small trees in any file system: made from a table, and read back as one. */
import { parentOf, resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import { FileError } from '../../src/files/error.ts';
import type { FileSystem } from '../../src/files/file-system.ts';

/** Paths relative to a root. A text is a file's content, with a time behind `@` in milliseconds; `null` a directory. */
export type TreeTable = Readonly<Record<string, string | null>>;

export const at = (path: string): VirtualPath => {
  const resolved = resolvePath(ROOT, path);
  if (resolved === undefined) throw new Error(`no path: ${path}`);
  return resolved;
};

/** Makes a directory and those above it. */
export async function makeDirectories(files: FileSystem, path: VirtualPath): Promise<void> {
  if (path === ROOT) return;
  await makeDirectories(files, parentOf(path));
  await files.makeDirectory(path).catch((error: unknown) => {
    if (!(error instanceof FileError && error.kind === 'exists')) throw error;
  });
}

export async function makeFiles(files: FileSystem, table: TreeTable, root = '/'): Promise<void> {
  await makeDirectories(files, at(root));
  for (const [name, value] of Object.entries(table)) {
    const path = at(`${root}/${name}`);
    await makeDirectories(files, value === null ? path : parentOf(path));
    if (value === null) continue;
    const [content = '', time] = value.split('@');
    const upload = await files.openUpload(path);
    await upload.write(new TextEncoder().encode(content), 0);
    await upload.commit();
    await files.setAttributes?.(path, { modifiedMs: Number(time ?? 1_000_000) });
  }
}

async function textOf(files: FileSystem, path: VirtualPath): Promise<string> {
  await using reader = await files.openReader(path);
  const bytes = new Uint8Array(reader.entry.sizeBytes);
  const count = await reader.read(bytes, 0);
  return new TextDecoder().decode(bytes.subarray(0, count));
}

/** The tree below a root as the table that would make it. */
export async function readFiles(files: FileSystem, root = '/'): Promise<Record<string, string | null>> {
  const table: Record<string, string | null> = {};
  const visit = async (directory: string, prefix: string): Promise<void> => {
    const entries = [];
    for await (const batch of files.list(at(directory))) entries.push(...batch);
    for (const { name, type, modifiedMs } of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = `${directory}/${name}`;
      if (type === 'directory') table[`${prefix}${name}`] = null;
      else if (type === 'file') table[`${prefix}${name}`] = `${await textOf(files, at(path))}@${modifiedMs}`;
      else table[`${prefix}${name}`] = type;
      if (type === 'directory') await visit(path, `${prefix}${name}/`);
    }
  };
  await visit(root, '');
  return table;
}
