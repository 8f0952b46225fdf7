/** Small calls that the cases of the file system contract are written with. */
import assert from 'node:assert/strict';
import { ROOT, type VirtualPath, resolvePath } from '../../src/base/virtual-path.ts';
import {
  type Entry,
  FileError,
  type FileErrorKind,
  type FileSystem,
  type WriteOptions,
} from '../../src/files/index.ts';

/** One case: what must hold of an empty file system. */
export type Case = (files: FileSystem) => Promise<void>;

export const path = (text: string): VirtualPath => {
  const resolved = resolvePath(ROOT, text);
  assert.ok(resolved !== undefined);
  return resolved;
};

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Asserts that a call fails with one of these kinds, and names the path that was asked for. */
export async function assertFails(act: Promise<unknown>, ...kinds: FileErrorKind[]): Promise<void> {
  const error = await act.then(
    () => assert.fail(`resolved instead of failing with ${kinds.join(' or ')}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FileError)) throw error;
  assert.ok(kinds.includes(error.kind), `${error.message} is not ${kinds.join(' or ')}`);
  assert.match(error.path, /^\//);
}

export async function put(
  files: FileSystem,
  name: string,
  content: string,
  options: WriteOptions = {},
): Promise<Entry> {
  const upload = await files.openUpload(path(name), options);
  await upload.write(bytesOf(content), upload.startBytes);
  return upload.commit();
}

export async function get(files: FileSystem, name: string): Promise<string> {
  await using reader = await files.openReader(path(name));
  const whole = new Uint8Array(reader.entry.sizeBytes + 16);
  let length = 0;
  for (;;) {
    const count = await reader.read(whole.subarray(length), length);
    if (count === 0) return new TextDecoder().decode(whole.subarray(0, length));
    length += count;
  }
}

export async function namesOf(files: FileSystem, name: string): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of files.list(path(name))) names.push(...batch.map((entry) => entry.name));
  return names.sort();
}
