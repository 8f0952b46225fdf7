/** What `portcall.yaml` may say. Each key is described here, in docs/portcall.example.yaml, and nowhere else. */
import { z } from 'zod';
import { isPasswordHash } from '../accounts/hash/schemes.ts';
import { parseNetwork } from '../base/cidr.ts';
import { parseListenUrl } from './listen-url.ts';
import { isMasqueradeAddress } from './masquerade-address.ts';
import { parsePortRange } from './port-range.ts';

const seconds = z
  .number('must be a number of seconds')
  .positive('must be more than 0 seconds')
  .max(86_400 * 7, 'must be a week at most');
const count = (most: number): z.ZodNumber =>
  z.int('must be a whole number').min(1, 'must be 1 or more').max(most, `must be ${most} or less`);
const path = z.string('must be a path').min(1, 'must not be empty');

const listenUrl = z.string('must be a URL such as ftp://127.0.0.1:2121').transform((text, context) => {
  const parsed = parseListenUrl(text);
  if (typeof parsed !== 'string') return parsed;
  context.addIssue({ code: 'custom', message: parsed });
  return z.NEVER;
});

const portRange = z.string('must be a range such as 50000-50100').transform((text, context) => {
  const parsed = parsePortRange(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be a range such as 50000-50100, within 1 and 65535' });
  return z.NEVER;
});

const masquerade = z.strictObject({
  clients: z
    .string('must be a network such as 10.0.0.0/8, or any')
    .refine(
      (text) => text === 'any' || parseNetwork(text) !== undefined,
      'must be a network such as 10.0.0.0/8, or any',
    ),
  address: z
    .string('must be an IPv4 address or a host name')
    .refine(isMasqueradeAddress, 'must be an IPv4 address or a host name'),
});

/** Told once for a listener, or once for all of them. */
const dataConnections = { passivePorts: portRange.optional(), masquerade: z.array(masquerade).optional() };

const listenerRow = z.strictObject({ url: listenUrl, ...dataConnections });

/** A URL alone stands for a row that holds nothing else. */
const listener = z.union([listenUrl.transform((url): z.output<typeof listenerRow> => ({ url })), listenerRow]);

const account = z
  .strictObject({
    name: z.string('must be a name in quotes').min(1, 'must not be empty').max(255, 'must be 255 characters at most'),
    passwordHash: z
      .string('must be a hash made by `portcall user hash`')
      .refine(isPasswordHash, 'must be a hash made by `portcall user hash`')
      .optional(),
    password: z.string('must be a text; put it in quotes').min(1, 'must not be empty').optional(),
    root: path.optional(),
    access: z.enum(['read-only', 'read-write'], 'must be read-only or read-write').default('read-write'),
  })
  .refine((value) => (value.passwordHash === undefined) !== (value.password === undefined), {
    message: 'must have either passwordHash or password',
    // Also beside other mistakes, so that all are told at once.
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  });

const limits = z.strictObject({
  connections: count(1_000_000).optional(),
  connectionsPerAddress: count(1_000_000).optional(),
  loginSeconds: seconds.optional(),
  idleSeconds: seconds.optional(),
  stallSeconds: seconds.optional(),
  dataConnectSeconds: seconds.optional(),
  replyStallSeconds: seconds.optional(),
  passwordTries: count(100).optional(),
  lineBytes: z
    .int('must be a whole number')
    .min(512, 'must be 512 bytes or more')
    .max(1_048_576, 'must be 1048576 bytes at most')
    .optional(),
  queuedCommands: count(10_000).optional(),
  globEntries: count(100_000_000).optional(),
  globSeconds: seconds.optional(),
  sortedEntries: count(100_000_000).optional(),
});

const login = z.strictObject({
  failures: count(100_000).optional(),
  windowSeconds: seconds.optional(),
  lockoutSeconds: seconds.optional(),
  failureDelaySeconds: z
    .number('must be a number of seconds')
    .min(0, 'must be 0 or more')
    .max(60, 'must be 60 seconds at most')
    .optional(),
});

export const fileSchema = z.strictObject(
  {
    root: path.optional(),
    listeners: z.array(listener).min(1, 'must name at least one listener').optional(),
    ...dataConnections,
    accounts: z.array(account).optional(),
    anonymous: z.strictObject({ root: path.optional() }).optional(),
    greeting: z
      .string('must be a text')
      .max(500, 'must be 500 characters at most')
      .regex(/^[^\r\n]*$/, 'must be one line')
      .optional(),
    graceSeconds: z
      .number('must be a number of seconds')
      .min(0, 'must be 0 or more')
      .max(3600, 'must be an hour at most')
      .optional(),
    log: z.enum(['text', 'json'], 'must be text or json').optional(),
    state: path.optional(),
    limits: limits.optional(),
    login: login.optional(),
  },
  'must be a list of keys, such as `root: ./files`',
);

/** A file that fits the schema. Paths are as they were written. */
export type FileContents = z.output<typeof fileSchema>;
