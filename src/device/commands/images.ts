/** Commands about images: verify, archive download-sw, install mode. */
import { createHash } from 'node:crypto';
import type { Call, CommandRow } from '../command.ts';
import { hashed, verification } from './verification.ts';
import { spotText } from '../state/volumes.ts';
import { spotOf } from './files.ts';

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

/** The signature within an image. */
async function* verify(call: Call): AsyncGenerator<string> {
  yield* verification(call, spotOf(call, call.args.text('url') ?? ''));
}

const hasSha512: CommandRow['on'] = ({ hash }) => hash.includes('sha512');

/** Commands about images. */
export const IMAGE_COMMANDS: readonly CommandRow[] = [
  { syntax: 'verify <url:file>', privilege: 15, run: verify },
  { syntax: 'verify /md5 <url:file> [<signature:word>]', privilege: 15, run: digest },
  { syntax: 'verify /sha512 <url:file> [<signature:word>]', privilege: 15, on: hasSha512, run: digest },
];
