/** One file of the sink: exactly the bytes that were announced, published whole or not at all. */
import type { Completeness } from '../../../base/completeness.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { Upload } from '../../../files/file-system.ts';
import { CutOffError } from '../channel/conversation.ts';
import { WriteBehind } from '../channel/write-behind.ts';
import type { ScpRecord } from '../wire/record.ts';
import { keepAttributes } from './keep-attributes.ts';
import type { FileTransfer, ScpRun } from './scp-run.ts';

export interface Incoming {
  readonly path: VirtualPath;
  readonly line: ScpRecord & { readonly kind: 'file' };
  readonly times: (ScpRecord & { readonly kind: 'times' }) | undefined;
}

/** What failed like this would fail again, or goes on taking the room that was missing. */
const UNWANTED: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['full', 'quota', 'rejected', 'integrity']);

/** A file that stands there is replaced by whoever may do that, and never added to. */
async function openUpload(run: ScpRun, { path, line }: Incoming): Promise<Upload> {
  const { account, uploadOwner, origin, limits } = run.session;
  if (line.sizeBytes > (limits?.uploadBytes ?? Infinity)) throw new FileError('limit', path);
  const mayReplace = account.permissions.at(path).has('overwrite');
  const upload = await run.files.openUpload(path, {
    ...run.call,
    start: { from: mayReplace ? 'nothing' : 'nothing-new' },
    owner: uploadOwner,
    // Set-user-ID, set-group-ID and sticky bits are nobody's to bring.
    mode: line.mode & 0o777,
    sizeBytes: line.sizeBytes,
    by: { ...origin, account: account.name },
  });
  if (upload.startBytes === 0) return upload;
  await upload.discard();
  throw new FileError('exists', path);
}

/** Takes all bytes off the channel, also those that no disk takes: the next line comes behind them. */
async function receiveContent(
  run: ScpRun,
  { line }: Incoming,
  transfer: FileTransfer,
  into: WriteBehind,
): Promise<void> {
  for (let leftBytes = line.sizeBytes; leftBytes > 0;) {
    const piece = await run.conversation.content(leftBytes);
    if (piece === undefined) throw new CutOffError('the client ended in the middle of a file');
    leftBytes -= piece.length;
    transfer.running.moved(piece.length);
    await into.add(piece);
  }
  await into.settle();
}

/** What the client's source did not call whole is not published. */
const halfRead = (path: VirtualPath): FileError =>
  new FileError('integrity', path, { detail: 'the client could not read all of it' });

/**
 * How the client ends a file that came to its last byte. Programs on libssh2, curl among them, end their side of the
 * channel instead of calling the file whole; one whose connection is lost does neither, and is thrown.
 */
async function endOfFile(run: ScpRun, path: VirtualPath): Promise<Completeness> {
  let answer;
  try {
    answer = await run.answer();
  } catch (error) {
    if (error instanceof CutOffError) return 'likely';
    throw error;
  }
  if (answer.kind !== 'ok') throw halfRead(path);
  return 'proven';
}

async function receiveInto(
  run: ScpRun,
  incoming: Incoming,
  transfer: FileTransfer,
  upload: Upload,
): Promise<Completeness> {
  const into = new WriteBehind(upload, incoming.line.sizeBytes);
  await run.conversation.acknowledge();
  try {
    await receiveContent(run, incoming, transfer, into);
  } finally {
    // A write that still runs ends first, or it would find its file gone.
    await into.settle();
  }
  const evidence = await endOfFile(run, incoming.path);
  if (into.failure !== undefined) throw into.failure as Error; // what the file system threw
  await upload.commit({ evidence, stillWanted: () => !run.session.signal.aborted });
  return evidence;
}

/** What a client that went away has sent is kept for it; what failed here is not. */
const giveUpload = (upload: Upload, error: unknown): Promise<void> =>
  error instanceof FileError && UNWANTED.has(error.kind) ? upload.discard() : upload.keep();

async function transferInto(run: ScpRun, incoming: Incoming, upload: Upload): Promise<'done' | 'refused'> {
  const transfer = await run.beginFile(incoming.path, incoming.line.sizeBytes);
  if (transfer === undefined) {
    await upload.discard();
    return 'refused';
  }
  try {
    const evidence = await receiveInto(run, incoming, transfer, upload);
    transfer.end({ outcome: 'complete', reason: '', evidence });
    return 'done';
  } catch (error) {
    await giveUpload(upload, error);
    transfer.end(run.endedBy(error));
    throw error;
  }
}

/**
 * Receives one file and answers its line and its end. Throws what the file system refuses, before or behind the content;
 * the two sides are then in step, and the refusal is the answer that the client waits for.
 */
export async function receiveFile(run: ScpRun, incoming: Incoming): Promise<void> {
  const upload = await openUpload(run, incoming);
  if ((await transferInto(run, incoming, upload)) === 'refused') return;
  if (run.command.preserve)
    await keepAttributes(run, incoming.path, { mode: incoming.line.mode, times: incoming.times });
  await run.conversation.acknowledge();
}
