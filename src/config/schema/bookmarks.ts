/** What the file of bookmarks may say: names, each with a URL and with what connecting there needs. */
import { z } from 'zod';
import { count, countFromZero, path, seconds, yesOrNo } from './values.ts';

/** Two letters at least: one alone is a drive of Windows. */
export const BOOKMARK_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{1,62}$/;

const text = z.string('must be a text').min(1, 'must not be empty');

/** Keys are the long flags of the command line, without their dashes. */
const bookmark = z.strictObject(
  {
    url: text,
    user: text.optional(),
    'password-file': path.optional(),
    ca: path.optional(),
    pin: text.optional(),
    cert: path.optional(),
    key: path.optional(),
    insecure: yesOrNo.optional(),
    'tls-min': z.enum(['1.2', '1.3'], "must be '1.2' or '1.3'").optional(),
    active: yesOrNo.optional(),
    announce: text.optional(),
    'active-ports': text.optional(),
    'allow-other-host': yesOrNo.optional(),
    connections: count(1000).optional(),
    'connect-timeout': seconds.optional(),
    timeout: seconds.optional(),
    retries: countFromZero(1000).optional(),
    direct: yesOrNo.optional(),
  },
  'must be a map with a url',
);

export const bookmarksSchema = z.record(z.string().regex(BOOKMARK_NAME), bookmark, {
  error: ({ code }) =>
    code === 'invalid_key'
      ? 'must be a name of 2 to 63 letters, digits, dots, dashes and underscores'
      : 'must be a map of names',
});

export type Bookmark = z.infer<typeof bookmark>;
