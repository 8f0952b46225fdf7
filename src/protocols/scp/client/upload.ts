/** A file that is written to a server, from its first byte to its last. */
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CommitOptions, Entry, Upload, WriteOptions } from '../../../files/file-system.ts';
import { isSendable, OK } from '../wire/record.ts';
import { Program } from './program.ts';
import { stands } from './directories.ts';
import type { Remote } from './remote.ts';

/** A file whose size nobody told is held here until its end, and no more of it than this. */
const MOST_HELD_BYTES = 1024 * 1024;
const DEFAULT_MODE = 0o644;

interface Wanted {
  readonly path: VirtualPath;
  readonly mode: number;
  readonly signal: AbortSignal | undefined;
}

/** What a device is told as the name of the file: what stands behind its file system (`flash:`). */
const nameOf = (path: VirtualPath): string => {
  const name = baseName(path);
  return name.slice(name.lastIndexOf(':') + 1) || name;
};

/** The server waits for the content when it resolves. */
async function begin(remote: Remote, { path, mode, signal }: Wanted, sizeBytes: number): Promise<Program> {
  const program = await Program.start(remote, { flags: ['-t'], path, signal });
  try {
    await program.accepted();
    const name = remote.dialect === 'device' ? nameOf(path) : baseName(path);
    await program.ask({ kind: 'file', mode: mode & 0o777, sizeBytes, name });
    return program;
  } catch (error) {
    program.abandon();
    throw error;
  }
}

class ScpUpload implements Upload {
  readonly startBytes = 0;
  readonly #remote: Remote;
  readonly #wanted: Wanted;
  /** `undefined` while the size is not known, and the bytes are held. */
  #program: Program | undefined;
  readonly #sizeBytes: number | undefined;
  readonly #held: Uint8Array[] = [];
  #positionBytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #hasEnded = false;

  constructor(remote: Remote, wanted: Wanted, begun?: { readonly program: Program; readonly sizeBytes: number }) {
    this.#remote = remote;
    this.#wanted = wanted;
    this.#program = begun?.program;
    this.#sizeBytes = begun?.sizeBytes;
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#confirmNext(positionBytes);
      this.#positionBytes += bytes.length;
      if (this.#program === undefined) {
        this.#hold(bytes);
        return;
      }
      if (this.#positionBytes > (this.#sizeBytes ?? 0)) throw this.#notAsTold();
      if (bytes.length > 0) await this.#program.sendContent(bytes);
    });
  }

  commit({ stillWanted, replace }: CommitOptions = {}): Promise<Entry> {
    return this.#inTurn(async () => {
      this.#confirmNext(this.#positionBytes);
      if (stillWanted?.() === false) throw new FileError('interrupted', this.#wanted.path);
      const program = (this.#program ??= await this.#sendHeld());
      if (this.#sizeBytes !== undefined && this.#positionBytes !== this.#sizeBytes) throw this.#notAsTold();
      // There is no lock in SCP: who takes the name between this look and the last byte is replaced.
      if (
        replace === 'refused' &&
        this.#remote.dialect === 'openssh' &&
        (await stands(this.#remote, this.#wanted.path, undefined))
      )
        throw new FileError('exists', this.#wanted.path);
      await program.sendContent(OK);
      await program.accepted();
      this.#hasEnded = true;
      program.finish();
      return {
        name: baseName(this.#wanted.path),
        type: 'file',
        sizeBytes: this.#positionBytes,
        modifiedMs: this.#remote.clock.now(),
      };
    });
  }

  keep(): Promise<void> {
    return this.discard();
  }

  /** What the server does with half a file is its own affair: SCP cannot tell it. */
  discard(): Promise<void> {
    this.#hasEnded = true;
    this.#held.length = 0;
    this.#program?.abandon();
    return Promise.resolve();
  }

  #confirmNext(positionBytes: number): void {
    const { path } = this.#wanted;
    if (this.#hasEnded) throw new Error(`the upload of ${path} has ended`);
    if (positionBytes !== this.#positionBytes)
      throw new FileError('unsupported', path, { detail: 'SCP writes a file from its beginning to its end' });
  }

  #hold(bytes: Uint8Array): void {
    if (this.#positionBytes > MOST_HELD_BYTES)
      throw new FileError('unsupported', this.#wanted.path, {
        detail: 'SCP must know the size of a file before it begins; write it to a file first, or use sftp://',
      });
    this.#held.push(Uint8Array.from(bytes));
  }

  async #sendHeld(): Promise<Program> {
    const program = await begin(this.#remote, this.#wanted, this.#positionBytes);
    for (const bytes of this.#held.splice(0)) await program.sendContent(bytes);
    return program;
  }

  #notAsTold(): FileError {
    return new FileError('integrity', this.#wanted.path, {
      detail: `${this.#sizeBytes ?? 0} bytes were announced, and ${this.#positionBytes} came: the file changes while it is copied`,
    });
  }

  #inTurn<T>(act: () => Promise<T> | T): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** `openUpload` of a file system. The signal also ends later writes. */
export async function openScpUpload(
  remote: Remote,
  path: VirtualPath,
  { start = { from: 'nothing' }, signal, sizeBytes, mode = DEFAULT_MODE }: WriteOptions = {},
): Promise<Upload> {
  signal?.throwIfAborted();
  if (path === ROOT) throw new FileError('is-directory', path);
  if (!isSendable(baseName(path)))
    throw new FileError('bad-name', path, { detail: 'SCP cannot say a name with a line end' });
  if (start.from !== 'nothing' && !(start.from === 'offset' && start.offsetBytes === 0))
    throw new FileError('unsupported', path, {
      detail: 'SCP writes whole files only: it cannot resume, append, or tell whether a name is free',
    });
  const wanted = { path, mode, signal };
  if (sizeBytes === undefined) return new ScpUpload(remote, wanted);
  return new ScpUpload(remote, wanted, { program: await begin(remote, wanted, sizeBytes), sizeBytes });
}
