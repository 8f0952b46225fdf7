/** Where an upload goes, and what it continues: an interrupted one of the same owner, or what is published. */
import { randomUUID } from 'node:crypto';
import { encodeName } from '../../../base/name.ts';
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, WriteOptions } from '../../../files/file-system.ts';
import { lookAt, sizeOfLeft } from './look.ts';
import { partPath } from './publish.ts';
import type { Remote } from './remote.ts';
import type { FtpSession, Outgoing } from './session.ts';

const MAX_NAME_BYTES = 255;

export interface Target {
  readonly path: VirtualPath;
  /** Where the bytes go: the path itself when uploads are direct. */
  readonly part: VirtualPath;
  /** Whose part it may already be; nobody's when another upload of this client has it. */
  readonly owner: string | undefined;
  /** What stood under the name. */
  readonly existing: Entry | undefined;
  readonly mustBeNew: 'yes' | 'no';
  readonly mode: number | undefined;
}

/** What the upload begins with. */
export interface Begun {
  /** `published`: the bytes before the first new one are yet to be copied into the part. */
  readonly base: 'nothing' | 'part' | 'published';
  readonly startBytes: number;
  /** Bytes under the part's name now. */
  readonly partBytes: number;
}

export const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Claims the name of the part, which `giveUpName` gives back. */
function claimPart(remote: Remote, path: VirtualPath, owner: string | undefined): Pick<Target, 'part' | 'owner'> {
  if (remote.uploads === 'direct') return { part: path, owner };
  const own = owner === undefined ? undefined : partPath(path, owner);
  const isFree = own !== undefined && !remote.uploading.has(own);
  const part = isFree ? own : partPath(path, randomUUID());
  remote.uploading.add(part);
  return { part, owner: isFree ? owner : undefined };
}

/** The upload has ended, or did not come about. */
export const giveUpName = (remote: Remote, { part }: Pick<Target, 'part'>): void => void remote.uploading.delete(part);

/** Looks where the upload will go. Rejects with `is-directory`, `bad-name`, `exists`. */
export async function findTarget(remote: Remote, path: VirtualPath, options: WriteOptions): Promise<Target> {
  if (path === ROOT) throw new FileError('is-directory', path);
  if (encodeName(baseName(path)).length > MAX_NAME_BYTES) throw new FileError('bad-name', path);
  const claimed = claimPart(remote, path, options.owner);
  try {
    const existing = options.standing === 'nothing' ? undefined : await lookAt(remote, path, callOf(options));
    if (existing?.type === 'directory') throw new FileError('is-directory', path);
    const mustBeNew = options.start?.from === 'nothing-new' ? 'yes' : 'no';
    if (mustBeNew === 'yes' && existing !== undefined) throw new FileError('exists', path);
    return { path, ...claimed, existing, mustBeNew, mode: options.mode };
  } catch (error) {
    giveUpName(remote, claimed);
    throw error;
  }
}

export const callOf = ({ signal }: CallOptions): CallOptions => (signal === undefined ? {} : { signal });

/** Where the first new byte belongs. Rejects with `bad-offset` behind the end of what is there. */
export async function whereToBegin(remote: Remote, target: Target, options: WriteOptions): Promise<Begun> {
  const { start = { from: 'nothing' } } = options;
  if (start.from === 'nothing' || start.from === 'nothing-new') return { base: 'nothing', startBytes: 0, partBytes: 0 };
  const found = await findBase(remote, target, callOf(options));
  const startBytes = start.from === 'end' ? found.sizeBytes : start.offsetBytes;
  if (!isOffset(startBytes) || startBytes > found.sizeBytes) throw new FileError('bad-offset', target.path);
  return { base: found.base, startBytes, partBytes: found.base === 'part' ? found.sizeBytes : 0 };
}

async function findBase(
  remote: Remote,
  { part, path, existing, owner }: Target,
  options: CallOptions,
): Promise<{ readonly base: Begun['base']; readonly sizeBytes: number }> {
  // Written under its own name, a file is its own interrupted upload.
  const left = (): Promise<number | undefined> => sizeOfLeft(remote, part, options);
  const keptBytes = part === path ? existing?.sizeBytes : owner === undefined ? undefined : await left();
  if (keptBytes !== undefined) return { base: 'part', sizeBytes: keptBytes };
  return existing === undefined
    ? { base: 'nothing', sizeBytes: 0 }
    : { base: 'published', sizeBytes: existing.sizeBytes };
}

interface StoreOptions extends CallOptions {
  readonly fromBytes: number;
  /** What lies there now. */
  readonly partBytes: number;
}

/**
 * Begins to store at an offset. APPE adds to what is there, and REST before STOR writes from anywhere (RFC 3659 §5): many
 * servers allow only one of them, so behind the last byte the other is tried when one is refused.
 */
export async function openStore(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  { fromBytes, partBytes, ...options }: StoreOptions,
): Promise<Outgoing> {
  const argument = remote.paths.toServer(path);
  if (fromBytes === 0) return await session.store({ verb: 'STOR', argument }, options);
  const restart = { ...options, restartBytes: fromBytes };
  if (fromBytes !== partBytes) return await session.store({ verb: 'STOR', argument }, restart);
  try {
    return await session.store({ verb: 'APPE', argument }, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || error.retryable || !session.isOpen) throw error;
    return await session.store({ verb: 'STOR', argument }, restart);
  }
}
