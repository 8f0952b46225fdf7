/** Making, removing and renaming on a server: it says little of why not, so that is looked into. */
import { encodeName } from '../../../base/name.ts';
import { baseName, isWithin, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { Attributes, CallOptions, Entry, StatOptions } from '../../../files/file-system.ts';
import { isPartName } from '../../../files/part-name.ts';
import { writeAttributes } from '../wire/attributes.ts';
import { PACKET } from '../wire/numbers.ts';
import type { PacketWriter } from '../wire/packet-writer.ts';
import { attributesIn, needsStanding } from './entry-of.ts';
import { withKind } from './failure.ts';
import { belowFile, listAll, lookAt } from './look.ts';
import type { Server } from './server.ts';

const MAX_NAME_BYTES = 255;
const POSIX_RENAME = 'posix-rename@openssh.com';

/** What a refusal means in view of what stands there. */
type Why = (standing: Entry | undefined) => FileErrorKind | undefined;

interface Change extends CallOptions {
  readonly type: number;
  readonly why: Why;
  readonly fill?: (packet: PacketWriter) => PacketWriter;
}

async function change(server: Server, path: VirtualPath, { type, why, fill, signal }: Change): Promise<void> {
  const call = signal === undefined ? {} : { signal };
  const pathOnly = (packet: PacketWriter): PacketWriter => packet.text(path);
  try {
    await server.ask(path, type, fill ?? pathOnly, call);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || error.retryable) throw error;
    const standing = await lookAt(server, path, { ...call, links: 'stay' });
    const kind = why(standing);
    if (kind !== undefined && error.kind !== 'denied') throw withKind(error, kind);
    throw standing === undefined ? await whyMissing(server, path, error, call) : error;
  }
}

async function whyMissing(server: Server, path: VirtualPath, error: FileError, call: CallOptions): Promise<unknown> {
  if (error.kind === 'denied') return error;
  const above = await lookAt(server, parentOf(path), call);
  if (above?.type === 'directory') return error.kind === 'io' ? withKind(error, 'not-found') : error;
  return await belowFile(server, path, withKind(error, 'not-found'), call);
}

export const removeRemote = (server: Server, path: VirtualPath, options: CallOptions = {}): Promise<void> =>
  path === ROOT
    ? Promise.reject(new FileError('is-directory', path))
    : change(server, path, {
        ...options,
        type: PACKET.remove,
        why: (standing) => (standing?.type === 'directory' ? 'is-directory' : undefined),
      });

const tryRemoveDirectory = (server: Server, path: VirtualPath, options: CallOptions): Promise<void> =>
  change(server, path, {
    ...options,
    type: PACKET.rmdir,
    why: (standing) => (standing !== undefined && standing.type !== 'directory' ? 'not-directory' : undefined),
  });

/** What servers say of a directory that is not empty, among other things. */
const UNCLEAR: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['exists', 'not-empty', 'busy', 'io']);

export async function removeRemoteDirectory(
  server: Server,
  path: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  if (path === ROOT) throw new FileError('denied', path);
  try {
    await tryRemoveDirectory(server, path, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || !UNCLEAR.has(error.kind)) throw error;
    if ((await clearParts(server, path, options)) === 'holds-more') throw withKind(error, 'not-empty');
    await tryRemoveDirectory(server, path, options);
  }
}

/** A directory that shows nothing may hold interrupted uploads, which go with it. Nothing is removed when it holds more. */
async function clearParts(server: Server, path: VirtualPath, options: CallOptions): Promise<'holds-more' | 'cleared'> {
  const parts: VirtualPath[] = [];
  for await (const batch of listAll(server, path, options))
    for (const { name } of batch) {
      const part = resolvePath(path, name);
      if (part === undefined || !isPartName(name)) return 'holds-more';
      parts.push(part);
    }
  for (const part of parts) await removeRemote(server, part, options);
  return 'cleared';
}

export async function makeRemoteDirectory(
  server: Server,
  path: VirtualPath,
  { mode, signal }: CallOptions & { readonly mode?: number } = {},
): Promise<void> {
  if (path === ROOT) throw new FileError('exists', path);
  if (encodeName(baseName(path)).length > MAX_NAME_BYTES) throw new FileError('bad-name', path);
  await change(server, path, {
    ...(signal !== undefined && { signal }),
    type: PACKET.mkdir,
    why: (standing) => (standing === undefined ? undefined : 'exists'),
    fill(packet) {
      packet.text(path);
      writeAttributes(packet, mode === undefined ? {} : { mode: mode & 0o7777 });
      return packet;
    },
  });
}

export interface RenameOptions extends CallOptions {
  /** `refused`: a name that is taken gives `exists`. */
  readonly replace: 'allowed' | 'refused';
}

/**
 * RENAME replaces nothing (§6.5) and posix-rename@openssh.com replaces in one step. Without that the old file is removed
 * first: for a moment nothing stands under the name, and there is no better way.
 */
export async function renameOver(
  server: Server,
  from: VirtualPath,
  to: VirtualPath,
  { replace, ...options }: RenameOptions,
): Promise<void> {
  const { conversation } = await server.talk(options);
  const plainly = (packet: PacketWriter): PacketWriter => packet.text(from).text(to);
  if (replace === 'allowed' && conversation.has(POSIX_RENAME, '1')) {
    await server.ask(to, PACKET.extended, (packet) => plainly(packet.text(POSIX_RENAME)), options);
    return;
  }
  try {
    await server.ask(to, PACKET.rename, plainly, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || error.retryable) throw error;
    const standing = await lookAt(server, to, { ...options, links: 'stay' });
    if (standing === undefined) throw error;
    if (replace === 'refused' || standing.type === 'directory') throw withKind(error, 'exists');
    await server.ask(to, PACKET.remove, (packet) => packet.text(to), options);
    await server.ask(to, PACKET.rename, plainly, options);
  }
}

export async function renameRemote(
  server: Server,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  if (from === ROOT) throw new FileError('denied', from);
  if (to === ROOT) throw new FileError('exists', to);
  const source = await lookAt(server, from, { ...options, links: 'stay' });
  if (source === undefined) throw await belowFile(server, from, new FileError('not-found', from), options);
  if (from === to) return;
  if (isWithin(from, to)) throw new FileError('bad-name', to);
  const target = await lookAt(server, to, { ...options, links: 'stay' });
  if (target !== undefined && (target.type === 'directory' || source.type === 'directory'))
    throw new FileError('exists', to);
  await renameOver(server, from, to, { ...options, replace: 'allowed' }).catch(async (error: unknown) => {
    throw await whyNotNamed(server, to, error, options);
  });
}

async function whyNotNamed(server: Server, to: VirtualPath, error: unknown, call: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined || error.kind === 'denied') return error;
  const above = await lookAt(server, parentOf(to), call);
  if (above?.type === 'directory') return error;
  return await belowFile(server, to, withKind(error, 'not-found'), call);
}

const LSETSTAT = 'lsetstat@openssh.com';

export async function setRemoteAttributes(
  server: Server,
  path: VirtualPath,
  wanted: Attributes,
  { links = 'follow', signal }: StatOptions = {},
): Promise<void> {
  const call = signal === undefined ? {} : { signal };
  if (wanted.createdMs !== undefined)
    throw new FileError('unsupported', path, { detail: 'version 3 of SFTP knows no time of creation' });
  const { sizeBytes } = wanted;
  if (sizeBytes !== undefined && !(Number.isSafeInteger(sizeBytes) && sizeBytes >= 0))
    throw new FileError('bad-offset', path);
  const standing = needsStanding(wanted) ? await lookAt(server, path, { ...call, links }) : undefined;
  const attributes = attributesIn(wanted, standing);
  const { conversation } = await server.talk(call);
  const isOfLink = links === 'stay' && conversation.has(LSETSTAT, '1');
  const fill = (packet: PacketWriter): PacketWriter => {
    if (isOfLink) packet.text(LSETSTAT);
    packet.text(path);
    writeAttributes(packet, attributes);
    return packet;
  };
  await server.ask(path, isOfLink ? PACKET.extended : PACKET.setstat, fill, call).catch(async (error: unknown) => {
    if (!(error instanceof FileError) || error.kind !== 'io' || sizeBytes === undefined) throw error;
    throw (await lookAt(server, path, call))?.type === 'directory' ? withKind(error, 'is-directory') : error;
  });
}
