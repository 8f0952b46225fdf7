/** Looking at one name: by MLST where there is one, by what else servers tell otherwise (RFC 3659 §3, §4, §7). */
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { CallOptions, Entry, StatOptions } from '../../../files/file-system.ts';
import { parseMlsx } from '../../listing/parse-mlsx.ts';
import { parseTimeValue } from '../../../base/time-value.ts';
import { entryOf } from './entry-of.ts';
import { isPositive } from './failure.ts';
import { at, has, refusedAt, type Remote } from './remote.ts';
import type { FtpReply, FtpSession } from './session.ts';

/** As in the kernel: a longer chain of links is taken for a circle. */
const MAX_LINKS = 40;

const directoryEntry = (path: VirtualPath): Entry => ({
  name: baseName(path),
  type: 'directory',
  sizeBytes: 0,
  modifiedMs: 0,
});

/** The entry, or the refusal. */
type Look = Entry | FtpReply;
const isReply = (look: Look): look is FtpReply => 'code' in look;

/** RFC 3659 §7.2: the facts stand on a line of their own between the first and the last. */
async function byMlst(remote: Remote, session: FtpSession, path: VirtualPath, options: CallOptions): Promise<Look> {
  const reply = await session.command({ verb: 'MLST', argument: remote.paths.toServer(path) }, options);
  if (!isPositive(reply)) return reply;
  const line = (reply.lines.slice(1, -1).find((inner) => inner.includes('=')) ?? '').trimStart();
  // Behind the facts stands a path, in whatever form the server likes: what was asked for is known.
  const parsed = parseMlsx(`${line.slice(0, Math.max(0, line.indexOf(' ')))} name`);
  if (parsed.kind === 'entry') return { ...entryOf(parsed.entry), name: baseName(path) };
  // The directory itself is no entry of a listing (`type=cdir`), but what was asked for here.
  if (parsed.kind === 'nothing') return directoryEntry(path);
  return await byParts(remote, session, path, options);
}

/** The count at the beginning of a text, unless it is beyond all counting. */
function numberIn(text: string): number | undefined {
  const digits = /^\s*(\d+)(?=\s|$)/.exec(text)?.[1];
  return digits !== undefined && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined;
}

async function byParts(remote: Remote, session: FtpSession, path: VirtualPath, options: CallOptions): Promise<Look> {
  const argument = remote.paths.toServer(path);
  await session.useImageType(options);
  const size = await session.command({ verb: 'SIZE', argument }, options);
  const sizeBytes = size.code === 213 ? numberIn(size.lines.join('')) : undefined;
  if (sizeBytes !== undefined) {
    const time = await session.command({ verb: 'MDTM', argument }, options);
    const modifiedMs = time.code === 213 ? parseTimeValue(time.lines.join('').trim()) : undefined;
    return {
      name: baseName(path),
      type: 'file',
      sizeBytes: Number(size.lines.join('')),
      modifiedMs: modifiedMs ?? 0,
      modifiedPrecision: 'second',
    };
  }
  const directory = await session.command({ verb: 'CWD', argument }, options);
  return isPositive(directory) ? directoryEntry(path) : size;
}

const lookOnce = (remote: Remote, session: FtpSession, path: VirtualPath, options: CallOptions): Promise<Look> =>
  has(remote, 'MLST') ? byMlst(remote, session, path, options) : byParts(remote, session, path, options);

/** What stands at a place; `undefined` when nothing does, or nothing that may be looked at. A last link is not followed. */
export async function lookAt(remote: Remote, path: VirtualPath, options: CallOptions = {}): Promise<Entry | undefined> {
  if (path === ROOT) return directoryEntry(ROOT);
  const look = await remote.pool.useAgain((session) => lookOnce(remote, session, path, options), options);
  return isReply(look) ? undefined : look;
}

/**
 * How much of a broken upload there is under a name. Servers that publish only what is whole show nothing under it, but
 * tell its owner by SIZE, which is asked before an upload is continued.
 */
export async function sizeOfPart(
  remote: Remote,
  part: VirtualPath,
  options: CallOptions = {},
): Promise<number | undefined> {
  const entry = await lookAt(remote, part, options);
  if (entry !== undefined || !has(remote, 'SIZE')) return entry?.sizeBytes;
  return await remote.pool.useAgain(async (session) => {
    await session.useImageType(options);
    const reply = await session.command({ verb: 'SIZE', argument: remote.paths.toServer(part) }, options);
    return reply.code === 213 ? numberIn(reply.lines.join('')) : undefined;
  }, options);
}

/** Where a link leads; `undefined` when the server does not tell. */
function targetOf(path: VirtualPath, { linkTarget }: Entry): VirtualPath | undefined {
  return linkTarget === undefined ? undefined : resolvePath(parentOf(path), linkTarget);
}

async function follow(remote: Remote, path: VirtualPath, link: Entry, options: CallOptions): Promise<Entry> {
  let entry = link;
  let place = path;
  for (let links = 0; entry.type === 'symlink'; links += 1) {
    if (links >= MAX_LINKS) throw new FileError('too-many-links', path);
    const target = targetOf(place, entry);
    // Some servers show a link and not its target; what they say of the name itself is all that there is.
    if (target === undefined) return await followBlindly(remote, path, options);
    const next = await lookAt(remote, target, options);
    if (next === undefined) throw new FileError('not-found', path);
    [place, entry] = [target, next];
  }
  return { ...entry, name: baseName(path) };
}

async function followBlindly(remote: Remote, path: VirtualPath, options: CallOptions): Promise<Entry> {
  const look = await remote.pool.useAgain((session) => byParts(remote, session, path, options), options);
  if (isReply(look)) throw new FileError('not-found', path);
  return look;
}

/** `stat` of a file system. */
export async function statRemote(remote: Remote, path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
  options.signal?.throwIfAborted();
  try {
    const look =
      path === ROOT && !has(remote, 'MLST')
        ? directoryEntry(path)
        : await remote.pool.useAgain((session) => lookOnce(remote, session, path, options), options);
    if (isReply(look)) throw await whyRefused(remote, path, look, options);
    return look.type === 'symlink' && options.links !== 'stay' ? await follow(remote, path, look, options) : look;
  } catch (error) {
    throw at(path, error);
  }
}

/**
 * Why a place is not there for a call: replies say little, so the way to it is looked at. Gives `not-found` or
 * `not-directory`, or the refusal as it is.
 */
export async function whyRefused(
  remote: Remote,
  path: VirtualPath,
  reply: FtpReply,
  options: CallOptions,
): Promise<FileError> {
  const refusal = refusedAt(path, reply);
  if (refusal.kind === 'too-many-connections' || refusal.kind === 'login-refused') return refusal;
  const parent = parentOf(path);
  if (parent === path) return refusal;
  const above = await lookAt(remote, parent, options);
  if (above === undefined) return withKind(refusal, await missingKind(remote, parent, options));
  if (above.type === 'file') return withKind(refusal, 'not-directory');
  return refusal.kind === 'bad-name' ? refusal : withKind(refusal, 'not-found');
}

/** Whether a place is missing, or lies below a file. */
async function missingKind(remote: Remote, path: VirtualPath, options: CallOptions): Promise<FileErrorKind> {
  for (let place = parentOf(path); place !== ROOT; place = parentOf(place)) {
    const entry = await lookAt(remote, place, options);
    if (entry !== undefined) return entry.type === 'file' ? 'not-directory' : 'not-found';
  }
  return 'not-found';
}

export function withKind(error: FileError, kind: FileErrorKind): FileError {
  const { path, detail, reply, cause } = error;
  return new FileError(kind, path, {
    cause,
    ...(detail === undefined ? {} : { detail }),
    ...(reply === undefined ? {} : { reply }),
  });
}
