/** From the client to the server: STOR, APPE, STOU, ALLO (RFC 959 §4.1.3, RFC 3659 §5, RFC 1123 §4.1.2.9). */
import { randomBytes } from 'node:crypto';
import type { Completeness } from '../../../../base/completeness.ts';
import { resolvePath, type VirtualPath } from '../../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../../files/error.ts';
import type { Upload, UploadStart } from '../../../../files/file-system.ts';
import { fromNetworkAscii } from '../../wire/ascii.ts';
import { type Reply, reply } from '../../wire/reply.ts';
import { anyText, parsed, pathname } from '../arguments.ts';
import { command } from '../command.ts';
import { receiveConverted, receiveFile } from '../receive.ts';
import type { Session } from '../session.ts';
import { publishedSize } from './facts.ts';
import { runTransfer } from '../run-transfer.ts';
import type { Transfer } from '../transfer.ts';

/** What a command stores, and how it speaks of it. */
interface Storing {
  readonly verb: string;
  readonly path: VirtualPath;
  readonly start: UploadStart;
  readonly opening: string;
}

/** What failed like this would fail again, or goes on taking the room that was missing. */
const UNWANTED: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>(['full', 'quota', 'rejected']);

async function* storeFile(
  session: Session,
  { verb, path, start, opening }: Storing,
): AsyncGenerator<Reply, void, void> {
  const owner = session.uploadOwner;
  const announcedBytes = session.takeAnnouncement();
  // Over TLS only close_notify ends an upload, so one that ended is whole.
  const { isDataPrivate } = session.security;
  const evidence = (transfer: Transfer): Completeness =>
    isDataPrivate ? 'proven' : evidenceOf(transfer, announcedBytes);
  const continues = start.from !== 'nothing' && (await session.files.interruptedSize?.(path, owner)) !== undefined;
  const upload = await session.files.openUpload(path, {
    start,
    owner,
    signal: session.gone.signal,
    by: { ...session.origin, account: session.account.name },
  });
  yield* runTransfer(session, {
    verb,
    direction: 'upload',
    path,
    startBytes: upload.startBytes,
    opening,
    evidence,
    async move(socket, transfer) {
      await receive(session, socket, upload, transfer);
      transfer.holdClient();
      // A client that was killed has ended both its connections: the control connection tells it from one that is done.
      await upload.commit({
        stillWanted: () => transfer.stopped === undefined && !session.leaving,
        evidence: evidence(transfer),
      });
      return `Stored ${transfer.bytes} bytes${start.from === 'nothing-new' ? ` as ${path}` : ''}.`;
    },
    async giveUp(error) {
      // A name that was made up here means nothing to anybody; what was added to a published file is added anew from
      // where that ends; what filled the disk must not go on filling it; and what was refused whole is not wanted.
      const isNew = continues || upload.startBytes === 0;
      const isUnwanted = error instanceof FileError && UNWANTED.has(error.kind);
      const isWorthKeeping = start.from !== 'nothing-new' && isNew && !isUnwanted;
      await (isWorthKeeping ? upload.keep() : upload.discard());
    },
  });
}

/** The client ended the data connection and stayed, which is likely the end; that it said how long the file is proves it. */
const evidenceOf = ({ bytes, plan }: Transfer, announcedBytes: number | undefined): Completeness =>
  announcedBytes === bytes || announcedBytes === (plan.startBytes ?? 0) + bytes ? 'proven' : 'likely';

function receive(
  session: Session,
  socket: Parameters<typeof receiveFile>[0],
  upload: Upload,
  transfer: Transfer,
): Promise<void> {
  return session.type === 'image'
    ? receiveFile(socket, upload, transfer, session.context.buffers.receiving)
    : receiveConverted(socket, upload, transfer, fromNetworkAscii());
}

const store = command({
  verbs: ['STOR'],
  summary: 'Take a file from the client; after REST from that offset',
  source: 'RFC 959 §4.1.3; restart: RFC 3659 §5',
  login: 'required',
  permission: 'write',
  duringTransfer: 'waits',
  usesData: true,
  argument: pathname,
  async *run(session, path) {
    const offsetBytes = session.takeRestart();
    if (offsetBytes > 0 && session.type === 'ascii')
      return yield reply(504, 'An ASCII upload cannot be restarted; use TYPE I.');
    const start: UploadStart = offsetBytes > 0 ? { from: 'offset', offsetBytes } : { from: 'nothing' };
    yield* storeFile(session, { verb: 'STOR', path, start, opening: 'Ready to store.' });
  },
});

/**
 * A file is there, and so is what this client's broken upload of another one left: which of them is added to? A guess
 * would publish a mixture, so the client is asked. REST says it: it goes on with the broken upload or is refused.
 */
async function twoEnds(session: Session, path: VirtualPath): Promise<string | undefined> {
  const left = await session.files.interruptedSize?.(path, session.uploadOwner);
  if (left === undefined || (await publishedSize(session, path)) === undefined) return undefined;
  return `Your interrupted upload of ${left} bytes waits here: REST ${left} and STOR go on, STOR begins anew.`;
}

const append = command({
  verbs: ['APPE'],
  summary: 'Add to the end of a file, or make it',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'append',
  duringTransfer: 'waits',
  usesData: true,
  argument: pathname,
  async *run(session, path) {
    session.takeRestart();
    const doubt = await twoEnds(session, path);
    if (doubt !== undefined) return yield reply(450, doubt);
    yield* storeFile(session, { verb: 'APPE', path, start: { from: 'end' }, opening: 'Ready to append.' });
  },
});

const storeUnique = command({
  verbs: ['STOU'],
  summary: 'Store under a name that nobody has yet',
  source: 'RFC 959 §4.1.3, RFC 1123 §4.1.2.9',
  login: 'required',
  permission: 'write',
  duringTransfer: 'waits',
  usesData: true,
  argument: anyText,
  async *run(session, given) {
    session.takeRestart();
    const name = `${given === '' ? 'upload' : given}.${randomBytes(6).toString('hex')}`;
    const path = resolvePath(session.workingDirectory, name);
    if (path === undefined) return yield reply(553);
    yield* storeFile(session, { verb: 'STOU', path, start: { from: 'nothing-new' }, opening: `FILE: ${path}` });
  },
});

/** `ALLO 5000`, `ALLO 5000 R 80` (RFC 959 §4.1.3): the record size says nothing about space. */
function parseAllocation(given: string): number | undefined {
  const [, digits = ''] = /^(\d{1,19})(?: +R +\d{1,9})?$/i.exec(given) ?? [];
  const bytes = digits === '' ? NaN : Number(digits);
  return Number.isNaN(bytes) ? undefined : bytes;
}

const allocate = command({
  verbs: ['ALLO'],
  summary: 'Ask whether so many bytes have room',
  source: 'RFC 959 §4.1.3',
  login: 'required',
  permission: 'write',
  duringTransfer: 'waits',
  argument: parsed('<bytes> [R <record size>]', parseAllocation),
  async *run(session, bytes) {
    session.willSend(bytes);
    const free = await session.files.freeSpace?.(session.workingDirectory);
    if (free === undefined) yield reply(202, 'Nothing needs to be allocated here.');
    else yield free >= bytes ? reply(200, `${free} bytes are free.`) : reply(552, `Only ${free} bytes are free.`);
  },
});

export const STORE = [store, append, storeUnique, allocate];
