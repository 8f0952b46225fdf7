/** scrypt (RFC 7914) as a PHC string, `$scrypt$ln=14,r=8,p=1$salt$hash`: what passlib and others make. */
import { scrypt, timingSafeEqual } from 'node:crypto';
import type { HashScheme } from './scheme.ts';

const MAX_MEMORY_BYTES = 256 * 1_048_576;
/** Memory times lanes: about the time of four of the largest. */
const MAX_WORK_BYTES = 1_024 * 1_048_576;
/** What Node takes beside the table itself. */
const SLACK_BYTES = 1_048_576;

const SHAPE = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

interface ScryptCost {
  readonly log2N: number;
  readonly blockSize: number;
  readonly lanes: number;
}

/** RFC 7914 §2: the table has N blocks of 128 · r bytes. */
const memoryBytes = ({ log2N, blockSize }: ScryptCost): number => 128 * blockSize * 2 ** log2N;

function isBearable(cost: ScryptCost): boolean {
  const { log2N, blockSize, lanes } = cost;
  if (log2N < 1 || blockSize < 1 || lanes < 1) return false;
  return memoryBytes(cost) <= MAX_MEMORY_BYTES && memoryBytes(cost) * lanes <= MAX_WORK_BYTES;
}

const compute = (password: Uint8Array, salt: Uint8Array, tagBytes: number, cost: ScryptCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { log2N, blockSize, lanes } = cost;
    const maxmem = memoryBytes(cost) + 128 * blockSize * lanes + SLACK_BYTES;
    const options = { N: 2 ** log2N, r: blockSize, p: lanes, maxmem };
    scrypt(password, salt, tagBytes, options, (error, tag) => (error === null ? resolve(tag) : reject(error)));
  });

/** On Node's own threads; at most 256 MiB. */
export const scryptScheme: HashScheme = {
  prefixes: ['$scrypt$'],
  parse(text) {
    const match = SHAPE.exec(text);
    if (match === null) return undefined;
    const cost = { log2N: Number(match[1]), blockSize: Number(match[2]), lanes: Number(match[3]) };
    if (!isBearable(cost)) return undefined;
    const salt = Buffer.from(match[4] ?? '', 'base64');
    const tag = Buffer.from(match[5] ?? '', 'base64');
    return async (password) => timingSafeEqual(await compute(password, salt, tag.length, cost), tag);
  },
};
