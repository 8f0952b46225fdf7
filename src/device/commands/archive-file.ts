/** The tar file that an `archive` command reads or writes, in flash: or at a server. */
import type { FileReader, Upload } from '../../files/index.ts';
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { askSource } from '../copy/ask-ends.ts';
import { endName, remoteText } from '../copy/endpoint.ts';
import { asFileError, sayingOf } from '../copy/failure.ts';
import { openTarget, viaText, withCredentials } from '../copy/reach.ts';
import type { OpenedTarget } from '../ports.ts';
import { type Spot, spotText } from '../state/volumes.ts';

export interface OpenedArchive extends AsyncDisposable {
  readonly reader: Pick<FileReader, 'read'>;
}

/** A server that says nothing more does not hold the line of somebody who pressed Ctrl-C. */
async function unlessOver<T>({ signal }: Call, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => resolve(undefined);
  signal.addEventListener('abort', end, { once: true });
  try {
    const first = await Promise.race([work.then((value) => ({ value })), over]);
    if (first !== undefined) return first.value;
    work.catch(() => undefined);
    throw signal.reason;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** What comes over the network meets the faults that were ordered; and nobody reads on for a command that is over. */
const watched = (call: Call, reader: FileReader, from: 'flash' | 'network'): Pick<FileReader, 'read'> => ({
  async read(into, positionBytes) {
    const count = await unlessOver(call, reader.read(into, positionBytes));
    if (from === 'network' && count > 0) await call.system.faults.duringCopy?.(into.subarray(0, count), positionBytes);
    return count;
  },
});

async function openInFlash(call: Call, spot: Spot): Promise<OpenedArchive> {
  const reader = await spot.volume.files.openReader(spot.path).catch((error: unknown) => {
    throw new CommandRefusal(`%Error opening ${spotText(spot)} (${sayingOf(asFileError(error))})`);
  });
  return { reader: watched(call, reader, 'flash'), [Symbol.asyncDispose]: () => reader.close() };
}

/** The archive, with the words that come before its marks. Throws a `CommandRefusal`. */
export async function openArchive(call: Call, url: string): Promise<OpenedArchive> {
  const end = await askSource(call, endName(url));
  if (end.kind === 'file') return await openInFlash(call, end.spot);
  if (end.kind !== 'remote') throw new CommandRefusal('%Error: that is no archive');
  let opened: OpenedTarget | undefined;
  try {
    opened = await openTarget(call, await withCredentials(call, end));
    const { files, path } = opened;
    const reader = await files.openReader(path);
    await call.session.write(`Loading ${end.path} from ${end.host} ${viaText(call)}: !\n`);
    return {
      reader: watched(call, reader, 'network'),
      async [Symbol.asyncDispose]() {
        await reader.close();
        await files.close();
      },
    };
  } catch (error) {
    await opened?.files.close();
    throw new CommandRefusal(`%Error opening ${remoteText(end)} (${sayingOf(asFileError(error))})`);
  }
}

export interface ArchiveSink {
  readonly upload: Upload;
  close(): Promise<void>;
}

/** A tar file to write. Throws a `CommandRefusal`. */
export async function createArchive(call: Call, url: string): Promise<ArchiveSink> {
  const end = await askSource(call, endName(url));
  if (end.kind === 'file') {
    const upload = await end.spot.volume.files.openUpload(end.spot.path).catch((error: unknown) => {
      throw new CommandRefusal(`%Error opening ${spotText(end.spot)} (${sayingOf(asFileError(error))})`);
    });
    return { upload, close: () => Promise.resolve() };
  }
  if (end.kind !== 'remote') throw new CommandRefusal('%Error: that is no place for an archive');
  let opened: OpenedTarget | undefined;
  try {
    opened = await openTarget(call, await withCredentials(call, end));
    const { files, path } = opened;
    return { upload: await files.openUpload(path), close: () => files.close() };
  } catch (error) {
    await opened?.files.close();
    throw new CommandRefusal(`%Error opening ${remoteText(end)} (${sayingOf(asFileError(error))})`);
  }
}
