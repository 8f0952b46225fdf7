/** The requests of version 3, one row each (draft-ietf-secsh-filexfer-02 §6). */
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { unixLine } from '../../listing/unix.ts';
import { readAttributes, writeAttributes } from '../wire/attributes.ts';
import { PACKET, STATUS } from '../wire/numbers.ts';
import { PacketWriter } from '../wire/packet-writer.ts';
import type { Desk } from './desk.ts';
import { DirectoryHandle } from './directory-handle.ts';
import { attributesOf, changesIn } from './entry-attributes.ts';
import { directoryOf, fileOf } from './handle.ts';
import { openFile } from './open.ts';
import { readReply } from './read-reply.ts';
import type { Asked, HandleRow, NameRow, RequestRow } from './request.ts';
import { EOF, OK, StatusError, statusPacket } from './status.ts';

const PERMISSION_BITS = 0o7777;

const attributesPacket = (id: number, entry: Entry): Uint8Array => {
  const packet = new PacketWriter(PACKET.attrs).uint32(id);
  writeAttributes(packet, attributesOf(entry));
  return packet.finish();
};

const handlePacket = (id: number, bytes: Uint8Array): Uint8Array =>
  new PacketWriter(PACKET.handle, 12).uint32(id).string(bytes).finish();

/** A NAME packet with one name, of which nothing else is told. */
const namePacket = (id: number, name: string): Uint8Array =>
  new PacketWriter(PACKET.name, 3 * name.length + 40).uint32(id).uint32(1).text(name).text(name).uint32(0).finish();

function namesPacket(id: number, entries: readonly Entry[], nowMs: number): Uint8Array {
  const packet = new PacketWriter(PACKET.name, entries.length * 150 + 8).uint32(id).uint32(entries.length);
  for (const entry of entries) {
    packet.text(entry.name).text(unixLine(entry, nowMs));
    writeAttributes(packet, attributesOf(entry));
  }
  return packet.finish();
}

/** A row that changes something, and answers that it is done. */
const change = (verb: string, act: (desk: Desk, asked: Asked) => Promise<void>): NameRow => ({
  about: 'names',
  verb,
  async run(desk, asked) {
    desk.checkWritable();
    await act(desk, asked);
    return statusPacket(asked.id, OK);
  },
});

const look = (verb: string, act: (desk: Desk, asked: Asked) => Promise<Uint8Array>): NameRow => ({
  about: 'names',
  verb,
  failsOften: true,
  run: act,
});

const alone = (verb: string, run: HandleRow['run']): HandleRow => ({ about: 'handle', verb, turn: 'alone', run });

const open: NameRow = {
  about: 'names',
  verb: 'OPEN',
  async run(desk, { id, fields }) {
    desk.handles.checkRoom();
    const path = desk.path(fields.text());
    const flags = fields.uint32();
    const { mode } = readAttributes(fields);
    const permissions = mode === undefined ? undefined : mode & PERMISSION_BITS;
    return handlePacket(id, desk.handles.add(await openFile(desk, { path, flags, mode: permissions })));
  },
};

const openDirectory: NameRow = {
  about: 'names',
  verb: 'OPENDIR',
  async run(desk, { id, fields }) {
    desk.handles.checkRoom();
    return handlePacket(id, desk.handles.add(await DirectoryHandle.open(desk, desk.path(fields.text()))));
  },
};

const close: HandleRow = {
  about: 'handle',
  verb: 'CLOSE',
  turn: 'last',
  async run(desk, { id }, { opened }, bytes) {
    desk.handles.forget(bytes);
    await opened.close();
    return statusPacket(id, OK);
  },
};

const read: HandleRow = {
  about: 'handle',
  verb: 'READ',
  turn: 'read',
  run: (desk, { id, fields }, handle) => readReply(desk, id, fileOf(handle), fields),
};

const write: HandleRow = {
  about: 'handle',
  verb: 'WRITE',
  turn: 'write',
  async run(_desk, { id, fields }, handle) {
    const file = fileOf(handle);
    const positionBytes = fields.uint64();
    const bytes = fields.string();
    if (file.write === undefined)
      throw new StatusError(STATUS.permissionDenied, 'The file was not opened to be written');
    await file.write(bytes, positionBytes);
    return statusPacket(id, OK);
  },
};

const readDirectory = alone('READDIR', async (desk, { id }, handle) => {
  const directory = directoryOf(handle);
  const names = await directory.next();
  if (names === undefined) return statusPacket(id, EOF);
  const packet = namesPacket(id, names, desk.session.clock.now());
  directory.moved(packet.length);
  return packet;
});

const fileStat = alone('FSTAT', async (desk, { id }, { opened }) =>
  attributesPacket(id, opened.kind === 'file' ? await opened.stat() : await desk.stat(opened.path, 'follow')),
);

const fileSetStat = alone('FSETSTAT', async (desk, { id, fields }, { opened }) => {
  desk.checkWritable();
  const wanted = changesIn(readAttributes(fields));
  if (opened.kind === 'file') await opened.setAttributes(wanted);
  else await setAttributes(desk, opened.path, wanted);
  return statusPacket(id, OK);
});

async function setAttributes(desk: Desk, path: ReturnType<Desk['path']>, wanted: ReturnType<typeof changesIn>) {
  const upload = desk.uploads.get(path);
  if (upload !== undefined) {
    await upload.setAttributes(wanted);
    return;
  }
  if (desk.files.setAttributes === undefined) throw new FileError('unsupported', path);
  await desk.files.setAttributes(path, wanted);
  desk.changed('SETSTAT', path, Object.keys(wanted).join(', '));
}

const stat = (verb: string, links: 'follow' | 'stay'): NameRow =>
  look(verb, async (desk, { id, fields }) => attributesPacket(id, await desk.stat(desk.path(fields.text()), links)));

const setStat = change('SETSTAT', async (desk, { fields }) => {
  const path = desk.path(fields.text());
  await setAttributes(desk, path, changesIn(readAttributes(fields)));
});

const remove = change('REMOVE', async (desk, { fields }) => {
  const path = desk.path(fields.text());
  await desk.files.remove(path);
  desk.changed('REMOVE', path);
});

const makeDirectory = change('MKDIR', async (desk, { fields }) => {
  const path = desk.path(fields.text());
  const { mode } = readAttributes(fields);
  await desk.files.makeDirectory(path, mode === undefined ? {} : { mode: mode & PERMISSION_BITS });
  desk.changed('MKDIR', path);
});

const removeDirectory = change('RMDIR', async (desk, { fields }) => {
  const path = desk.path(fields.text());
  await desk.files.removeDirectory(path);
  desk.changed('RMDIR', path);
});

/** §6.5: what stands under the new name must not be lost. */
const rename = change('RENAME', async (desk, { fields }) => {
  const [from, to] = [desk.path(fields.text()), desk.path(fields.text())];
  const isTaken = await desk.files.stat(to, { links: 'stay' }).then(
    () => true,
    () => false,
  );
  if (isTaken && from !== to) throw new FileError('exists', to);
  await renameOver(desk, from, to);
});

/** The same, over a file that stands there: posix-rename@openssh.com. */
export async function renameOver(
  desk: Desk,
  from: ReturnType<Desk['path']>,
  to: ReturnType<Desk['path']>,
): Promise<void> {
  desk.checkNoUploadBelow(from);
  await desk.files.rename(from, to);
  desk.changed('RENAME', from, `to ${to}`);
}

const realPath = look('REALPATH', async (desk, { id, fields }) => namePacket(id, desk.path(fields.text())));

const readLink = look('READLINK', async (desk, { id, fields }) => {
  const path = desk.path(fields.text());
  if (desk.files.links === undefined) throw new FileError('unsupported', path);
  return namePacket(id, await desk.files.links.read(path));
});

/** The draft has the link first; OpenSSH sends the target first, and all clients follow it. */
const symlink = change('SYMLINK', async (desk, { fields }) => {
  const target = fields.text();
  const path = desk.path(fields.text());
  if (desk.files.links === undefined) throw new FileError('unsupported', path);
  await desk.files.links.make(target, path);
  desk.changed('SYMLINK', path, `to ${target}`);
});

export const REQUESTS: ReadonlyMap<number, RequestRow> = new Map<number, RequestRow>([
  [PACKET.open, open],
  [PACKET.close, close],
  [PACKET.read, read],
  [PACKET.write, write],
  [PACKET.lstat, stat('LSTAT', 'stay')],
  [PACKET.fstat, fileStat],
  [PACKET.setstat, setStat],
  [PACKET.fsetstat, fileSetStat],
  [PACKET.opendir, openDirectory],
  [PACKET.readdir, readDirectory],
  [PACKET.remove, remove],
  [PACKET.mkdir, makeDirectory],
  [PACKET.rmdir, removeDirectory],
  [PACKET.realpath, realPath],
  [PACKET.stat, stat('STAT', 'follow')],
  [PACKET.rename, rename],
  [PACKET.readlink, readLink],
  [PACKET.symlink, symlink],
]);
