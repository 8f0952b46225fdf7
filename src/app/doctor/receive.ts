/** Takes what a data connection brings, up to a bound: an examination never fetches more than it needs. */
import type { FtpCommand, FtpSession, Incoming, TransferOptions } from '../../protocols/ftp/client/session.ts';

const CHUNK_BYTES = 64 * 1024;

export interface Received {
  readonly bytes: Uint8Array;
  /** False when the bound came first: the transfer was given up then. */
  readonly isWhole: boolean;
}

async function readAll(incoming: Incoming, maxBytes: number, options: TransferOptions): Promise<Received> {
  const parts: Uint8Array[] = [];
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let total = 0; total < maxBytes;) {
    const count = await incoming.read(chunk, options);
    if (count === 0) return { bytes: Buffer.concat(parts), isWhole: true };
    parts.push(chunk.slice(0, count));
    total += count;
  }
  await incoming.abort();
  return { bytes: Buffer.concat(parts).subarray(0, maxBytes), isWhole: false };
}

/** Throws a `FileError` as the session does. */
export async function receive(
  session: FtpSession,
  command: FtpCommand,
  options: TransferOptions & { readonly maxBytes: number },
): Promise<Received> {
  const { maxBytes, ...transfer } = options;
  const incoming = await session.retrieve(command, transfer);
  try {
    return await readAll(incoming, maxBytes, transfer);
  } finally {
    await incoming.abort();
  }
}

/** The command that lists the directory of a session in the best form that the server has. */
export const listCommand = ({ server }: Pick<FtpSession, 'server'>): FtpCommand => ({
  verb: server.features.has('MLST') || server.features.has('MLSD') ? 'MLSD' : 'LIST',
});
