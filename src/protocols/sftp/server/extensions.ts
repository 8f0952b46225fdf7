/** What SFTP has learned since version 3, one row each: OpenSSH's extensions (PROTOCOL, §4) and hashes by the server. */
import { createHash } from 'node:crypto';
import { FileError } from '../../../files/error.ts';
import { readAttributes } from '../wire/attributes.ts';
import { PACKET, STATUS } from '../wire/numbers.ts';
import { PacketWriter } from '../wire/packet-writer.ts';
import type { Desk } from './desk.ts';
import { changesIn } from './entry-attributes.ts';
import { fileOf, type OpenedFile } from './handle.ts';
import { ReadHandle } from './read-handle.ts';
import type { Asked, HandleRow, NameRow, RequestRow } from './request.ts';
import { renameOver } from './requests.ts';
import { OK, StatusError, statusPacket } from './status.ts';

interface Extension {
  readonly version: string;
  readonly row: RequestRow;
  /** Whether this account's files can do it; always unless told. */
  readonly canBe?: (desk: Desk) => boolean;
}

const names = (verb: string, run: NameRow['run']): NameRow => ({ about: 'names', verb, run });
const handle = (verb: string, run: HandleRow['run']): HandleRow => ({ about: 'handle', verb, turn: 'alone', run });
const reply = (id: number): PacketWriter => new PacketWriter(PACKET.extendedReply).uint32(id);

const namePacket = (id: number, name: string): Uint8Array =>
  new PacketWriter(PACKET.name, 3 * name.length + 40).uint32(id).uint32(1).text(name).text(name).uint32(0).finish();

const posixRename = names('posix-rename', async (desk, { id, fields }) => {
  desk.checkWritable();
  await renameOver(desk, desk.path(fields.text()), desk.path(fields.text()));
  return statusPacket(id, OK);
});

const BLOCK_BYTES = 4096;
const LONGEST_NAME = 255;

/** A place tells what is free, and not how large it is: so much as is free, all of it free. */
async function statvfs(desk: Desk, id: number, path: ReturnType<Desk['path']>): Promise<Uint8Array> {
  const { freeSpace } = desk.files;
  if (freeSpace === undefined) throw new FileError('unsupported', path);
  const blocks = Math.floor((await freeSpace(path)) / BLOCK_BYTES);
  const isReadOnly = desk.session.access === 'read-only' ? 1 : 0;
  const packet = reply(id);
  for (const value of [BLOCK_BYTES, BLOCK_BYTES, blocks, blocks, blocks, 0, 0, 0, 0, isReadOnly, LONGEST_NAME])
    packet.uint64(value);
  return packet.finish();
}

const canTellSpace = ({ files }: Desk): boolean => files.freeSpace !== undefined;

const byName = names('statvfs', async (desk, { id, fields }) => await statvfs(desk, id, desk.path(fields.text())));
const byHandle = handle('fstatvfs', async (desk, { id }, { opened }) => await statvfs(desk, id, opened.path));

const sync = handle('fsync', async (_desk, { id }, opened) => {
  await fileOf(opened).sync();
  return statusPacket(id, OK);
});

const linkSetStat = names('lsetstat', async (desk, { id, fields }) => {
  desk.checkWritable();
  const path = desk.path(fields.text());
  const { setAttributes } = desk.files;
  if (setAttributes === undefined) throw new FileError('unsupported', path);
  await setAttributes(path, changesIn(readAttributes(fields)), { links: 'stay' });
  desk.changed('SETSTAT', path);
  return statusPacket(id, OK);
});

const limits = names('limits', async ({ limits: bounds }, { id }) =>
  reply(id)
    .uint64(bounds.packetBytes)
    .uint64(bounds.readBytes)
    .uint64(bounds.readBytes)
    .uint64(bounds.handles)
    .finish(),
);

/** `~` is where the session begins; of other accounts' homes nothing is told. */
const expandPath = names('expand-path', async (desk, { id, fields }) => {
  const text = fields.text();
  const [, user = '', rest = ''] = /^~([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  if (!text.startsWith('~')) return namePacket(id, desk.path(text));
  if (user !== '' && user !== desk.session.account.name)
    throw new StatusError(STATUS.noSuchFile, 'That account has no home here');
  return namePacket(id, desk.path(rest));
});

const homeDirectory = names('home-directory', async (desk, { id, fields }) => {
  const user = fields.text();
  if (user !== '' && user !== desk.session.account.name)
    throw new StatusError(STATUS.noSuchFile, 'That account has no home here');
  return namePacket(id, desk.session.startDirectory);
});

/** Who owns what on this machine is nobody's business: an empty name stands for one that is not known. */
const usersGroups = names('users-groups-by-id', async (_desk, { id, fields }) => {
  const packet = reply(id);
  for (const list of [fields.string(), fields.string()]) {
    if (list.length % 4 !== 0) throw new StatusError(STATUS.badMessage, 'A list of numbers was cut');
    packet.string(new Uint8Array(list.length));
  }
  return packet.finish();
});

const COPY_BYTES = 256 * 1024;

/** OpenSSH's PROTOCOL §4.10: from one open file to another, without the bytes going over the network. */
const copyData: HandleRow = {
  about: 'handle',
  verb: 'copy-data',
  turn: 'alone',
  async run(desk, { id, fields }, source) {
    const [from, fromBytes, length] = [fileOf(source), fields.uint64(), fields.uint64()];
    const target = desk.handles.get(fields.string());
    const [to, toBytes] = [fileOf(target), fields.uint64()];
    if (source === target || from.path === to.path)
      throw new StatusError(STATUS.failure, 'A file cannot be copied onto itself');
    const { read } = from;
    const { write } = to;
    if (read === undefined || write === undefined)
      throw new StatusError(STATUS.permissionDenied, 'One must be open to be read, the other to be written');
    await Promise.all(target.writes);
    // 0 is to the end.
    const end = length === 0 ? Infinity : fromBytes + length;
    const buffer = new Uint8Array(COPY_BYTES);
    for (let at = fromBytes; at < end;) {
      const count = await read(buffer.subarray(0, Math.min(COPY_BYTES, end - at)), at);
      if (count === 0) break;
      await write(buffer.subarray(0, count), toBytes + (at - fromBytes));
      at += count;
      desk.session.signal.throwIfAborted();
    }
    return statusPacket(id, OK);
  },
};

const HASHES: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
]);
const SMALLEST_BLOCK = 256;
const MOST_SUMS = 4096;

interface Summing {
  readonly algorithm: string;
  readonly fromBytes: number;
  readonly lengthBytes: number;
  /** 0: one sum of all. */
  readonly blockBytes: number;
}

function summingIn({ fields }: Asked): Summing {
  const algorithm = fields
    .text()
    .split(',')
    .find((name) => HASHES.has(name));
  if (algorithm === undefined) throw new StatusError(STATUS.failure, `No hash but ${[...HASHES.keys()].join(', ')}`);
  const [fromBytes, lengthBytes, blockBytes] = [fields.uint64(), fields.uint64(), fields.uint32()];
  if (blockBytes !== 0 && blockBytes < SMALLEST_BLOCK)
    throw new StatusError(STATUS.failure, `Blocks have ${SMALLEST_BLOCK} bytes at least`);
  return { algorithm, fromBytes, lengthBytes, blockBytes };
}

/** The sums of a part of a file, block by block, one behind the other. */
async function sumsOf(desk: Desk, { read, path }: OpenedFile, wanted: Summing): Promise<Uint8Array> {
  if (read === undefined) throw new FileError('denied', path);
  const { algorithm, fromBytes, lengthBytes, blockBytes } = wanted;
  const end = lengthBytes === 0 ? Infinity : fromBytes + lengthBytes;
  const buffer = new Uint8Array(COPY_BYTES);
  const sums: Buffer[] = [];
  let sum = createHash(algorithm);
  let inBlock = 0;
  for (let at = fromBytes; at < end;) {
    const room = blockBytes === 0 ? COPY_BYTES : Math.min(COPY_BYTES, blockBytes - inBlock);
    const count = await read(buffer.subarray(0, Math.min(room, end - at)), at);
    if (count === 0) break;
    sum.update(buffer.subarray(0, count));
    at += count;
    inBlock += count;
    if (inBlock === blockBytes) {
      if (sums.length >= MOST_SUMS) throw new StatusError(STATUS.failure, 'Too many blocks; ask for larger ones');
      sums.push(sum.digest());
      sum = createHash(algorithm);
      inBlock = 0;
    }
    desk.session.signal.throwIfAborted();
  }
  return Buffer.concat(inBlock > 0 || sums.length === 0 ? [...sums, sum.digest()] : sums);
}

/** As paramiko and ProFTPD have it: the name of the extension comes first in the answer. */
const checkHandle = (verb: string): HandleRow =>
  handle(verb, async (desk, asked, opened) => {
    const wanted = summingIn(asked);
    const sums = await sumsOf(desk, fileOf(opened), wanted);
    return reply(asked.id).text('check-file').text(wanted.algorithm).raw(sums).finish();
  });

/** As WinSCP has it (draft-ietf-secsh-filexfer-extensions-00 §3). */
const checkName = names('check-file-name', async (desk, asked) => {
  const path = desk.path(asked.fields.text());
  const wanted = summingIn(asked);
  const opened = await ReadHandle.open(desk, path, () => undefined);
  try {
    return reply(asked.id)
      .text(wanted.algorithm)
      .raw(await sumsOf(desk, opened, wanted))
      .finish();
  } finally {
    await opened.close();
  }
});

const EXTENSIONS: ReadonlyMap<string, Extension> = new Map<string, Extension>([
  ['posix-rename@openssh.com', { version: '1', row: posixRename }],
  ['statvfs@openssh.com', { version: '2', row: byName, canBe: canTellSpace }],
  ['fstatvfs@openssh.com', { version: '2', row: byHandle, canBe: canTellSpace }],
  ['fsync@openssh.com', { version: '1', row: sync }],
  ['lsetstat@openssh.com', { version: '1', row: linkSetStat, canBe: ({ files }) => files.setAttributes !== undefined }],
  ['limits@openssh.com', { version: '1', row: limits }],
  ['expand-path@openssh.com', { version: '1', row: expandPath }],
  ['copy-data', { version: '1', row: copyData }],
  ['home-directory', { version: '1', row: homeDirectory }],
  ['users-groups-by-id@openssh.com', { version: '1', row: usersGroups }],
  ['check-file', { version: '1', row: checkHandle('check-file') }],
  ['check-file-handle', { version: '1', row: checkHandle('check-file-handle') }],
  ['check-file-name', { version: '1', row: checkName }],
]);

/** The row of an extension that this session has. */
export function extensionRow(desk: Desk, name: string): RequestRow | undefined {
  const extension = EXTENSIONS.get(name);
  return extension !== undefined && extension.canBe?.(desk) !== false ? extension.row : undefined;
}

/** The names of the requests of extensions, for those who choose among them. */
export const EXTENSION_VERBS: readonly string[] = Array.from(EXTENSIONS.values(), ({ row }) => row.verb);

/** What is announced with the version, name and version of each. */
export const announced = (desk: Desk): readonly (readonly [string, string])[] =>
  [...EXTENSIONS].flatMap(([name, { version, canBe }]) => (canBe?.(desk) === false ? [] : [[name, version] as const]));
