/** WRQ: a file that is received, and published when it is whole. */
import type { Upload } from '../../../files/file-system.ts';
import { FileError } from '../../../files/error.ts';
import { UploadSink } from '../channel/byte-sink.ts';
import { FileReceiver } from '../channel/file-receiver.ts';
import { agree } from '../wire/negotiation.ts';
import { printAck, printOptions } from '../wire/packet.ts';
import { refusalFor } from './file-refusal.ts';
import { capsFor } from './open-read.ts';
import type { Asked, OpenTransfer, ServerContext } from './asked.ts';
import type { TransferLine } from './transfer-line.ts';

const LEAST_BUFFER_BYTES = 64 * 1024;

/** What the client says it will send; 0 is what some clients say when they do not know. Of text only it knows. */
function promisedBytes({ mode }: Asked, sizeBytes: number | undefined): number | undefined {
  return mode === 'octet' && sizeBytes !== undefined && sizeBytes > 0 ? sizeBytes : undefined;
}

/** A file that cannot fit is refused before its first byte (RFC 2349). */
async function checkRoom({ account, path }: Asked, promised: number | undefined, mostBytes: number): Promise<void> {
  if (promised === undefined) return;
  if (promised > mostBytes)
    throw new FileError('limit', path, { detail: `${promised} bytes are announced, and ${mostBytes} may come` });
  const free = await account.files.freeSpace?.(path);
  if (free !== undefined && promised > free)
    throw new FileError('full', path, { detail: `${promised} bytes are announced, and ${free} are free` });
}

/** A file that stands there is replaced by whoever may do that, and never added to. */
async function beginUpload({ account, path, signal, origin }: Asked): Promise<Upload> {
  const mayReplace = account.permissions.at(path).has('overwrite');
  const upload = await account.files.openUpload(path, {
    signal,
    start: { from: mayReplace ? 'nothing' : 'nothing-new' },
    by: { account: account.name, protocol: 'tftp', session: origin.session, peer: origin.peer },
  });
  if (upload.startBytes === 0) return upload;
  await upload.discard();
  throw new FileError('exists', path);
}

export async function openWrite(asked: Asked, line: TransferLine, context: ServerContext): Promise<OpenTransfer> {
  const { request, mode, origin, path, signal } = asked;
  const { limits } = context;
  const caps = capsFor(context, line, origin);
  const { terms, answer } = agree(request.options, { direction: 'write', caps, fileBytes: undefined });
  const promised = promisedBytes(asked, terms.sizeBytes);
  await checkRoom(asked, promised, limits.uploadBytes);
  const upload = await beginUpload(asked);
  const evidence = promised === undefined ? 'likely' : 'proven';
  let isPublished = false;
  let isGivenUp = false;
  const sink = new UploadSink({
    upload,
    path,
    bufferBytes: Math.max(LEAST_BUFFER_BYTES, 4 * terms.blockBytes * terms.windowBlocks),
    mostBytes: promised ?? limits.uploadBytes,
    async commit(bytes) {
      if (promised !== undefined && bytes !== promised)
        throw new FileError('integrity', path, { detail: `${promised} bytes were announced and ${bytes} came` });
      await upload.commit({ evidence, stillWanted: () => !signal.aborted && !isGivenUp });
      isPublished = true;
    },
  });
  const transfer = new FileReceiver({
    channel: line,
    clock: context.clock,
    timing: context.timing,
    sink,
    mode,
    refusalFor,
    opening: answer.length > 0 ? printOptions(answer) : printAck(0),
    terms,
    peer: 'unproven',
    rollover: 'as-it-comes',
  });
  return {
    transfer,
    totalBytes: promised,
    async settle(ending) {
      if (ending.kind === 'complete') return { evidence, gone: transfer.gone };
      // A write that still runs ends first, or it would find its file gone.
      isGivenUp = true;
      await sink.idle();
      if (isPublished) return { evidence, ending: { kind: 'complete', confirmation: 'confirmed' } };
      await upload.discard();
      return {};
    },
  };
}
