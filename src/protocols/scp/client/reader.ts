/** A file that is read from a server, from its first byte on. */
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry, FileReader, ReadOptions } from '../../../files/file-system.ts';
import { Program } from './program.ts';
import type { Remote } from './remote.ts';
import { entryOf, readBeginning } from './source-line.ts';

/** A run of scp that sends the file; it waits until the first byte is wanted. */
interface Stream {
  readonly program: Program;
  readonly entry: Entry;
  positionBytes: number;
  is: 'waiting' | 'sending' | 'complete';
}

async function openStream(remote: Remote, path: VirtualPath, signal: AbortSignal | undefined): Promise<Stream> {
  const flags = remote.dialect === 'device' ? (['-f'] as const) : (['-p', '-f'] as const);
  const program = await Program.start(remote, { flags, path, signal });
  try {
    await program.begin();
    const beginning = await readBeginning(remote, program, path);
    if (beginning.record.kind === 'directory') throw new FileError('is-directory', path);
    return { program, entry: entryOf(baseName(path), beginning), positionBytes: 0, is: 'waiting' };
  } catch (error) {
    program.abandon();
    throw error;
  }
}

class ScpReader implements FileReader {
  readonly entry: Entry;
  readonly #remote: Remote;
  readonly #path: VirtualPath;
  readonly #signal: AbortSignal | undefined;
  #stream: Stream | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(remote: Remote, path: VirtualPath, stream: Stream, signal: AbortSignal | undefined) {
    this.#remote = remote;
    this.#path = path;
    this.#stream = stream;
    this.#signal = signal;
    this.entry = stream.entry;
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    const done = this.#turn.then(() => this.#read(into, positionBytes));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** A read that still runs fails. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#stop();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (this.#isClosed) throw new FileError('interrupted', this.#path, { detail: 'the reader was closed' });
    if (into.length === 0) return 0;
    // The end of an empty file must be heard, too.
    if (positionBytes >= this.entry.sizeBytes && (positionBytes > 0 || this.#stream?.is === 'complete')) return 0;
    if (this.#stream !== undefined && this.#stream.positionBytes > positionBytes) this.#stop();
    const stream = (this.#stream ??= await openStream(this.#remote, this.#path, this.#signal));
    if (stream.entry.sizeBytes !== this.entry.sizeBytes)
      throw new FileError('integrity', this.#path, { detail: 'the file changed while it was read' });
    while (stream.positionBytes < positionBytes) await this.#take(stream, positionBytes - stream.positionBytes);
    const piece = await this.#take(stream, into.length);
    into.set(piece);
    return piece.length;
  }

  /** The next bytes. The last ones are given out only when the server has said that they are the file's. */
  async #take(stream: Stream, mostBytes: number): Promise<Uint8Array> {
    const { program, entry } = stream;
    if (stream.is === 'waiting') await program.acknowledge();
    stream.is = 'sending';
    const leftBytes = entry.sizeBytes - stream.positionBytes;
    const piece = leftBytes === 0 ? new Uint8Array(0) : await program.content(Math.min(leftBytes, mostBytes));
    stream.positionBytes += piece.length;
    if (piece.length === leftBytes) await this.#complete(stream);
    return piece;
  }

  /** A closed connection behind the server's last word is no failure, and our answer to that need not arrive. */
  async #complete(stream: Stream): Promise<void> {
    await stream.program.accepted();
    stream.is = 'complete';
    await stream.program.acknowledge().catch(() => undefined);
    stream.program.finish();
  }

  #stop(): void {
    if (this.#stream?.is !== 'complete') this.#stream?.program.abandon();
    this.#stream = undefined;
  }
}

/** `openReader` of a file system. The signal also ends later reads. */
export async function openScpReader(
  remote: Remote,
  path: VirtualPath,
  { signal }: ReadOptions = {},
): Promise<FileReader> {
  if (path === ROOT) throw new FileError('is-directory', path);
  return new ScpReader(remote, path, await openStream(remote, path, signal), signal);
}
