/** Making, removing and renaming on a server; a refusal is looked into before it gets its kind. */
import { encodeName } from '../../../base/name.ts';
import { baseName, isWithin, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { CallOptions, Entry } from '../../../files/file-system.ts';
import { isPositive } from './failure.ts';
import { plainKindOfReply } from './kind-of-reply.ts';
import { isPartName } from '../../../files/part-name.ts';
import { listAll } from './list-remote.ts';
import { lookAt, whyRefused, withKind } from './look.ts';
import { at, refusedAt, type Remote } from './remote.ts';
import type { FtpReply } from './session.ts';
import { renamed } from './publish.ts';

const MAX_NAME_BYTES = 255;

/** Sends a verb with a path; a refusal becomes what `why` finds behind it. */
async function change(
  remote: Remote,
  verb: string,
  path: VirtualPath,
  { why, ...options }: CallOptions & { readonly why: (standing: Entry | undefined) => FileErrorKind | undefined },
): Promise<void> {
  options.signal?.throwIfAborted();
  try {
    const command = { verb, argument: remote.paths.toServer(path) };
    const reply = await remote.pool.use((session) => session.command(command, options), options);
    if (isPositive(reply)) return;
    const standing = await lookAt(remote, path, options);
    const kind = why(standing);
    const isPlainlyDenied = plainKindOfReply(reply) === 'denied';
    if (kind !== undefined && !isPlainlyDenied) throw withKind(refusedAt(path, reply), kind);
    throw standing === undefined ? await whyMissing(remote, path, reply, options) : deniedAt(path, reply);
  } catch (error) {
    throw at(path, error);
  }
}

/** Something stands there and the server will not: most say no more than 550. */
function deniedAt(path: VirtualPath, reply: FtpReply): FileError {
  const refusal = refusedAt(path, reply);
  return refusal.kind === 'not-found' || refusal.kind === 'bad-name' ? withKind(refusal, 'denied') : refusal;
}

async function whyMissing(
  remote: Remote,
  path: VirtualPath,
  reply: FtpReply,
  options: CallOptions,
): Promise<FileError> {
  return await whyRefused(remote, path, reply, options);
}

export const removeRemote = (remote: Remote, path: VirtualPath, options: CallOptions = {}): Promise<void> =>
  path === ROOT
    ? Promise.reject(new FileError('is-directory', path))
    : change(remote, 'DELE', path, {
        ...options,
        why: (standing) => (standing?.type === 'directory' ? 'is-directory' : undefined),
      });

export async function removeRemoteDirectory(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  if (path === ROOT) throw new FileError('denied', path);
  try {
    await tryRemoveDirectory(remote, path, options);
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || !UNCLEAR.has(error.kind)) throw error;
    if ((await clearParts(remote, path, options)) === 'holds-more') throw withKind(error, 'not-empty');
    await tryRemoveDirectory(remote, path, options);
  }
}

/** What servers say of a directory that is not empty, among other things. */
const UNCLEAR: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['denied', 'exists', 'not-empty', 'busy', 'io']);

const tryRemoveDirectory = (remote: Remote, path: VirtualPath, options: CallOptions): Promise<void> =>
  change(remote, 'RMD', path, {
    ...options,
    why: (standing) => (standing !== undefined && standing.type !== 'directory' ? 'not-directory' : undefined),
  });

/** A directory that shows nothing may hold interrupted uploads, which go with it. Nothing is removed when it holds more. */
async function clearParts(remote: Remote, path: VirtualPath, options: CallOptions): Promise<'holds-more' | 'cleared'> {
  const parts: VirtualPath[] = [];
  for await (const batch of listAll(remote, path, options))
    for (const { name } of batch) {
      const part = resolvePath(path, name);
      if (part === undefined || !isPartName(name)) return 'holds-more';
      parts.push(part);
    }
  for (const part of parts) await removeRemote(remote, part, options);
  return 'cleared';
}

export async function makeRemoteDirectory(remote: Remote, path: VirtualPath, options: CallOptions = {}): Promise<void> {
  if (path === ROOT) throw new FileError('exists', path);
  if (encodeName(baseName(path)).length > MAX_NAME_BYTES) throw new FileError('bad-name', path);
  const { signal } = options;
  const call = signal === undefined ? {} : { signal };
  const why = (standing: Entry | undefined): FileErrorKind | undefined =>
    standing === undefined ? undefined : 'exists';
  try {
    await change(remote, 'MKD', path, { ...call, why });
  } catch (error) {
    // The way to it is in order, so it is the server that will not.
    const isThere = error instanceof FileError && error.kind === 'not-found';
    const parent = isThere ? await lookAt(remote, parentOf(path), call) : undefined;
    throw isThere && parent?.type === 'directory' ? withKind(error, 'denied') : error;
  }
}

/** A directory that stands there is not replaced: some systems replace an empty one without a word, so it is looked for. */
export async function renameRemote(
  remote: Remote,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  if (from === ROOT) throw new FileError('denied', from);
  if (to === ROOT) throw new FileError('exists', to);
  try {
    const source = await lookAt(remote, from, options);
    if (source === undefined) throw await whyRefused(remote, from, { code: 550, lines: [] }, options);
    if (from !== to) await renameFound(remote, from, source, { ...options, to });
  } catch (error) {
    throw at(from, error);
  }
}

async function renameFound(
  remote: Remote,
  from: VirtualPath,
  source: Entry,
  { to, ...options }: CallOptions & { readonly to: VirtualPath },
): Promise<void> {
  if (isWithin(from, to)) throw new FileError('bad-name', to);
  const target = await lookAt(remote, to, options);
  const isReplaceable = target === undefined || (target.type !== 'directory' && source.type !== 'directory');
  if (!isReplaceable) throw new FileError('exists', to);
  const refusal = await renamed(remote, from, to, options);
  if (refusal !== undefined)
    throw target === undefined ? await whyNotNamed(remote, to, refusal, options) : deniedAt(to, refusal);
}

async function whyNotNamed(remote: Remote, to: VirtualPath, reply: FtpReply, options: CallOptions): Promise<FileError> {
  const parent = await lookAt(remote, parentOf(to), options);
  return parent?.type === 'directory' ? deniedAt(to, reply) : await whyRefused(remote, to, reply, options);
}
