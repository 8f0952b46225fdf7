/** Changes to names: RNFR, RNTO, DELE, MKD, RMD (RFC 959 §4.1.3, Appendix II). */
import { quoted, reply } from '../../wire/reply.ts';
import { pathname } from '../arguments.ts';
import { command } from '../command.ts';

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

const deleteFile = command({
  verbs: ['DELE'],
  summary: 'Delete a file',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'delete',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    await session.files.remove(path);
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
