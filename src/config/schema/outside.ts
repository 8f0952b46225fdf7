/** What is asked and told outside the program: a database and a hook for accounts, logs of transfers, a hook for uploads. */
import { z } from 'zod';
import { given, isMap, path, readBy, secondsFromZero, yesOrNo } from './values.ts';

const URL_TEXT = 'must be a URL such as https://accounts.example.net/login, without name and password in it';

const hookUrl = readBy((text) => {
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return url !== null && isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}, URL_TEXT);

const timeoutSeconds = z
  .number('must be a number of seconds')
  .positive('must be more than 0 seconds')
  .max(600, 'must be 600 seconds at most');

const SHORTEST_SECRET = 16;
const secrets = {
  secret: z
    .string('must be a text; put it in quotes')
    .min(SHORTEST_SECRET, `must have ${SHORTEST_SECRET} characters or more`)
    .optional(),
  secretFile: path.optional(),
};
const oneSecret = { message: 'must have either secret or secretFile, not both', when: isMap };

export const accountHook = z
  .strictObject({
    url: hookUrl,
    timeoutSeconds: timeoutSeconds.optional(),
    cacheSeconds: secondsFromZero(86_400, 'a day').optional(),
    ...secrets,
  })
  .refine(({ secret, secretFile }) => given(secret, secretFile) < 2, oneSecret);

export const audit = z.strictObject({ file: path, listings: yesOrNo.optional() });

const PROGRAM = 'must be a list of words, such as [/usr/local/bin/uploaded, --now]';
const program = z.array(z.string(PROGRAM).regex(/^[^\0]*$/, 'must not hold a NUL'), PROGRAM).min(1, PROGRAM);

export const uploadHook = z
  .strictObject({
    url: hookUrl.optional(),
    program: program.refine(([first]) => first !== '', 'must begin with the name of a program').optional(),
    timeoutSeconds: timeoutSeconds.optional(),
    decides: yesOrNo.optional(),
    ...secrets,
  })
  .refine(({ secret, secretFile }) => given(secret, secretFile) < 2, oneSecret)
  .refine(({ url, program: words }) => given(url, words) === 1, {
    message: 'must have either url or program',
    when: isMap,
  })
  .refine(({ program: words, secret, secretFile }) => words === undefined || given(secret, secretFile) === 0, {
    message: 'has no use for a secret: a secret signs what is posted to a url',
    path: ['program'],
    when: isMap,
  });
