/** What a server can do besides version 3, as the powers of a file system. */
import { randomUUID } from 'node:crypto';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { type CallOptions, type FileSystem, type HashAlgorithm, type Hashing } from '../../../files/file-system.ts';
import { OPEN_FLAG, PACKET } from '../wire/numbers.ts';
import { renameOver } from './change.ts';
import { type Conversation, expect } from './conversation.ts';
import { closeHandle, statRemote } from './look.ts';
import type { SftpPowers } from './options.ts';
import type { Server } from './server.ts';
import { partPath } from './upload.ts';

const STATVFS = 'statvfs@openssh.com';
const CHECK_FILE = 'check-file-name';
const COPY_DATA = 'copy-data';
const HASHES: ReadonlySet<HashAlgorithm> = new Set<HashAlgorithm>(['md5', 'sha1', 'sha256', 'sha512']);

/** OpenSSH's PROTOCOL §4.3: block size, fragment size, blocks, free, free for us, … */
async function freeSpaceOf(server: Server, path: VirtualPath, options: CallOptions = {}): Promise<number> {
  const answer = await server.askAgain(path, PACKET.extended, (packet) => packet.text(STATVFS).text(path), options);
  const fields = expect(answer, PACKET.extendedReply);
  fields.uint64();
  const fragmentBytes = fields.uint64();
  fields.uint64();
  fields.uint64();
  return Math.min(fragmentBytes * fields.uint64(), Number.MAX_SAFE_INTEGER);
}

const hashingOf = (server: Server): Hashing => ({
  algorithms: HASHES,
  async of(path, algorithm, options = {}) {
    const fill = (packet: Parameters<Parameters<Server['ask']>[2]>[0]) =>
      packet.text(CHECK_FILE).text(path).text(algorithm).uint64(0).uint64(0).uint32(0);
    const fields = expect(await server.askAgain(path, PACKET.extended, fill, options), PACKET.extendedReply);
    const used = fields.text();
    if (used !== algorithm) throw new FileError('unsupported', path, { detail: `the server knows ${used} only` });
    const bytes = Array.from({ length: fields.leftBytes }, () => fields.byte());
    return Buffer.from(bytes).toString('hex');
  },
});

/** Into a part first: who looks sees the old file or the new one. */
async function copyWithin(
  server: Server,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  await statRemote(server, from, options);
  const part = partPath(to, randomUUID());
  const { conversation } = await server.talk(options);
  const open = async (path: VirtualPath, flags: number): Promise<Uint8Array> => {
    const answer = await server.ask(path, PACKET.open, (packet) => packet.text(path).uint32(flags).uint32(0), options);
    return Uint8Array.from(expect(answer, PACKET.handle).string());
  };
  const source = await open(from, OPEN_FLAG.read);
  try {
    const target = await open(part, OPEN_FLAG.write | OPEN_FLAG.create | OPEN_FLAG.truncate);
    await server.ask(
      from,
      PACKET.extended,
      (packet) => packet.text(COPY_DATA).string(source).uint64(0).uint64(0).string(target).uint64(0),
      options,
    );
    await server.ask(to, PACKET.close, (packet) => packet.string(target), options);
    await renameOver(server, part, to, { ...options, replace: 'allowed' });
  } catch (error) {
    await server.ask(part, PACKET.remove, (packet) => packet.text(part)).catch(() => undefined);
    throw error;
  } finally {
    await closeHandle(conversation, source);
  }
}

type Optional = Pick<FileSystem, 'freeSpace' | 'hashing' | 'copyWithin'>;

export const optionalPowers = (server: Server, conversation: Conversation): Optional => ({
  ...(conversation.has(STATVFS, '2') && {
    freeSpace: (path: VirtualPath, options?: CallOptions) => freeSpaceOf(server, path, options),
  }),
  ...(conversation.extensions.has(CHECK_FILE) && { hashing: hashingOf(server) }),
  ...(conversation.has(COPY_DATA, '1') && {
    copyWithin: (from: VirtualPath, to: VirtualPath, options?: CallOptions) => copyWithin(server, from, to, options),
  }),
});

export const sftpPowers = (server: Server, { extensions }: Conversation): SftpPowers => ({
  extensions,
  async extended(name, data, options) {
    const { type, fields } = await server.ask('/', PACKET.extended, (packet) => packet.text(name).raw(data), options);
    if (type === PACKET.status) return new Uint8Array();
    return Uint8Array.from({ length: fields.leftBytes }, () => fields.byte());
  },
});
