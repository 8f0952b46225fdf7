/** Requests of SFTP as tests write them. */
import assert from 'node:assert/strict';
import { type FileSystem, memoryFileSystem } from '../../src/files/index.ts';
import { readAttributes, type SftpAttributes } from '../../src/protocols/sftp/wire/attributes.ts';
import { OPEN_FLAG, PACKET } from '../../src/protocols/sftp/wire/numbers.ts';
import { put } from '../conformance/files-probe.ts';
import type { RawAnswer, RawSftp } from './raw-sftp.ts';

export const READ = OPEN_FLAG.read;
export const WRITE = OPEN_FLAG.write;
export const NEW = OPEN_FLAG.write | OPEN_FLAG.create | OPEN_FLAG.truncate;

export async function withFiles(contents: Readonly<Record<string, string>> = {}): Promise<FileSystem> {
  const files = memoryFileSystem();
  for (const [name, text] of Object.entries(contents)) await put(files, name, text);
  return files;
}

export const read = (raw: RawSftp, handle: Uint8Array, at: number, bytes: number): Promise<RawAnswer> =>
  raw.ask(PACKET.read, (packet) => packet.string(handle).uint64(at).uint32(bytes));
export const write = (raw: RawSftp, handle: Uint8Array, at: number, text: string): Promise<number> =>
  raw.status(PACKET.write, (packet) => packet.string(handle).uint64(at).text(text));
export const close = (raw: RawSftp, handle: Uint8Array): Promise<number> =>
  raw.status(PACKET.close, (packet) => packet.string(handle));
export const about = (raw: RawSftp, type: number, name: string): Promise<number> =>
  raw.status(type, (packet) => packet.text(name));

export async function attributesOf(raw: RawSftp, type: number, name: string): Promise<SftpAttributes> {
  const { type: kind, fields } = await raw.ask(type, (packet) => packet.text(name));
  assert.equal(kind, PACKET.attrs);
  return readAttributes(fields);
}
