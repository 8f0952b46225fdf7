/** Commands about images: verify, archive download-sw, install mode. */
import { createHash } from 'node:crypto';
import type { Call, CommandRow } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { inspectFile } from '../boot/loadable.ts';
import { asFileError, sayingOf } from '../copy/failure.ts';
import { type Spot, spotText } from '../state/volumes.ts';
import { spotOf } from './files.ts';

const CHUNK_BYTES = 1024 * 1024;
const MIB = 1024 * 1024;

/** Reads a file through; dots are shown as it goes. */
async function* hashed(call: Call, spot: Spot, take: (piece: Uint8Array) => void): AsyncGenerator<string> {
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

/** A digest on the device, compared where somebody told what it should be. */
async function* digest(call: Call): AsyncGenerator<string> {
  const algorithm = call.args.has('/sha512') ? 'sha512' : 'md5';
  const named = call.args.text('url') ?? '';
  const spot = spotOf(call, named);
  const hash = createHash(algorithm);
  yield* hashed(call, spot, (piece) => void hash.update(piece));
  const computed = hash.digest('hex');
  const submitted = call.args.text('signature');
  const shown = named.includes(':') ? named : spotText(spot);
  yield '.Done!\n';
  if (submitted === undefined) yield `verify /${algorithm} (${shown}) = ${computed}\n\n`;
  else if (submitted.toLowerCase() === computed) yield `Verified (${shown}) = ${computed}\n\n`;
  else yield `%Error verifying ${shown}\nComputed signature  = ${computed}\nSubmitted signature = ${submitted}\n\n`;
}

const spaced = (text: string): string => text.toUpperCase();

/** The signature within an image. */
async function* verify(call: Call): AsyncGenerator<string> {
  const spot = spotOf(call, call.args.text('url') ?? '');
  const shown = spotText(spot);
  yield `Verifying file integrity of ${shown}`;
  const sha1 = createHash('sha1');
  yield* hashed(call, spot, (piece) => void sha1.update(piece));
  const computed = spaced(sha1.digest('hex'));
  await using reader = await spot.volume.files.openReader(spot.path);
  const { state, embedded = '', computed: sha2, facts } = await inspectFile(reader);
  if (facts === undefined || state === 'damaged' || state === 'cut') {
    yield `\n%ERROR: Signature not found in file ${shown}.\n%ERROR: Digital signature is not valid.\n%ERROR: Computed hash does not match the embedded hash in ${shown}\n`;
    return;
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
}

const hasSha512: CommandRow['on'] = ({ hash }) => hash.includes('sha512');

/** Commands about images. */
export const IMAGE_COMMANDS: readonly CommandRow[] = [
  { syntax: 'verify <url:file>', privilege: 15, run: verify },
  { syntax: 'verify /md5 <url:file> [<signature:word>]', privilege: 15, run: digest },
  { syntax: 'verify /sha512 <url:file> [<signature:word>]', privilege: 15, on: hasSha512, run: digest },
];
