/** What clients of a network may do without a login. */
import { z } from 'zod';
import { mounts, networkPermissions } from './permissions.ts';
import { given, isMap, networks, path } from './values.ts';

/** Doors that can be passed without a password. */
const OPEN_PROTOCOLS = ['ftp', 'ftps', 'tftp'] as const;
const EVERYWHERE: readonly string[] = ['0.0.0.0/0', '::/0'];

export const networkRule = z
  .strictObject({
    clients: z.union([
      networks.element.transform((text): readonly string[] => [text]),
      z.literal('any').transform(() => EVERYWHERE),
      networks.min(1, 'must hold at least one network'),
    ]),
    root: path.optional(),
    mounts: mounts.optional(),
    protocols: z
      .array(z.enum(OPEN_PROTOCOLS, `must be one of ${OPEN_PROTOCOLS.join(', ')}: the others ask for a login`))
      .min(1, 'must name at least one protocol')
      .default([...OPEN_PROTOCOLS]),
    allow: networkPermissions.min(1, 'must have at least one row'),
  })
  .refine((value) => given(value.root, value.mounts) < 2, {
    message: 'must have either root or mounts, not both',
    when: isMap,
  });
