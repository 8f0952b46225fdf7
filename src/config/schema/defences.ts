/** Bounds, bans and who is kept out. */
import { z } from 'zod';
import { OFFENCES, type Offence } from '../../accounts/ban-list.ts';
import { count, countFromZero, networks, seconds, secondsFromZero, yesOrNo } from './values.ts';

const MOST = 1_000_000;
const YEAR_SECONDS = 366 * 86_400;

export const limits = z.strictObject({
  connections: count(MOST).optional(),
  connectionsPerAddress: count(MOST).optional(),
  connectionsPerMinutePerAddress: count(MOST).optional(),
  loginsPerMinutePerAddress: count(MOST).optional(),
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

export const login = z.strictObject({ failureDelaySeconds: secondsFromZero(60, '60 seconds').optional() });

const banSeconds = z
  .number('must be a number of seconds')
  .positive('must be more than 0 seconds')
  .max(YEAR_SECONDS, 'must be a year at most');

// One key for each offence, of one kind.
const points = Object.fromEntries(OFFENCES.map((offence) => [offence, countFromZero(MOST).optional()])) as {
  readonly [offence in Offence]: z.ZodOptional<z.ZodNumber>;
};

export const bans = z
  .strictObject({
    enabled: yesOrNo.optional(),
    threshold: count(MOST).optional(),
    windowSeconds: seconds.optional(),
    banSeconds: banSeconds.optional(),
    longestBanSeconds: banSeconds.optional(),
    repeatSeconds: banSeconds.optional(),
    points: z.strictObject(points).optional(),
    allow: networks.optional(),
  })
  .refine((value) => (value.longestBanSeconds ?? Infinity) >= (value.banSeconds ?? 0), {
    message: 'must not be less than banSeconds',
    path: ['longestBanSeconds'],
  });

export const clients = z.strictObject({ allow: networks.optional(), deny: networks.optional() });
