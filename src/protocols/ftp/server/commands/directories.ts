/** Where the session stands: CWD, CDUP, PWD (RFC 959 §4.1.1, §4.1.3). */
import { parentOf, type VirtualPath } from '../../../../base/virtual-path.ts';
import { type Reply, quoted, reply } from '../../wire/reply.ts';
import { nothing, pathname } from '../arguments.ts';
import { command } from '../command.ts';
import type { Session } from '../session.ts';

async function enter(session: Session, path: VirtualPath): Promise<Reply> {
  const { type } = await session.files.stat(path);
  if (type !== 'directory') return reply(550, 'That is not a directory.');
  session.workingDirectory = path;
  return reply(250, `Now in ${quoted(path)}.`);
}

const changeWorkingDirectory = command({
  verbs: ['CWD', 'XCWD'],
  summary: 'Go to a directory',
  source: 'RFC 959 §4.1.1',
  login: 'required',
  duringTransfer: 'waits',
  argument: pathname,
  async *run(session, path) {
    yield await enter(session, path);
  },
});

const changeToParentDirectory = command({
  verbs: ['CDUP', 'XCUP'],
  summary: 'Go to the parent directory',
  source: 'RFC 959 §4.1.1',
  login: 'required',
  duringTransfer: 'waits',
  argument: nothing,
  async *run(session) {
    yield await enter(session, parentOf(session.workingDirectory));
  },
});

const printWorkingDirectory = command({
  verbs: ['PWD', 'XPWD'],
  summary: 'Say which directory this is',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  duringTransfer: 'waits',
  argument: nothing,
  async *run(session) {
    yield reply(257, `${quoted(session.workingDirectory)} is the current directory.`);
  },
});

export const DIRECTORIES = [changeWorkingDirectory, changeToParentDirectory, printWorkingDirectory];
