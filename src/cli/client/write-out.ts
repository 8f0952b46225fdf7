/** Files to standard output, and standard input to a file: bytes as they are. */
import type { OpenedPlace } from '../../app/places/open-places.ts';
import { systemClock } from '../../base/clock.ts';
import type { CopyEvent } from '../../files/copy/copy.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { isReaderGone } from '../standard-output.ts';
import { labelled } from './failure-line.ts';
import { forEach } from './for-each.ts';
import type { Found } from './move.ts';
import { isText, textOrBytes } from './move-text.ts';
import { copyOptions } from './moving-options.ts';
import { progressOf } from './progress.ts';
import type { Client } from './run-client.ts';

type Reader = 'there' | 'gone';

function unwritable(cause: unknown): FileError {
  const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FileError(isFull ? 'full' : 'io', ROOT, { detail: `standard output cannot be written: ${why}`, cause });
}

/** Writes a file to standard output; a reader that goes away ends it without a word. */
async function writeFileOut(client: Client, place: OpenedPlace): Promise<Reader> {
  const { signal, world } = client;
  const { pace } = copyOptions(client.options);
  for await (const piece of textOrBytes(client, place)) {
    signal.throwIfAborted();
    await pace?.pass(piece.length, signal);
    try {
      await (world.writeOut?.(piece) ?? world.stdout.write(piece.slice()));
    } catch (error) {
      if (isReaderGone(error)) return 'gone';
      throw unwritable(error);
    }
  }
  return 'there';
}

/** Writes files to standard output, one after another. */
export async function writeOutAll(client: Client, found: readonly Found[]): Promise<number> {
  let reader: Reader = 'there';
  await forEach(client, found, {
    label: ({ place }) => place.label,
    async act({ place, entry }) {
      if (reader === 'gone') return;
      if (entry.type === 'directory')
        throw new CommandError(EXIT.failed, `${place.label} is a directory; only files can be written out`);
      reader = await writeFileOut(client, place);
    },
  });
  return EXIT.done;
}

/** Writes standard input to a file, which nobody sees before its end. */
export async function writeInput(client: Client, place: OpenedPlace): Promise<number> {
  const { ifExists } = copyOptions(client.options);
  const started = systemClock.monotonic();
  const progress = progressOf(client);
  const tell = (event: CopyEvent): void => progress.tell(event);
  const names = { from: '-', to: place.label };
  tell({ kind: 'started', ...names, sizeBytes: 0 });
  let sizeBytes = 0;
  let way: 'through-us' | 'skipped' = 'through-us';
  try {
    sizeBytes = await pourInput(client, place, ifExists === 'replace' ? 'any' : 'free');
  } catch (error) {
    progress.end();
    const isThere = error instanceof FileError && error.kind === 'exists';
    if (!isThere || ifExists !== 'skip') throw labelled(error, place.label);
    way = 'skipped';
  }
  tell({
    kind: 'finished',
    ...names,
    sizeBytes,
    resumedAtBytes: 0,
    durationMs: systemClock.monotonic() - started,
    retries: 0,
    verified: way === 'skipped' ? 'no' : 'size',
    way,
    warnings: [],
  });
  progress.end();
  return EXIT.done;
}

/** The chunks of a stream that may be silent for long; rejects at once with the signal's reason. */
async function* untilAborted<T>(stream: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = (): void => aborted.reject(signal.reason as Error); // an AbortError, as of every signal here
  signal.addEventListener('abort', abort);
  const iterator = stream[Symbol.asyncIterator]();
  try {
    signal.throwIfAborted();
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** As text where the URL asks for that: the server translates it then, and its size tells nothing. */
async function sendText(client: Client, { ftp, path }: OpenedPlace): Promise<number> {
  const { signal, world } = client;
  let sizeBytes = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const chunk of untilAborted(world.stdin, signal)) {
      const bytes = Buffer.from(chunk);
      sizeBytes += bytes.length;
      yield bytes;
    }
  }
  await ftp?.writeText(path, pieces(), { signal });
  return sizeBytes;
}

async function pourInput(client: Client, place: OpenedPlace, name: 'free' | 'any'): Promise<number> {
  if (isText(place) && name === 'any') return await sendText(client, place);
  const { signal, world } = client;
  const { files, path } = place;
  const { pace } = copyOptions(client.options);
  const upload = await files.openUpload(path, { signal, start: { from: name === 'free' ? 'nothing-new' : 'nothing' } });
  let at = 0;
  try {
    for await (const chunk of untilAborted(world.stdin, signal)) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      await pace?.pass(bytes.length, signal);
      await upload.write(bytes, at);
      at += bytes.length;
    }
    const written = await upload.commit(name === 'free' ? { replace: 'refused' } : {});
    if (written.sizeBytes !== at) throw new FileError('integrity', path);
    return at;
  } catch (error) {
    await upload.discard().catch(() => undefined);
    throw error;
  }
}
