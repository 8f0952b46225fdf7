/** Listings: LIST and NLST for people, MLSD and MLST for programs (RFC 959 §4.1.3, RFC 1123 §4.1.2.7, RFC 3659 §7). */
import { baseName, resolvePath, type VirtualPath } from '../../../../base/virtual-path.ts';
import { mlstFeature, mlstOptions, mlsxLine, parseFactSelection } from '../../../listing/mlsx.ts';
import { type ListOptions, parseListRequest } from '../../wire/list-options.ts';
import { type Reply, reply } from '../../wire/reply.ts';
import { anyText, optionalPathname } from '../arguments.ts';
import { command } from '../command.ts';
import { mlsxContext, listedLines, machineLines, piecesOf } from '../list.ts';
import { sendText } from '../send.ts';
import type { Session } from '../session.ts';
import { runTransfer } from '../run-transfer.ts';

/** Sends lines over the data connection. The first one is made before the 150, so that a bad path is a 550. */
async function* sendLines(
  session: Session,
  verb: string,
  path: VirtualPath,
  lines: AsyncGenerator<string>,
): AsyncGenerator<Reply, void, void> {
  const first = await lines.next();
  try {
    yield* runTransfer(session, {
      verb,
      direction: 'listing',
      path,
      opening: 'Here comes the listing.',
      async move(socket, transfer) {
        await sendText(piecesOf(first, lines, session.context.clock), socket, transfer);
        return 'Listing sent.';
      },
    });
  } finally {
    await lines.return(undefined);
  }
}

async function* list(session: Session, verb: 'LIST' | 'NLST', given: string): AsyncGenerator<Reply, void, void> {
  const { options, path: name } = parseListRequest(given);
  const path = resolvePath(session.workingDirectory, name);
  if (path === undefined) return yield reply(501);
  const wanted: ListOptions & { readonly names: boolean } = { ...options, names: verb === 'NLST' && !options.long };
  yield* sendLines(session, verb, path, listedLines(session, name, wanted));
}

const listForPeople = command({
  verbs: ['LIST'],
  summary: 'List a directory as ls -l does',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  usesData: true,
  argument: anyText,
  run: (session, given) => list(session, 'LIST', given),
});

const nameList = command({
  verbs: ['NLST'],
  summary: 'List names only',
  source: 'RFC 959 §4.1.3, RFC 1123 §4.1.2.7',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  usesData: true,
  argument: anyText,
  run: (session, given) => list(session, 'NLST', given),
});

const listForPrograms = command({
  verbs: ['MLSD'],
  summary: 'List a directory as facts',
  source: 'RFC 3659 §7',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  usesData: true,
  argument: optionalPathname,
  async *run(session, path) {
    const { type } = await session.files.stat(path);
    if (type !== 'directory') return yield reply(501, 'MLSD lists directories; use MLST.');
    yield* sendLines(session, 'MLSD', path, machineLines(session, path));
  },
});

const factsOfOne = command({
  verbs: ['MLST'],
  summary: 'Tell the facts of one name',
  source: 'RFC 3659 §7',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  argument: optionalPathname,
  async *run(session, path) {
    const entry = await session.files.stat(path);
    const line = mlsxLine(entry, session.facts, { ...mlsxContext(session, path), pathname: path });
    yield reply(250, `Facts of ${baseName(path) === '' ? '/' : baseName(path)}:`, line, 'End of facts.');
  },
});

const chooseFacts = command({
  verbs: ['OPTS MLST'],
  summary: 'Choose the facts of MLST and MLSD',
  source: 'RFC 3659 §7.9',
  login: 'required',
  duringTransfer: 'waits',
  argument: anyText,
  features: [({ facts }) => mlstFeature(facts)],
  async *run(session, given) {
    session.facts = parseFactSelection(given);
    yield reply(200, mlstOptions(session.facts));
  },
});

export const LISTING = [listForPeople, nameList, listForPrograms, factsOfOne, chooseFacts];
