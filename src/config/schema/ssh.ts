/** What holds for all SSH listeners, which serve SFTP and SCP. */
import { z } from 'zod';
import { LEGACY_ALGORITHMS } from '../../base/legacy-algorithm.ts';
import { count, moment, networks, path, seconds, size, yesOrNo } from './values.ts';

const MOST_KEYS = 10;
const MOST_ROWS = 1_000;
const SMALLEST_REKEY_BYTES = 1024 * 1024;

const legacyRow = z.strictObject({
  clients: networks.min(1, 'must name the networks of the old devices'),
  algorithms: z
    .array(z.enum(LEGACY_ALGORITHMS, `must be one of ${LEGACY_ALGORITHMS.join(', ')}`))
    .min(1, 'must name at least one algorithm'),
  reason: z.string('must be a text').min(1, 'must say why').max(500, 'must be 500 characters at most'),
  until: moment,
});

export const ssh = z.strictObject({
  hostKeys: z
    .array(path)
    .min(1, 'must name at least one key')
    .max(MOST_KEYS, `must name ${MOST_KEYS} keys at most`)
    .optional(),
  scp: z.enum(['served', 'off'], 'must be served or off').optional(),
  keyboardInteractive: yesOrNo.optional(),
  loginTries: count(100).optional(),
  idleSeconds: seconds.optional(),
  rekeySize: size.refine((bytes) => bytes >= SMALLEST_REKEY_BYTES, 'must be 1 MiB or more').optional(),
  rekeySeconds: seconds.optional(),
  legacy: z.array(legacyRow).max(MOST_ROWS, `must hold ${MOST_ROWS} rows at most`).optional(),
});
