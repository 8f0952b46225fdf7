/** Whether a file of the device is an image as it was signed: read through, with a dot for each piece. */
import { createHash } from 'node:crypto';
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { inspectFile } from '../boot/loadable.ts';
import { type Spot, spotText } from '../state/volumes.ts';
import { asFileError, sayingOf } from '../copy/failure.ts';

const CHUNK_BYTES = 1024 * 1024;
const MIB = 1024 * 1024;

/** Reads a file through; dots are shown as it goes. */
export async function* hashed(call: Call, spot: Spot, take: (piece: Uint8Array) => void): AsyncGenerator<string> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const slow = call.system.faults.value('slow-verify') ?? 0;
  await using reader = await spot.volume.files.openReader(spot.path).catch((error: unknown) => {
    throw new CommandRefusal(`%Error opening ${spotText(spot)} (${sayingOf(asFileError(error))})`);
  });
  for (let position = 0; ;) {
    call.signal.throwIfAborted();
    const count = await reader.read(buffer, position);
    if (count === 0) break;
    take(buffer.subarray(0, count));
    position += count;
    if (slow > 0) await call.system.faults.wait((slow * count) / MIB);
    yield '.';
  }
}

const spaced = (text: string): string => text.toUpperCase();

/** Checks the signature within an image; gives whether it is right. */
export async function* verification(call: Call, spot: Spot): AsyncGenerator<string, boolean> {
  const shown = spotText(spot);
  yield `Verifying file integrity of ${shown}`;
  const sha1 = createHash('sha1');
  yield* hashed(call, spot, (piece) => void sha1.update(piece));
  const computed = spaced(sha1.digest('hex'));
  await using reader = await spot.volume.files.openReader(spot.path);
  const { state, embedded = '', computed: sha2, facts } = await inspectFile(reader);
  if (facts === undefined || state === 'cut') {
    yield `\n%ERROR: Signature not found in file ${shown}.\n`;
    return false;
  }
  if (state === 'damaged') {
    yield `\n%ERROR: Digital signature is not valid.\n%ERROR: Computed hash does not match the embedded hash in ${shown}\n`;
    return false;
  }
  yield [
    '',
    `Embedded Hash   SHA1 : ${computed}`,
    `Computed Hash   SHA1 : ${computed}`,
    'Starting image verification',
    'Hash Computation:    100%Done!',
    'Computed Hash   SHA2: ',
    ...(spaced(sha2).match(/.{1,32}/g) ?? []).map((line) => `                      ${line}`),
    'Embedded Hash   SHA2: ',
    ...(spaced(embedded === '' ? sha2 : embedded).match(/.{1,32}/g) ?? []).map(
      (line) => `                      ${line}`,
    ),
    '',
    `Digital signature successfully verified in file ${shown}`,
    '',
    '',
  ].join('\n');
  return true;
}
