/** Listing a directory of a server: MLSD where there is one, LIST otherwise, as a stream of entries (RFC 3659 §7, RFC 959 §4.1.3). */
import { LineSplitter } from '../../../base/line-splitter.ts';
import { decodeName } from '../../../base/name.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, ListingIssue, ListOptions } from '../../../files/file-system.ts';
import { isPartName } from '../../../files/part-name.ts';
import type { ListingParser, ParsedLine } from '../../listing/parsed.ts';
import { listParser, mlsdParser } from '../../listing/parse-listing.ts';
import { entryOf } from './entry-of.ts';
import { connectionFailure, isPositive } from './failure.ts';
import { lookAt, whyRefused, withKind } from './look.ts';
import type { Lease } from './pool.ts';
import { at, has, refusedAt, type Remote } from './remote.ts';
import type { FtpReply, FtpSession, Incoming } from './session.ts';

const READ_BYTES = 64 * 1024;
const BATCH_ENTRIES = 512;
/** A name of 255 bytes and its facts are far below. */
const MAX_LINE_BYTES = 64 * 1024;

interface Opened {
  readonly incoming: Incoming;
  readonly parser: ListingParser;
}

/** Servers that do not know MLSD at all say so by these. */
const isUnknown = (error: unknown): boolean => error instanceof FileError && error.kind === 'unsupported';

async function openList(remote: Remote, session: FtpSession, path: VirtualPath, options: CallOptions): Promise<Opened> {
  if (has(remote, 'MLST')) {
    try {
      const command = { verb: 'MLSD', argument: remote.paths.toServer(path) };
      return { incoming: await session.retrieve(command, options), parser: mlsdParser() };
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
  }
  const parser = listParser({ nowMs: remote.settings.clock.now() });
  return { incoming: await openLongList(remote, session, path, options), parser };
}

/** The directory is gone into, so that no name is taken for an option or a pattern. */
async function openLongList(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  options: CallOptions,
): Promise<Incoming> {
  const argument = remote.paths.toServer(path);
  const isRelative = !argument.startsWith('/');
  if (isRelative) return await session.retrieve({ verb: 'LIST', ...(path === ROOT ? {} : { argument }) }, options);
  const moved = await session.command({ verb: 'CWD', argument }, options);
  if (!isPositive(moved)) throw refusedAt(path, moved);
  const { habits, server } = remote;
  if (habits.listAll === 'useless' || !server.system.startsWith('UNIX'))
    return await session.retrieve({ verb: 'LIST' }, options);
  try {
    return await session.retrieve({ verb: 'LIST', argument: '-a' }, options);
  } catch (error) {
    if (!(error instanceof FileError) || !session.isOpen) throw error;
    habits.listAll = 'useless';
    return await session.retrieve({ verb: 'LIST' }, options);
  }
}

/** The bytes of a listing; the session is given up to whoever waits for it, and the rest held in memory then. */
class ListingBytes {
  readonly #remote: Remote;
  readonly #lease: Lease;
  readonly #incoming: Incoming;
  readonly #held: Uint8Array[] = [];
  readonly #signal: AbortSignal | undefined;
  #draining: Promise<void> | undefined;
  #failure: unknown;
  #state: 'open' | 'drained' | 'ended' = 'open';

  constructor(remote: Remote, lease: Lease, incoming: Incoming, signal: AbortSignal | undefined) {
    this.#remote = remote;
    this.#lease = lease;
    this.#incoming = incoming;
    this.#signal = signal;
  }

  async next(): Promise<Uint8Array | undefined> {
    this.#lease.offer(undefined);
    await this.#draining;
    const held = this.#held.shift();
    if (held !== undefined) return held;
    if (this.#failure !== undefined) throw this.#failure as Error;
    return this.#state === 'open' ? await this.#read() : undefined;
  }

  /** The caller is busy with what it has. */
  rest(): void {
    if (this.#state === 'open' && this.#draining === undefined)
      this.#lease.offer(() => (this.#draining = this.#drain()));
  }

  async close(): Promise<void> {
    await this.#draining;
    if (this.#state === 'open') await this.#incoming.abort();
    this.#state = 'ended';
    this.#lease.release();
  }

  async #read(): Promise<Uint8Array | undefined> {
    const into = new Uint8Array(READ_BYTES);
    const options = this.#signal === undefined ? {} : { signal: this.#signal };
    const count = await this.#incoming.read(into, options);
    if (count > 0) return into.subarray(0, count);
    this.#state = 'ended';
    this.#lease.release();
    return undefined;
  }

  async #drain(): Promise<void> {
    let bytes = 0;
    try {
      for (let chunk = await this.#read(); chunk !== undefined; chunk = await this.#read()) {
        this.#held.push(chunk.slice());
        bytes += chunk.length;
        if (bytes > this.#remote.settings.limits.listingBytes)
          throw connectionFailure(
            'limit',
            'the listing is too long to be held while the connection serves another call',
          );
      }
      this.#state = 'drained';
    } catch (error) {
      this.#failure = error;
      await this.#incoming.abort();
      this.#state = 'ended';
      this.#lease.release();
    }
  }
}

/** Why a directory cannot be listed: it is no directory, or not there, or the refusal as it is. */
async function whyNotListed(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined || error.retryable) return at(path, error);
  const placed = at(path, error) as FileError;
  const entry = await lookAt(remote, path, options);
  if (entry === undefined) return await whyRefused(remote, path, noReply(placed), options);
  return entry.type === 'directory' || entry.type === 'symlink' ? placed : withKind(placed, 'not-directory');
}

/** The reply that a failure carries. */
const noReply = ({ reply = '550' }: FileError): FtpReply => ({
  code: Number(reply.slice(0, 3)),
  lines: [reply.slice(4)],
});

async function open(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions,
): Promise<{ readonly bytes: ListingBytes; readonly parser: ListingParser }> {
  return await remote.pool.retrying(async () => {
    const lease = await remote.pool.lease(options);
    try {
      const { incoming, parser } = await openList(remote, lease.session, path, options);
      return { bytes: new ListingBytes(remote, lease, incoming, options.signal), parser };
    } catch (error) {
      lease.release();
      throw error;
    }
  }, options);
}

function take(read: ParsedLine, line: string, batch: Entry[], tell: (issue: Omit<ListingIssue, 'path'>) => void): void {
  if (read.kind === 'issue') tell({ line, why: read.why });
  else if (read.kind === 'entry') batch.push(entryOf(read.entry));
}

/** `list` of a file system: uploads that are not whole are no part of it. */
export async function* listRemote(
  remote: Remote,
  path: VirtualPath,
  options: ListOptions = {},
): AsyncGenerator<readonly Entry[]> {
  for await (const batch of listAll(remote, path, options)) {
    const shown = batch.some(({ name }) => isPartName(name)) ? batch.filter(({ name }) => !isPartName(name)) : batch;
    if (shown.length > 0) yield shown;
  }
}

/** All names of a directory, also those of uploads that are not whole. */
export async function* listAll(
  remote: Remote,
  path: VirtualPath,
  options: ListOptions = {},
): AsyncGenerator<readonly Entry[]> {
  options.signal?.throwIfAborted();
  const { bytes, parser } = await open(remote, path, options).catch(async (error: unknown) => {
    throw await whyNotListed(remote, path, error, options);
  });
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  const tell = (issue: Omit<ListingIssue, 'path'>): void => options.onIssue?.({ path, ...issue });
  let isEmpty = true;
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      isEmpty = false;
      for (const batch of batches(splitter, chunk, parser, tell)) {
        bytes.rest();
        yield batch;
      }
    }
    const rest: Entry[] = [];
    const held = decodeName(splitter.held);
    if (held !== '') take(parser.parse(held), held, rest, tell);
    take(parser.end(), '', rest, tell);
    if (rest.length > 0) yield rest;
  } catch (error) {
    throw at(path, error);
  } finally {
    await bytes.close();
  }
  if (isEmpty) await confirmDirectory(remote, path, options);
}

function* batches(
  splitter: LineSplitter,
  chunk: Uint8Array,
  parser: ListingParser,
  tell: (issue: Omit<ListingIssue, 'path'>) => void,
): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  for (const split of splitter.push(chunk)) {
    if (split.kind === 'too-long') tell({ line: '', why: 'a line that is too long to be looked at' });
    else {
      const line = decodeName(split.bytes);
      take(parser.parse(line), line, batch, tell);
    }
    if (batch.length < BATCH_ENTRIES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Some servers show nothing, and no error, for what is not there. */
async function confirmDirectory(remote: Remote, path: VirtualPath, options: CallOptions): Promise<void> {
  const entry = path === ROOT ? undefined : await lookAt(remote, path, options);
  if (path === ROOT || entry?.type === 'directory' || entry?.type === 'symlink') return;
  throw new FileError(entry === undefined ? 'not-found' : 'not-directory', path);
}
