/** Listing a directory of a server as a stream of entries, which lends its connection to whoever waits for one. */
import { ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, ListOptions } from '../../../files/file-system.ts';
import { isPartName } from '../../../files/part-name.ts';
import { LentBytes } from './lent-bytes.ts';
import { lookAt, whyRefused, withKind } from './look.ts';
import { EntryReader, openListing, type OpenedListing } from './open-listing.ts';
import { at, type Remote, replyOf } from './remote.ts';

/** Why a directory cannot be listed: it is no directory, or not there, or the refusal as it is. */
async function whyNotListed(remote: Remote, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined || error.retryable) return at(path, error);
  const placed = at(path, error) as FileError;
  const entry = await lookAt(remote, path, options);
  if (entry === undefined) return await whyRefused(remote, path, replyOf(placed), options);
  return entry.type === 'directory' || entry.type === 'symlink' ? placed : withKind(placed, 'not-directory');
}

async function open(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions,
): Promise<Omit<OpenedListing, 'incoming'> & { readonly bytes: LentBytes }> {
  return await remote.pool.retrying(async () => {
    const lease = await remote.pool.leaseOnce(options);
    try {
      const { incoming, ...opened } = await openListing(remote, lease.session, path, options);
      return { bytes: new LentBytes(remote, { lease, incoming }, options.signal), ...opened };
    } catch (error) {
      lease.release();
      throw error;
    }
  }, options);
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
  const { bytes, parser, form } = await open(remote, path, options).catch(async (error: unknown) => {
    throw await whyNotListed(remote, path, error, options);
  });
  const reader = new EntryReader(parser, (issue) => options.onIssue?.({ path, ...issue }));
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next())
      for (const batch of reader.push(chunk)) {
        bytes.rest();
        yield batch;
      }
    const last = reader.end();
    if (last.length > 0) yield last;
  } catch (error) {
    throw at(path, error);
  } finally {
    await bytes.close();
  }
  if (reader.lineCount > 0) return;
  // Nothing at all, not even the directory itself: `-a` may have been taken for a name.
  if (form === 'list-all') yield* listWithoutOption(remote, path, options);
  else await confirmDirectory(remote, path, options);
}

/** The same without `-a`; what it shows then tells whether the server knows that option. */
async function* listWithoutOption(
  remote: Remote,
  path: VirtualPath,
  options: ListOptions,
): AsyncGenerator<readonly Entry[]> {
  const { habits } = remote;
  habits.listAll = 'useless';
  let isEmpty = true;
  for await (const batch of listAll(remote, path, options)) {
    isEmpty = false;
    yield batch;
  }
  if (isEmpty) habits.listAll = 'untried';
}

/** Some servers show nothing, and no error, for what is not there. */
async function confirmDirectory(remote: Remote, path: VirtualPath, options: CallOptions): Promise<void> {
  const entry = path === ROOT ? undefined : await lookAt(remote, path, options);
  if (path === ROOT || entry?.type === 'directory' || entry?.type === 'symlink') return;
  throw new FileError(entry === undefined ? 'not-found' : 'not-directory', path);
}
