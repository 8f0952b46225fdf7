/** Changes to names: RNFR, RNTO, DELE, MKD, RMD (RFC 959 §4.1.3, Appendix II). */
import type { VirtualPath } from '../../../../base/virtual-path.ts';
import { FileError } from '../../../../files/error.ts';
import { quoted, reply } from '../../wire/reply.ts';
import { pathname } from '../arguments.ts';
import { command } from '../command.ts';
import type { Session } from '../session.ts';

const renameFrom = command({
  verbs: ['RNFR'],
  summary: 'Name the file to rename',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'rename',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    await session.files.stat(path, { links: 'stay' });
    session.willRename(path);
    yield reply(350, 'Now RNTO, please.');
  },
});

const renameTo = command({
  verbs: ['RNTO'],
  summary: 'Give it this name',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'rename',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    const from = session.takeRenaming();
    if (from === undefined) return yield reply(503, 'RNFR first.');
    await session.files.rename(from, path);
    session.changed('RNTO', path, `from ${from}`);
    yield reply(250, 'Renamed.');
  },
});

/** What this client's own broken upload left goes with the file, or alone: there is no other way to be rid of it. */
async function dropInterrupted(session: Session, path: VirtualPath): Promise<boolean> {
  const owner = session.uploadOwner;
  // A link goes alone: what it leads to, and what is being made of that, stays.
  if (await isLink(session, path)) return false;
  if ((await session.files.interruptedSize?.(path, owner)) === undefined) return false;
  const upload = await session.files.openUpload(path, { owner, start: { from: 'end' } });
  await upload.discard();
  return true;
}

async function isLink(session: Session, path: VirtualPath): Promise<boolean> {
  try {
    return (await session.files.stat(path, { links: 'stay' })).type === 'symlink';
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

const deleteFile = command({
  verbs: ['DELE'],
  summary: 'Delete a file',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'delete',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    const hadLeft = await dropInterrupted(session, path);
    await session.files.remove(path).catch((error: unknown) => {
      if (!(hadLeft && error instanceof FileError && error.kind === 'not-found')) throw error;
    });
    session.changed('DELE', path);
    yield reply(250, 'Deleted.');
  },
});

const makeDirectory = command({
  verbs: ['MKD', 'XMKD'],
  summary: 'Make a directory',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'make-directory',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    await session.files.makeDirectory(path);
    session.changed('MKD', path);
    yield reply(257, `${quoted(path)} created.`);
  },
});

const removeDirectory = command({
  verbs: ['RMD', 'XRMD'],
  summary: 'Remove an empty directory',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'delete',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    await session.files.removeDirectory(path);
    session.changed('RMD', path);
    yield reply(250, 'Removed.');
  },
});

export const CHANGES = [renameFrom, renameTo, deleteFile, makeDirectory, removeDirectory];
