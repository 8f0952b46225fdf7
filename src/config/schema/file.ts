/**
 * What `portcall.yaml` may say, subject by subject in the files beside this one. Each key is described there, in
 * docs/portcall.example.yaml, and nowhere else.
 */
import { z } from 'zod';
import { fileAccount } from './account.ts';
import { bans, clients, limits, login } from './defences.ts';
import { connections, listener } from './listener.ts';
import { networkRule } from './network-rule.ts';
import { accountHook, audit, uploadHook } from './outside.ts';
import { ssh } from './ssh.ts';
import { tftp } from './tftp.ts';
import { tls } from './tls.ts';
import { path, secondsFromZero } from './values.ts';

export const fileSchema = z.strictObject(
  {
    root: path.optional(),
    listeners: z.array(listener).min(1, 'must name at least one listener').optional(),
    ...connections,
    tls: tls.optional(),
    tftp: tftp.optional(),
    ssh: ssh.optional(),
    accounts: z.array(fileAccount).optional(),
    accountDatabase: path.optional(),
    accountHook: accountHook.optional(),
    anonymous: z.strictObject({ root: path.optional() }).optional(),
    networks: z.array(networkRule).max(10_000, 'must hold 10000 rows at most').optional(),
    greeting: z
      .string('must be a text')
      .max(500, 'must be 500 characters at most')
      .regex(/^[^\r\n]*$/, 'must be one line')
      .optional(),
    graceSeconds: secondsFromZero(3600, 'an hour').optional(),
    log: z.enum(['text', 'json'], 'must be text or json').optional(),
    audit: audit.optional(),
    xferlog: path.optional(),
    uploadHook: uploadHook.optional(),
    state: path.optional(),
    limits: limits.optional(),
    login: login.optional(),
    bans: bans.optional(),
    clients: clients.optional(),
  },
  'must be a list of keys, such as `root: ./files`',
);

/** A file that fits the schema. Paths are as they were written. */
export type FileContents = z.output<typeof fileSchema>;
