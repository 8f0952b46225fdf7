/** What holds for all TFTP listeners. */
import { z } from 'zod';
import { parsePortRange } from '../port-range.ts';
import { count, path, readBy, seconds, size, virtualPath } from './values.ts';

const MOST_TRANSFERS = 100_000;
const MOST_NAMES = 10_000;

const bytes = z
  .int('must be a whole number')
  .min(512, 'must be 512 or more')
  .max(65_464, 'must be 65464 or less (RFC 2348)');

export const tftp = z.strictObject({
  ports: z.enum(['one-per-transfer', 'single'], 'must be one-per-transfer or single').optional(),
  transferPorts: readBy(parsePortRange, 'must be a range such as 40000-40100, within 1 and 65535').optional(),
  blockBytes: bytes.optional(),
  windowBlocks: count(65_535).optional(),
  fragments: z.enum(['allowed', 'avoided'], 'must be allowed or avoided').optional(),
  broadcast: z.enum(['ignored', 'answered'], 'must be ignored or answered').optional(),
  transfers: count(MOST_TRANSFERS).optional(),
  transfersPerAddress: count(MOST_TRANSFERS).optional(),
  uploadSize: size.optional(),
  transferSeconds: seconds.optional(),
  names: z
    .record(z.string().min(1, 'must not be empty'), virtualPath)
    .refine((names) => Object.keys(names).length <= MOST_NAMES, `must hold ${MOST_NAMES} names at most`)
    .optional(),
  nameMap: path.optional(),
});
