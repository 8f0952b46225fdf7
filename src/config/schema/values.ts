/** The kinds of values that keys have, each with the sentence that a wrong one is answered with. */
import { z } from 'zod';
import { parseNetwork } from '../../base/cidr.ts';
import { ROOT, resolvePath } from '../../base/virtual-path.ts';
import { parseByteSize } from '../byte-size.ts';
import { parseMoment } from '../moment.ts';

const WEEK_SECONDS = 86_400 * 7;

export const seconds = z
  .number('must be a number of seconds')
  .positive('must be more than 0 seconds')
  .max(WEEK_SECONDS, 'must be a week at most');

/** Seconds up to `most`, which `mostText` names; 0 is allowed. */
export const secondsFromZero = (most: number, mostText: string): z.ZodNumber =>
  z.number('must be a number of seconds').min(0, 'must be 0 or more').max(most, `must be ${mostText} at most`);

const whole = 'must be a whole number';

export const count = (most: number): z.ZodNumber =>
  z.int(whole).min(1, 'must be 1 or more').max(most, `must be ${most} or less`);

export const countFromZero = (most: number): z.ZodNumber =>
  z.int(whole).min(0, 'must be 0 or more').max(most, `must be ${most} or less`);

export const yesOrNo = z.boolean('must be true or false');

export const path = z.string('must be a path').min(1, 'must not be empty');

/** A text that a function can read; its meaning is the value. */
export const readBy = <T>(
  read: (text: string) => T | undefined,
  message: string,
): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> =>
  z.string(message).transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

const SIZE = 'must be a size such as 10 MiB, 1G or a number of bytes';

/** Bytes. */
export const size = z.union([z.number(SIZE), z.string(SIZE)]).transform((written, context) => {
  const bytes = parseByteSize(written);
  if (bytes !== undefined) return bytes;
  context.addIssue({ code: 'custom', message: SIZE });
  return z.NEVER;
});

/** Milliseconds since 1970. */
export const moment = readBy(
  parseMoment,
  'must be a date or a time in UTC, such as 2027-01-31 or 2027-01-31T18:00:00Z',
);

const NETWORK = 'must be a network such as 10.0.0.0/8, 2001:db8::/32, or one address';
const MANY = 10_000;

const network = z.string(NETWORK).refine((text) => parseNetwork(text) !== undefined, NETWORK);

export const networks = z
  .array(network, 'must be a list of networks such as [10.0.0.0/8]')
  .max(MANY, `must hold ${MANY} networks at most`);

/** `/images`: absolute, normalised, never led upwards. */
export const virtualPath = readBy((text) => {
  if (!text.startsWith('/') || text.split('/').includes('..')) return undefined;
  const resolved = resolvePath(ROOT, text);
  return resolved === undefined ? undefined : String(resolved);
}, 'must be a path that begins with / and holds no ..');

/** For refinements that speak beside other mistakes, so that all are told at once. */
export const isMap = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How many of these keys a map has. */
export const given = (...values: readonly unknown[]): number => values.filter((value) => value !== undefined).length;
