/** Looking at one name: by MLST where there is one, by what else servers tell otherwise (RFC 3659 §3, §4, §7). */
import { parseTimeValue } from '../../../base/time-value.ts';
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { CallOptions, Entry, StatOptions } from '../../../files/file-system.ts';
import { parseMlsx } from '../../listing/parse-mlsx.ts';
import { entryOf } from './entry-of.ts';
import { isPositive } from './failure.ts';
import { isUnknownCommand, kindOfReply, plainKindOfReply } from './kind-of-reply.ts';
import { findInListing } from './open-listing.ts';
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
const NOT_LISTED: FtpReply = { code: 550, lines: ['No such file in the listing of its directory'] };

/** Kinds that a refusal may have while it says that nothing (or nothing that may be seen) stands there. */
const ABSENT: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>([
  'not-found',
  'not-directory',
  'is-directory',
  'not-regular',
  'denied',
  'bad-name',
  'too-many-links',
  'io',
]);

/** A refusal, when it speaks of the place; any other (the server hangs up, or is short of something) is a failure. */
function ofPlace(reply: FtpReply, path: VirtualPath): FtpReply {
  if (reply.code < 500 && plainKindOfReply(reply) !== 'not-found' && plainKindOfReply(reply) !== 'denied')
    throw refusedAt(path, reply);
  if (!ABSENT.has(kindOfReply(reply)) || (reply.code >= 530 && reply.code < 540)) throw refusedAt(path, reply);
  return reply;
}

/** One look over one session. */
interface Errand extends CallOptions {
  readonly remote: Remote;
  readonly session: FtpSession;
}

const ask = ({ remote, session, signal }: Errand, verb: string, path: VirtualPath): Promise<FtpReply> =>
  session.command({ verb, argument: remote.paths.toServer(path) }, signal === undefined ? {} : { signal });

/** RFC 3659 §7.2: the facts stand on a line of their own between the first and the last. */
async function byMlst(errand: Errand, path: VirtualPath): Promise<Look> {
  const reply = await ask(errand, 'MLST', path);
  if (isUnknownCommand(reply)) {
    errand.remote.habits.mlst = 'useless';
    return await byParts(errand, path);
  }
  if (!isPositive(reply)) return ofPlace(reply, path);
  const line = (reply.lines.slice(1, -1).find((inner) => inner.includes('=')) ?? '').trimStart();
  // A directory that was asked for by its name may call itself the current one; it is an entry all the same.
  const facts = line.slice(0, Math.max(0, line.indexOf(' '))).replace(/(^|;)type=[cp]dir(?=;|$)/i, '$1type=dir');
  // Behind the facts stands a path, in whatever form the server likes: what was asked for is known.
  const parsed = parseMlsx(`${facts} name`);
  return parsed.kind === 'entry' ? { ...entryOf(parsed.entry), name: baseName(path) } : await byParts(errand, path);
}

/** The count at the beginning of a text, unless it is beyond all counting. */
function numberIn(text: string): number | undefined {
  const digits = /^\s*(\d+)(?=\s|$)/.exec(text)?.[1];
  return digits !== undefined && Number.isSafeInteger(Number(digits)) ? Number(digits) : undefined;
}

/** What has a SIZE is a file, and what can be gone into is a directory. Links are followed. */
async function byParts(errand: Errand, path: VirtualPath): Promise<Look> {
  if (path === ROOT) return directoryEntry(path);
  const sizeBytes = await sizeOf(errand, path);
  if (typeof sizeBytes === 'number')
    return await exactly(errand, path, { name: baseName(path), type: 'file', sizeBytes, modifiedMs: 0 });
  const directory = await goInto(errand, path);
  if (isPositive(directory)) return directoryEntry(path);
  return sizeBytes === 'unknown' ? await byListing(errand, path) : ofPlace(sizeBytes, path);
}

/** The size of a file, or the refusal; `unknown` where SIZE proves nothing. */
async function sizeOf(errand: Errand, path: VirtualPath): Promise<number | FtpReply | 'unknown'> {
  const { habits } = errand.remote;
  if (habits.size === 'useless') return 'unknown';
  await errand.session.useImageType(errand);
  if (habits.size === 'untried') {
    const ofRoot = await ask(errand, 'SIZE', ROOT);
    habits.size = ofRoot.code === 213 || isUnknownCommand(ofRoot) ? 'useless' : 'of-files';
    return await sizeOf(errand, path);
  }
  const reply = await ask(errand, 'SIZE', path);
  return (reply.code === 213 ? numberIn(reply.lines.join('')) : undefined) ?? reply;
}

/** CWD, and back where names begin at the directory of the login. */
async function goInto({ remote, session, signal }: Errand, path: VirtualPath): Promise<FtpReply> {
  const options = signal === undefined ? {} : { signal };
  const reply = await session.command({ verb: 'CWD', argument: remote.paths.toServer(path) }, options);
  if (remote.paths.root === 'server' || !isPositive(reply)) return reply;
  const back = await session.command({ verb: 'CWD', argument: remote.server.home }, options);
  if (isPositive(back)) return reply;
  await session.close();
  throw refusedAt(path, back);
}

/** The time to the second, which listings do not have (RFC 3659 §3). */
async function exactly(errand: Errand, path: VirtualPath, entry: Entry): Promise<Entry> {
  const reply = await ask(errand, 'MDTM', path);
  const modifiedMs = reply.code === 213 ? parseTimeValue(reply.lines.join('').trim()) : undefined;
  return modifiedMs === undefined ? entry : { ...entry, modifiedMs, modifiedPrecision: 'second' };
}

/** Servers without SIZE show a file, and all servers without MLST a link, in a listing only. */
async function byListing(errand: Errand, path: VirtualPath): Promise<Look> {
  const { remote, session, signal } = errand;
  const name = baseName(path);
  try {
    const options = { name, ...(signal === undefined ? {} : { signal }) };
    return (await findInListing(remote, session, parentOf(path), options)) ?? NOT_LISTED;
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || error.retryable) throw error;
    return NOT_LISTED;
  }
}

const lookOnce = (errand: Errand, path: VirtualPath): Promise<Look> =>
  errand.remote.habits.mlst === 'offered' ? byMlst(errand, path) : byParts(errand, path);

/** The same for the name itself when it is a link. */
async function lookOnceAtLink(errand: Errand, path: VirtualPath): Promise<Look> {
  if (errand.remote.habits.mlst === 'offered') return await byMlst(errand, path);
  if (path === ROOT) return directoryEntry(path);
  const listed = await byListing(errand, path);
  if (isReply(listed)) return await byParts(errand, path);
  return listed.type === 'file' ? await exactly(errand, path, listed) : listed;
}

/** Looks with a session of the pool, again after failures that pass. */
const look = (
  remote: Remote,
  path: VirtualPath,
  options: CallOptions,
  once: (errand: Errand, path: VirtualPath) => Promise<Look> = lookOnce,
): Promise<Look> => {
  const { signal } = options;
  const call = signal === undefined ? {} : { signal };
  return remote.pool.useAgain((session) => once({ remote, session, ...call }, path), call);
};

/**
 * What stands at a place; `undefined` when nothing does, or nothing that may be looked at. A last link is not followed
 * where the server can show one (MLST).
 */
export async function lookAt(remote: Remote, path: VirtualPath, options: CallOptions = {}): Promise<Entry | undefined> {
  if (path === ROOT) return directoryEntry(ROOT);
  const seen = await look(remote, path, options);
  return isReply(seen) ? undefined : seen;
}

/** What a name leads to, looked at over a session that the caller has; `undefined` for nothing. */
export async function lookThrough(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  { signal }: CallOptions,
): Promise<Entry | undefined> {
  const errand = { remote, session, ...(signal === undefined ? {} : { signal }) };
  const seen = await lookOnce(errand, path);
  const final = !isReply(seen) && seen.type === 'symlink' ? await byParts(errand, path) : seen;
  return isReply(final) ? undefined : final;
}

/**
 * Size in bytes of what an upload left under a name. Servers that keep broken uploads from view, ours among them, show them
 * by SIZE alone, to the client that sent them.
 */
export async function sizeOfLeft(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions = {},
): Promise<number | undefined> {
  const entry = await lookAt(remote, path, options);
  if (entry !== undefined || !has(remote, 'SIZE')) return entry?.sizeBytes;
  return await remote.pool.useAgain(async (session) => {
    await session.useImageType(options);
    const reply = await session.command({ verb: 'SIZE', argument: remote.paths.toServer(path) }, options);
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
    // Some servers show a link and not its target, or one of their own system's: the server itself follows it then.
    const next = target === undefined ? undefined : await lookAt(remote, target, options);
    if (target === undefined || next === undefined) return await followBlindly(remote, path, options);
    [place, entry] = [target, next];
  }
  return { ...entry, name: baseName(path) };
}

async function followBlindly(remote: Remote, path: VirtualPath, options: CallOptions): Promise<Entry> {
  const seen = await look(remote, path, options, byParts);
  if (isReply(seen)) throw new FileError('not-found', path, { detail: 'the link leads to nothing' });
  return seen;
}

/** `stat` of a file system. */
export async function statRemote(remote: Remote, path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
  options.signal?.throwIfAborted();
  try {
    const seen = await look(remote, path, options, options.links === 'stay' ? lookOnceAtLink : lookOnce);
    if (isReply(seen)) throw await whyRefused(remote, path, seen, options);
    return seen.type === 'symlink' && options.links !== 'stay' ? await follow(remote, path, seen, options) : seen;
  } catch (error) {
    throw at(path, error);
  }
}

/** Plain words that need no look at the way. */
const PLAIN: ReadonlySet<FileErrorKind | undefined> = new Set<FileErrorKind | undefined>([
  'too-many-connections',
  'login-refused',
  'connection-lost',
  'denied',
  'not-directory',
  'too-many-links',
  'quota',
  'full',
  'read-only',
]);

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
  if (PLAIN.has(plainKindOfReply(reply))) return refusal;
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
