/** Gives a whole upload its name: RNFR and RNTO (RFC 959 §4.1.3), also onto a file where a server replaces none. */
import { randomUUID } from 'node:crypto';
import { baseName, parentOf, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { partName } from '../../../files/part-name.ts';
import { isPositive } from './failure.ts';
import { lookAt, withKind } from './look.ts';
import { refusedAt, type Remote } from './remote.ts';
import type { FtpReply } from './session.ts';

/** The name under which an owner's upload of a path waits. */
export function partPath(path: VirtualPath, owner: string): VirtualPath {
  const directory = parentOf(path);
  const found = resolvePath(directory, partName(baseName(path), owner));
  if (found === undefined) throw new FileError('bad-name', path);
  return found;
}

/** RNFR and RNTO; the refusal, if there is one. */
export async function renamed(
  remote: Remote,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions,
): Promise<FtpReply | undefined> {
  return await remote.pool.use(async (session) => {
    const named = { verb: 'RNFR', argument: remote.paths.toServer(from) };
    const reply = await session.commandPair(named, { verb: 'RNTO', argument: remote.paths.toServer(to) }, options);
    return isPositive(reply) ? undefined : reply;
  }, options);
}

/** Both parts of a publication. */
export interface Publication extends CallOptions {
  readonly part: VirtualPath;
  readonly path: VirtualPath;
}

/**
 * Puts the part under its path. A server that replaces nothing has the old file moved aside first. An answer that was lost
 * with its connection is found out: the part is gone when the server has done it.
 */
export async function publish(remote: Remote, { part, path, ...options }: Publication): Promise<void> {
  const refusal = await renamedOrLost(remote, part, path, options);
  if (refusal === undefined) return;
  const existing = await lookAt(remote, path, options);
  if (existing?.type === 'directory') throw withKind(refusedAt(path, refusal), 'is-directory');
  if (existing === undefined) throw notNamed(path, refusal);
  await replaceAside(remote, refusal, { part, path, ...options });
}

async function renamedOrLost(
  remote: Remote,
  part: VirtualPath,
  path: VirtualPath,
  options: CallOptions,
): Promise<FtpReply | undefined> {
  try {
    return await renamed(remote, part, path, options);
  } catch (error) {
    if (!(error instanceof FileError) || !error.retryable || options.signal?.aborted === true) throw error;
    const isWaiting = (await lookAt(remote, part, options)) !== undefined;
    return isWaiting ? await renamed(remote, part, path, options) : undefined;
  }
}

/** The old file has another name for a moment, and its own again when the new one does not get there. */
async function replaceAside(remote: Remote, refusal: FtpReply, { part, path, ...options }: Publication): Promise<void> {
  const aside = partPath(path, randomUUID());
  if ((await renamed(remote, path, aside, options)) !== undefined) throw notNamed(path, refusal);
  // From here on an aborted call would leave the name empty.
  const again = await renamed(remote, part, path, {}).catch((error: unknown) => error as Error);
  if (again === undefined) {
    await remote.pool.use((session) => session.command({ verb: 'DELE', argument: remote.paths.toServer(aside) }));
    return;
  }
  const back = await renamed(remote, aside, path, {}).catch((error: unknown) => error as Error);
  const failure = again instanceof Error ? again : notNamed(path, again);
  if (back === undefined) throw failure;
  throw new FileError('io', path, {
    cause: failure,
    detail: `the old file could not be given its name back; it lies beside it as ${baseName(aside)}`,
  });
}

/** What is refused now is the name itself: the file is there. */
function notNamed(path: VirtualPath, reply: FtpReply): FileError {
  const refusal = refusedAt(path, reply);
  return refusal.kind === 'not-found' ? withKind(refusal, 'denied') : refusal;
}
