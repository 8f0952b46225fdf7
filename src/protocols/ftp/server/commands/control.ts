/** What stays possible while a transfer runs: ABOR, STAT, NOOP (RFC 959 §4.1.3). */
import { authority } from '../../../../base/authority.ts';
import { resolvePath } from '../../../../base/virtual-path.ts';
import { type Reply, reply, streamedReply } from '../../wire/reply.ts';
import { parseListRequest } from '../../wire/list-options.ts';
import { anyText } from '../arguments.ts';
import { command } from '../command.ts';
import { listedLines } from '../list.ts';
import type { Session } from '../session.ts';

const abort = command({
  verbs: ['ABOR'],
  summary: 'Stop the running transfer',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  duringTransfer: 'live',
  argument: anyText,
  async *run(session) {
    const { transfer } = session;
    if (transfer === undefined) session.data.reset();
    transfer?.stop('abor');
    await transfer?.ended;
    yield reply(226, transfer === undefined ? 'No transfer is running.' : 'The transfer has been stopped.');
  },
});

const noOperation = command({
  verbs: ['NOOP'],
  summary: 'Show that both sides are there',
  source: 'RFC 959 §4.1.3',
  login: 'not-needed',
  duringTransfer: 'live',
  argument: anyText,
  async *run() {
    yield reply(200, 'Here.');
  },
});

const status = command({
  verbs: ['STAT'],
  summary: 'Tell about the session and its transfer, or list a path on the control connection',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  duringTransfer: 'live',
  argument: anyText,
  async *run(session, given) {
    if (given.trim() === '') return yield reply(211, ...describe(session));
    if (!session.may('list')) return yield reply(550, 'Permission denied.');
    yield await statusOf(session, given);
  },
});

/** RFC 959: with a pathname it is a LIST over the control connection; 213 for a file, 212 for a directory. */
async function statusOf(session: Session, given: string): Promise<Reply> {
  const { options, path: name } = parseListRequest(given);
  const path = resolvePath(session.workingDirectory, name);
  if (path === undefined) return reply(501);
  const lines = listedLines(session, name, { ...options, names: false });
  const first = await lines.next();
  const type = first.done === true ? 'directory' : (await session.files.stat(path).catch(() => undefined))?.type;
  const all = async function* (): AsyncGenerator<string> {
    if (first.done !== true) yield first.value;
    yield* lines;
  };
  return streamedReply(type === 'file' ? 213 : 212, `Status of ${path}:`, all(), 'End of status.');
}

function describe(session: Session): string[] {
  const { ends, userName, type, transfer } = session;
  return [
    'Portcall FTP server status:',
    `Connected from ${authority(ends.peerAddress, ends.peerPort)}`,
    `Logged in as ${session.accountName ?? userName}`,
    `TYPE: ${type === 'ascii' ? 'ASCII, FORM: Nonprint' : 'Image'}; STRUcture: File; transfer MODE: Stream`,
    `${session.transfersDone} transfers done, ${session.bytesMoved} bytes`,
    transfer === undefined ? 'No transfer is running' : progress(session),
    'End of status.',
  ];
}

function progress(session: Session): string {
  const { transfer, context } = session;
  if (transfer === undefined) return '';
  const { plan, bytes, startedMs } = transfer;
  const seconds = Math.max(0.001, (context.clock.monotonic() - startedMs) / 1000);
  const total = plan.totalBytes === undefined ? '' : ` of ${plan.totalBytes}`;
  return `${plan.verb} ${plan.path}: ${bytes}${total} bytes in ${seconds.toFixed(1)} s (${Math.round(bytes / seconds / 1024)} KiB/s)`;
}

export const CONTROL = [abort, noOperation, status];
