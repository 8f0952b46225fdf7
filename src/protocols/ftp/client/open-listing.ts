/** One listing on one session: MLSD where there is one, LIST otherwise, and its bytes as entries (RFC 3659 §7, RFC 959 §4.1.3). */
import { LineSplitter } from '../../../base/line-splitter.ts';
import { decodeName } from '../../../base/name.ts';
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, ListingIssue } from '../../../files/file-system.ts';
import { listParser, mlsdParser } from '../../listing/parse-listing.ts';
import type { ListingParser, ParsedLine } from '../../listing/parsed.ts';
import { entryOf } from './entry-of.ts';
import { isPositive } from './failure.ts';
import { isUnknownCommand } from './kind-of-reply.ts';
import { refusedAt, type Remote, replyOf } from './remote.ts';
import type { FtpSession, Incoming } from './session.ts';

const READ_BYTES = 64 * 1024;
const BATCH_ENTRIES = 512;
/** A name of 255 bytes and its facts are far below. */
const MAX_LINE_BYTES = 64 * 1024;

/** A listing that has begun. */
export interface OpenedListing {
  readonly incoming: Incoming;
  readonly parser: ListingParser;
  /** `list-all` is LIST with `-a`. */
  readonly form: 'mlsd' | 'list-all' | 'list';
}

/** Begins to list a directory. Rejects with the server's refusal; what it does not know is not asked again. */
export async function openListing(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  options: CallOptions,
): Promise<OpenedListing> {
  const { habits, paths, settings } = remote;
  if (habits.mlsd === 'offered') {
    try {
      const command = { verb: 'MLSD', argument: paths.toServer(path) };
      return { incoming: await session.retrieve(command, options), parser: mlsdParser(), form: 'mlsd' };
    } catch (error) {
      if (!(error instanceof FileError) || !isUnknownCommand(replyOf(error))) throw error;
      habits.mlsd = 'useless';
    }
  }
  const parser = listParser({ nowMs: settings.clock.now() });
  return { ...(await openLongList(remote, session, path, options)), parser };
}

/** The directory is gone into, so that no name is taken for an option or a pattern. */
async function openLongList(
  remote: Remote,
  session: FtpSession,
  path: VirtualPath,
  options: CallOptions,
): Promise<Pick<OpenedListing, 'incoming' | 'form'>> {
  const { habits, paths, server } = remote;
  const argument = paths.toServer(path);
  // Where names have no `/` before them the session stays where the login led; a listing is text of that system.
  if (paths.root === 'login') {
    const command = { verb: 'LIST', ...(path === ROOT ? {} : { argument }) };
    return { incoming: await session.retrieve(command, { ...options, type: 'ascii' }), form: 'list' };
  }
  const moved = await session.command({ verb: 'CWD', argument }, options);
  if (!isPositive(moved)) throw refusedAt(path, moved);
  if (habits.listAll === 'useless' || !/\bunix\b/i.test(server.system))
    return { incoming: await session.retrieve({ verb: 'LIST' }, options), form: 'list' };
  try {
    return { incoming: await session.retrieve({ verb: 'LIST', argument: '-a' }, options), form: 'list-all' };
  } catch (error) {
    if (!(error instanceof FileError) || error.reply === undefined || !session.isOpen) throw error;
    habits.listAll = 'useless';
    return { incoming: await session.retrieve({ verb: 'LIST' }, options), form: 'list' };
  }
}

/** Turns the bytes of a listing into entries; lines that give none are told. */
export class EntryReader {
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  readonly #parser: ListingParser;
  readonly #tell: (issue: Omit<ListingIssue, 'path'>) => void;
  /** Lines so far. */
  lineCount = 0;

  constructor(parser: ListingParser, tell: (issue: Omit<ListingIssue, 'path'>) => void = () => undefined) {
    this.#parser = parser;
    this.#tell = tell;
  }

  /** The entries of the lines that are whole, in batches that are not empty. */
  *push(chunk: Uint8Array): Generator<readonly Entry[]> {
    let batch: Entry[] = [];
    for (const split of this.#splitter.push(chunk)) {
      this.lineCount += 1;
      if (split.kind === 'too-long') this.#tell({ line: '', why: 'a line that is too long to be looked at' });
      else this.#read(decodeName(split.bytes), batch);
      if (batch.length < BATCH_ENTRIES) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  /** What was held back behind the last line. */
  end(): readonly Entry[] {
    const batch: Entry[] = [];
    const held = decodeName(this.#splitter.held);
    if (held !== '') this.#read(held, batch);
    this.#take(this.#parser.end(), '', batch);
    return batch;
  }

  #read(line: string, batch: Entry[]): void {
    this.#take(this.#parser.parse(line), line, batch);
  }

  #take(read: ParsedLine, line: string, batch: Entry[]): void {
    if (read.kind === 'issue') this.#tell({ line: read.line ?? line, why: read.why });
    else if (read.kind === 'entry') batch.push(entryOf(read.entry));
  }
}

/** Looks for one name in the listing of its directory; the rest of the listing is not kept. Rejects as the listing does. */
export async function findInListing(
  remote: Remote,
  session: FtpSession,
  directory: VirtualPath,
  { name, ...options }: CallOptions & { readonly name: string },
): Promise<Entry | undefined> {
  const { incoming, parser } = await openListing(remote, session, directory, options);
  const reader = new EntryReader(parser);
  const chunk = new Uint8Array(READ_BYTES);
  let found: Entry | undefined;
  try {
    // It is read to its end also when the name was found: that is quicker than to abort it.
    for (let count = await incoming.read(chunk, options); count > 0; count = await incoming.read(chunk, options))
      for (const batch of reader.push(chunk.subarray(0, count))) found ??= batch.find((entry) => entry.name === name);
    return found ?? reader.end().find((entry) => entry.name === name);
  } finally {
    await incoming.abort();
  }
}
