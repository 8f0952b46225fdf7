/** RRQ: a file that is sent. */
import { netasciiSource, octetSource } from '../channel/byte-source.ts';
import { FileSender } from '../channel/file-sender.ts';
import { agree, type Caps } from '../wire/negotiation.ts';
import { printOptions } from '../wire/packet.ts';
import { refusalFor } from './file-refusal.ts';
import type { Asked, OpenTransfer, ServerContext } from './asked.ts';
import type { TransferLine } from './transfer-line.ts';

/** Headers of IPv4 or IPv6, UDP, and TFTP itself. */
const HEADER_BYTES = { v4: 20 + 8 + 4, v6: 40 + 8 + 4 } as const;

/** What may be agreed on with this client. */
export function capsFor({ limits }: ServerContext, { mtuBytes }: TransferLine, { address }: Asked['origin']): Caps {
  if (mtuBytes === undefined) return limits;
  const headers = address.includes(':') ? HEADER_BYTES.v6 : HEADER_BYTES.v4;
  return { ...limits, blockBytes: Math.max(512, Math.min(limits.blockBytes, mtuBytes - headers)) };
}

export async function openRead(asked: Asked, line: TransferLine, context: ServerContext): Promise<OpenTransfer> {
  const { account, path, mode, request, signal, origin } = asked;
  const reader = await account.files.openReader(path, { signal });
  // How long a text gets on the way is known when it has been sent: its tsize is left out (RFC 2349 knows octet).
  const fileBytes = mode === 'octet' ? reader.entry.sizeBytes : undefined;
  const caps = capsFor(context, line, origin);
  const { terms, answer } = agree(request.options, { direction: 'read', caps, fileBytes });
  const transfer = new FileSender({
    channel: line,
    clock: context.clock,
    timing: context.timing,
    source: mode === 'octet' ? octetSource(reader, path, context.clock) : netasciiSource(reader),
    ...(fileBytes !== undefined && { fileBytes }),
    refusalFor,
    ...(answer.length > 0 && { opening: printOptions(answer) }),
    terms,
    peer: 'unproven',
  });
  return {
    transfer,
    totalBytes: fileBytes,
    async settle() {
      await reader.close();
      return {};
    },
  };
}
