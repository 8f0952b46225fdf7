/** A file that is written to a server, from its first byte to its last. */
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry, CommitOptions, Upload, WriteOptions } from '../../../files/file-system.ts';
import { FileSender } from '../channel/file-sender.ts';
import { PLAIN_TERMS } from '../wire/negotiation.ts';
import { refusalHere } from './failure.ts';
import { type Exchange, openExchange } from './exchange.ts';
import type { Remote } from './remote.ts';
import { WrittenSource } from './written-source.ts';

class TftpUpload implements Upload {
  readonly startBytes = 0;
  readonly #path: VirtualPath;
  readonly #remote: Remote;
  readonly #exchange: Exchange<FileSender>;
  readonly #source: WrittenSource;
  #positionBytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #hasEnded = false;

  constructor(
    remote: Remote,
    path: VirtualPath,
    { exchange, source }: { readonly exchange: Exchange<FileSender>; readonly source: WrittenSource },
  ) {
    this.#remote = remote;
    this.#path = path;
    this.#exchange = exchange;
    this.#source = source;
    void exchange.transfer.ended.then(() => source.abandon());
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#hasEnded) throw new Error(`the upload of ${this.#path} has ended`);
      if (positionBytes !== this.#positionBytes)
        throw new FileError('unsupported', this.#path, { detail: 'TFTP writes a file from its beginning to its end' });
      this.#positionBytes += bytes.length;
      if (bytes.length === 0) return;
      await this.#source.write(bytes);
      await this.#exchange.failure('now');
    });
  }

  commit({ stillWanted }: CommitOptions = {}): Promise<Entry> {
    return this.#inTurn(async () => {
      if (stillWanted?.() === false) throw new FileError('interrupted', this.#path);
      this.#source.end();
      await this.#exchange.failure('at-the-end');
      this.#hasEnded = true;
      return {
        name: baseName(this.#path),
        type: 'file',
        sizeBytes: this.#positionBytes,
        modifiedMs: this.#remote.clock.now(),
      };
    });
  }

  keep(): Promise<void> {
    return this.discard();
  }

  discard(): Promise<void> {
    this.#hasEnded = true;
    this.#exchange.abort('The client gave up');
    return Promise.resolve();
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** `openUpload` of a file system. The signal also ends later writes. */
export async function openTftpUpload(
  remote: Remote,
  path: VirtualPath,
  { start = { from: 'nothing' }, signal, sizeBytes }: WriteOptions = {},
): Promise<Upload> {
  if (path === ROOT) throw new FileError('is-directory', path);
  if (start.from !== 'nothing' && !(start.from === 'offset' && start.offsetBytes === 0))
    throw new FileError('unsupported', path, {
      detail: 'TFTP writes whole files only: it cannot resume, append, or tell whether a name is free',
    });
  const { clock, timing, mode } = remote;
  let source = new WrittenSource(mode);
  const exchange = await openExchange({
    remote,
    path,
    direction: 'write',
    sizeBytes: mode === 'octet' ? sizeBytes : undefined,
    signal,
    make: (making) => {
      source = new WrittenSource(mode);
      return new FileSender({
        ...making,
        clock,
        timing,
        source,
        refusalFor: refusalHere,
        terms: PLAIN_TERMS,
        peer: remote.hasAnswered ? 'proven' : 'unproven',
      });
    },
  });
  return new TftpUpload(remote, path, { exchange, source });
}
