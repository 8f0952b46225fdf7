/** OPEN (draft-ietf-secsh-filexfer-02 §6.3): which way of opening a file its flags stand for. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry, UploadStart } from '../../../files/file-system.ts';
import { OPEN_FLAG, STATUS } from '../wire/numbers.ts';
import type { Desk } from './desk.ts';
import type { OpenedFile } from './handle.ts';
import { PlaceHandle } from './place-handle.ts';
import { ReadHandle } from './read-handle.ts';
import { StatusError } from './status.ts';
import { UploadHandle } from './upload-handle.ts';

export interface OpenRequest {
  readonly path: VirtualPath;
  readonly flags: number;
  /** Permission bits of a new file. */
  readonly mode: number | undefined;
}

/** The flags in words. */
interface Wish {
  readonly reads: boolean;
  readonly writes: boolean;
  readonly appends: boolean;
  readonly creates: boolean;
  readonly truncates: boolean;
  readonly mustBeNew: boolean;
}

function wishOf(flags: number): Wish {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const appends = has(OPEN_FLAG.append);
  return {
    reads: has(OPEN_FLAG.read),
    writes: has(OPEN_FLAG.write) || appends,
    appends,
    creates: has(OPEN_FLAG.create),
    truncates: has(OPEN_FLAG.truncate),
    mustBeNew: has(OPEN_FLAG.create) && has(OPEN_FLAG.exclusive),
  };
}

async function standing(desk: Desk, path: VirtualPath): Promise<Entry | undefined> {
  try {
    return await desk.files.stat(path);
  } catch (error) {
    if (error instanceof FileError && (error.kind === 'not-found' || error.kind === 'denied')) return undefined;
    throw error;
  }
}

/** A place among the transfers, given back whatever comes of it. */
async function inPlace<T>(desk: Desk, open: (leave: () => void) => Promise<T>): Promise<T> {
  const { origin, observe, account, beginTransfer } = desk.session;
  const place = beginTransfer();
  if (place.outcome === 'refused') {
    observe({ ...origin, kind: 'limit', account: account.name, reason: place.reason });
    throw new StatusError(STATUS.failure, `${place.reason}; try again later`);
  }
  const leave = (): void => place.leave();
  try {
    return await open(leave);
  } catch (error) {
    leave();
    throw error;
  }
}

/** Cut or made anew: it appears whole when it is closed. Else it is changed where it stands. */
export async function openFile(desk: Desk, { path, flags, mode }: OpenRequest): Promise<OpenedFile> {
  const wish = wishOf(flags);
  if (!wish.writes) {
    if (!wish.reads) throw new StatusError(STATUS.badMessage, 'A file is opened to be read or written');
    return await inPlace(desk, (leave) => ReadHandle.open(desk, path, leave));
  }
  desk.checkWritable();
  if (desk.uploads.has(path)) throw new StatusError(STATUS.failure, 'The file is being written already');
  return await openToWrite(desk, path, { ...wish, mode });
}

async function openToWrite(desk: Desk, path: VirtualPath, wish: Wish & Pick<OpenRequest, 'mode'>): Promise<OpenedFile> {
  const { reads, appends, mode, truncates } = wish;
  const upload = (start: UploadStart): Promise<OpenedFile> =>
    inPlace(desk, (leave) => UploadHandle.open(desk, { path, mode, reads, appends, start, leave }));
  if (wish.mustBeNew) return await upload({ from: 'nothing-new' });
  const entry = await standing(desk, path);
  if (entry !== undefined && !truncates) return await openInPlace(desk, path, wish);
  if (truncates && (entry !== undefined || wish.creates)) return await upload({ from: 'nothing' });
  // What an interrupted upload left is gone on with by those who do not ask for an empty file.
  const left = await desk.interrupted(path);
  if (left !== undefined) return await upload({ from: 'offset', offsetBytes: left });
  if (!wish.creates) throw new FileError('not-found', path);
  return reads && desk.files.openAt !== undefined
    ? await openInPlace(desk, path, wish)
    : await upload({ from: 'nothing' });
}

/** Whoever reads and writes at once, as databases do, wants to find at once what was written. */
async function openInPlace(
  desk: Desk,
  path: VirtualPath,
  { reads, appends, creates, mode }: Wish & Pick<OpenRequest, 'mode'>,
): Promise<OpenedFile> {
  const { openAt } = desk.files;
  if (openAt === undefined) throw new FileError('unsupported', path);
  const access = reads ? 'read-write' : 'write';
  return await inPlace(desk, async (leave) => {
    const create = creates ? 'if-missing' : 'never';
    const { signal } = desk.session;
    const file = await openAt(path, { access, create, signal, ...(mode !== undefined && { mode }) });
    return new PlaceHandle(desk, file, { path, access, appends, leave });
  });
}
