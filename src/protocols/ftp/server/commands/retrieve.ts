/** From the server to the client: RETR, and REST for both directions (RFC 959 §4.1.3, RFC 3659 §5). */
import type { VirtualPath } from '../../../../base/virtual-path.ts';
import type { FileReader } from '../../../../files/file-system.ts';
import { toNetworkAscii } from '../../wire/ascii.ts';
import { type Reply, reply } from '../../wire/reply.ts';
import { byteCount, pathname } from '../arguments.ts';
import { command } from '../command.ts';
import { sendConverted, sendFile } from '../send.ts';
import type { Session } from '../session.ts';
import { runTransfer } from '../run-transfer.ts';

const restart = command({
  verbs: ['REST'],
  summary: 'Begin the next RETR or STOR at this offset in bytes',
  source: 'RFC 3659 §5',
  login: 'required',
  duringTransfer: 'waits',
  argument: byteCount,
  features: ['REST STREAM'],
  async *run(session, offset) {
    session.restartBytes = offset;
    yield reply(350, `The next transfer begins at byte ${offset}.`);
  },
});

const retrieve = command({
  verbs: ['RETR'],
  summary: 'Send a file to the client',
  source: 'RFC 959 §4.1.3; restart: RFC 3659 §5',
  login: 'required',
  permission: 'read',
  duringTransfer: 'waits',
  usesData: true,
  argument: pathname,
  async *run(session, path) {
    const startBytes = session.takeRestart();
    await using file = await session.files.openReader(path, { signal: session.gone.signal });
    yield* startBytes > file.entry.sizeBytes && session.type === 'image'
      ? [reply(554)]
      : transferOf(session, path, file, startBytes);
  },
});

async function* transferOf(
  session: Session,
  path: VirtualPath,
  file: FileReader,
  startBytes: number,
): AsyncGenerator<Reply, void, void> {
  const image = session.type === 'image';
  const totalBytes = file.entry.sizeBytes;
  yield* runTransfer(session, {
    verb: 'RETR',
    direction: 'download',
    path,
    startBytes,
    ...(image ? { totalBytes: totalBytes - startBytes } : {}),
    opening: image ? `Sending ${totalBytes - startBytes} bytes.` : 'Sending as ASCII.',
    async move(socket, transfer) {
      const { buffers, clock } = session.context;
      if (image) await sendFile(file, socket, transfer, { buffers: buffers.sending, clock });
      else await sendConverted(file, socket, transfer, toNetworkAscii());
      return `Sent ${transfer.bytes} bytes.`;
    },
  });
}

export const RETRIEVE = [restart, retrieve];
