/** The names of all requests, in lower case, as `sftp-server -Q requests` lists them. */
import { EXTENSION_VERBS } from './extensions.ts';
import { REQUESTS } from './requests.ts';

export const REQUEST_NAMES: readonly string[] = [
  ...Array.from(REQUESTS.values(), ({ verb }) => verb.toLowerCase()),
  ...EXTENSION_VERBS,
];
