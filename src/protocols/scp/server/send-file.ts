/** One file of the source: exactly as many bytes as were announced, whatever becomes of the file meanwhile. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { FileReader } from '../../../files/file-system.ts';
import { PromptReads } from '../../../files/prompt-reads.ts';
import type { FileTransfer, ScpRun } from './scp-run.ts';

/** Read and sent at a time; there are two of them, so that one fills while the other one goes. */
const BUFFER_BYTES = 256 * 1024;
/** How long one run may keep the event loop before others get their turn. */
const TURN_MS = 4;

export interface Outgoing {
  readonly path: VirtualPath;
  readonly name: string;
  readonly reader: FileReader;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads a file in order. What is missing at its end is made up of zeros, so that the two sides stay in step. */
class Content {
  readonly #reads: PromptReads;
  /** Why the bytes are not those of the file. */
  failure: FileError | undefined;
  readonly #path: VirtualPath;

  constructor({ reader, path }: Outgoing, run: ScpRun) {
    this.#reads = new PromptReads(reader, run.session.clock);
    this.#path = path;
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.failure !== undefined) return zeros(into);
    try {
      const read = this.#reads.read(into, positionBytes);
      const count = typeof read === 'number' ? read : await read;
      if (count > 0) return count;
      this.failure = new FileError('integrity', this.#path, { detail: 'the file became shorter while it was sent' });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.failure = error;
    }
    return zeros(into);
  }
}

function zeros(into: Uint8Array): number {
  into.fill(0);
  return into.length;
}

async function sendContent(run: ScpRun, content: Content, transfer: FileTransfer, sizeBytes: number): Promise<void> {
  const length = Math.min(BUFFER_BYTES, sizeBytes);
  let buffer = new Uint8Array(length);
  let other: Uint8Array<ArrayBuffer> | undefined;
  let sending: Promise<void> = Promise.resolve();
  let turnMs = run.session.clock.monotonic();
  for (let position = 0; position < sizeBytes;) {
    const wanted = buffer.subarray(0, sizeBytes - position);
    const count = await content.read(wanted, position);
    await sending;
    position += count;
    transfer.running.moved(count);
    sending = run.conversation.sendContent(wanted.subarray(0, count));
    // Its failure is met when it is awaited; before that the next read may fail.
    sending.catch(() => undefined);
    [buffer, other] = [other ?? new Uint8Array(length), buffer];
    if (run.session.clock.monotonic() - turnMs < TURN_MS) continue;
    await nextTurn();
    turnMs = run.session.clock.monotonic();
  }
  await sending;
}

async function transferOut(run: ScpRun, outgoing: Outgoing, transfer: FileTransfer): Promise<void> {
  const { sizeBytes } = outgoing.reader.entry;
  const content = new Content(outgoing, run);
  await sendContent(run, content, transfer, sizeBytes);
  if (content.failure === undefined) await run.conversation.acknowledge();
  else await run.failed(outgoing.path, content.failure);
  const answer = await run.answer();
  if (content.failure !== undefined) throw content.failure;
  if (answer.kind !== 'ok') throw new FileError('rejected', outgoing.path, { detail: answer.text });
}

/** Announces a file and sends it. What goes wrong with this file has been told to the client when it resolves. */
export async function sendFile(run: ScpRun, outgoing: Outgoing): Promise<void> {
  const { path, name, reader } = outgoing;
  const { sizeBytes, mode = 0o644 } = reader.entry;
  const transfer = await run.beginFile(path, sizeBytes);
  if (transfer === undefined) return;
  try {
    await run.conversation.send({ kind: 'file', mode: mode & 0o6777, sizeBytes, name });
    const answer = await run.answer();
    if (answer.kind !== 'ok') {
      transfer.end({ outcome: 'refused', reason: `the client does not want it: ${answer.text}` });
      return;
    }
    await transferOut(run, outgoing, transfer);
    transfer.end({ outcome: 'complete', reason: '' });
  } catch (error) {
    transfer.end(run.endedBy(error));
    // The client was told, or has told.
    if (!(error instanceof FileError)) throw error;
  }
}
