/** An account as it is written: in the file, or as JSON in a database and in the answer of a hook. */
import { z } from 'zod';
import { parseAuthorizedKey } from '../../accounts/authorized-key.ts';
import { isPasswordHash } from '../../base/password-hash.ts';
import { PROTOCOLS } from '../../base/protocol.ts';
import { access, accountPermissions, mounts } from './permissions.ts';
import { count, countFromZero, given, isMap, moment, networks, path, size, yesOrNo } from './values.ts';

const HASH = 'must be a hash made by `portcall user hash`, or one of bcrypt, scrypt or sha512-crypt';
const MOST = 1_000_000;
const MOST_KEYS = 100;

/** A line of `authorized_keys`. Options that nobody would keep are refused. */
const publicKey = z.string('must be a public key as in a .pub file').superRefine((line, context) => {
  const key = parseAuthorizedKey(line);
  if ('flaw' in key)
    context.addIssue({ code: 'custom', message: `must be a public key that can be kept to: ${key.flaw}` });
});

const rate = size.refine((bytes) => bytes > 0, 'must be more than 0');

const limits = z.strictObject({
  sessions: count(MOST).optional(),
  transfers: count(MOST).optional(),
  uploadBytesPerSecond: rate.optional(),
  downloadBytesPerSecond: rate.optional(),
  quotaBytes: size.optional(),
  quotaFiles: countFromZero(1_000_000_000_000).optional(),
});

const names = (what: string) =>
  z.array(z.string(`must be ${what}`).min(1, 'must not be empty').max(255, 'must be 255 characters at most'));

const stored = {
  name: z
    .string('must be a name in quotes')
    .min(1, 'must not be empty')
    .max(255, 'must be 255 characters at most')
    .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  passwordHash: z.string(HASH).refine(isPasswordHash, HASH).optional(),
  publicKeys: z.array(publicKey).max(MOST_KEYS, `must hold ${MOST_KEYS} keys at most`).optional(),
  certificateNames: names('a name in a certificate').max(MOST_KEYS, `must hold ${MOST_KEYS} names at most`).optional(),
  root: path.optional(),
  mounts: mounts.optional(),
  access: access.optional(),
  permissions: accountPermissions.optional(),
  networks: networks.min(1, 'must hold at least one network').optional(),
  protocols: z
    .array(z.enum(PROTOCOLS, `must be one of ${PROTOCOLS.join(', ')}`))
    .min(1, 'must name at least one protocol')
    .optional(),
  limits: limits.optional(),
  expires: moment.optional(),
  enabled: yesOrNo.optional(),
};

const oneTree = {
  message: 'must have either root or mounts, not both',
  when: isMap,
};
const oneRight = {
  message: 'must have either access or permissions, not both',
  when: isMap,
};

/** In JSON: a password is there as a hash or not at all. */
export const storedAccount = z
  .strictObject(stored, 'must be an account: { "name": …, "root": … }')
  .refine((value) => given(value.root, value.mounts) < 2, oneTree)
  .refine((value) => given(value.access, value.permissions) < 2, oneRight);

export type StoredAccount = z.output<typeof storedAccount>;

const fileShape = z.strictObject({
  ...stored,
  password: z.string('must be a text; put it in quotes').min(1, 'must not be empty').optional(),
});

/** Whether anything opens the account; a list that holds nothing does not. */
function isReachable(value: z.output<typeof fileShape>): boolean {
  // Asked beside other mistakes too, when a list may be anything.
  const lists: readonly unknown[] = [value.publicKeys, value.certificateNames];
  const isListed = lists.some((list) => Array.isArray(list) && list.length > 0);
  return value.enabled === false || isListed || given(value.passwordHash, value.password) > 0;
}

/** In the file, where a password may also stand in clear text. */
export const fileAccount = fileShape
  .refine((value) => given(value.root, value.mounts) < 2, oneTree)
  .refine((value) => given(value.access, value.permissions) < 2, oneRight)
  .refine((value) => given(value.passwordHash, value.password) < 2, {
    message: 'must have either passwordHash or password, not both',
    when: isMap,
  })
  .refine(isReachable, {
    message: 'must have passwordHash, password, publicKeys or certificateNames, or else enabled: false',
    when: isMap,
  });
