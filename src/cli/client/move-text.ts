/** Copies a file as text, where a URL ends in `;type=a`: the server translates it, so that nothing can be compared. */
import type { OpenedPlace } from '../../app/places/open-places.ts';
import { systemClock } from '../../base/clock.ts';
import type { Place } from '../../files/copy/copy.ts';
import { FileError } from '../../files/index.ts';
import { isOn, wrong } from './flag-values.ts';
import { copyOptions } from './moving-options.ts';
import type { Progress } from './progress.ts';
import type { Client } from './run-client.ts';

const BUFFER_BYTES = 1024 * 1024;

/** Whether the URL asks for text. */
export const isText = ({ type }: OpenedPlace): boolean => type === 'ascii';

async function* bytesOf({ files, path }: Place, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  await using reader = await files.openReader(path, { signal });
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (let at = 0; ;) {
    const count = await reader.read(buffer, at);
    if (count === 0) return;
    yield buffer.subarray(0, count);
    at += count;
  }
}

/** The pieces of a file, translated where its URL asks for that. A piece holds until the next is asked for. */
export function textOrBytes(client: Client, place: OpenedPlace): AsyncIterable<Uint8Array> {
  const { signal } = client;
  return isText(place) && place.ftp !== undefined ? place.ftp.readText(place.path, { signal }) : bytesOf(place, signal);
}

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  client: Client,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { pace } = copyOptions(client.options);
  for await (const piece of pieces) {
    await pace?.pass(piece.length, client.signal);
    count(piece.length);
    yield piece;
  }
}

/** Nobody sees a byte of it before its end. */
async function pour(pieces: AsyncIterable<Uint8Array>, { files, path }: Place, signal: AbortSignal): Promise<void> {
  const upload = await files.openUpload(path, { signal });
  let at = 0;
  try {
    for await (const piece of pieces) {
      await upload.write(piece, at);
      at += piece.length;
    }
    await upload.commit();
  } catch (error) {
    await upload.discard().catch(() => undefined);
    throw error;
  }
}

async function isTaken(to: Place, signal: AbortSignal): Promise<boolean> {
  try {
    await to.files.stat(to.path, { signal });
    return true;
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return false;
    throw error;
  }
}

/** Copies one file. Throws a `CommandError` for flags that need bytes that stay as they are. */
export async function moveText(client: Client, from: OpenedPlace, to: OpenedPlace, progress: Progress): Promise<void> {
  const { options, signal } = client;
  const { ifExists } = copyOptions(options);
  for (const flag of ['resume', 'verify'])
    if (isOn(options, flag)) throw wrong(`--${flag}`, 'cannot be with ;type=a: text is translated on its way');
  const names = { from: from.label, to: to.label };
  const startedMs = systemClock.monotonic();
  progress.tell({ kind: 'started', ...names, sizeBytes: 0 });
  const isSkipped = ifExists !== 'replace' && (await isTaken(to, signal));
  if (isSkipped && ifExists === 'refuse') throw new FileError('exists', to.path);
  let sizeBytes = 0;
  if (!isSkipped) {
    const text = counted(textOrBytes(client, from), client, (bytes) => (sizeBytes += bytes));
    if (isText(to) && to.ftp !== undefined) await to.ftp.writeText(to.path, text, { signal });
    else await pour(text, to, signal);
  }
  progress.tell({
    kind: 'finished',
    ...names,
    sizeBytes,
    resumedAtBytes: 0,
    durationMs: systemClock.monotonic() - startedMs,
    retries: 0,
    verified: 'no',
    way: isSkipped ? 'skipped' : 'through-us',
    warnings: [],
  });
}
