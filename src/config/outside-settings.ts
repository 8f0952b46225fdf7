/** The database and the hook that know accounts, the logs beside the log, and the hook for uploads. */
import { resolve } from 'node:path';
import { pathIn, secretIn, type Origin } from './origin.ts';
import { present } from './present.ts';
import type { Problem } from './problem.ts';
import type { AccountHookSettings, ServeSettings, UploadHookSettings } from './serve-settings.ts';

const ACCOUNT_TIMEOUT_SECONDS = 5;
const ACCOUNT_CACHE_SECONDS = 60;
const UPLOAD_TIMEOUT_SECONDS = 30;

export function accountHookOf(origin: Origin): AccountHookSettings | undefined {
  const written = origin.contents.accountHook;
  if (written === undefined) return undefined;
  return {
    url: written.url,
    timeoutMs: Math.ceil((written.timeoutSeconds ?? ACCOUNT_TIMEOUT_SECONDS) * 1000),
    cacheMs: Math.ceil((written.cacheSeconds ?? ACCOUNT_CACHE_SECONDS) * 1000),
    ...present('secret', secretIn(origin, written, 'accountHook')),
  };
}

export function uploadHookOf(origin: Origin): UploadHookSettings | undefined {
  const written = origin.contents.uploadHook;
  if (written === undefined) return undefined;
  const { url, program = [], timeoutSeconds = UPLOAD_TIMEOUT_SECONDS, decides = false } = written;
  const common = { timeoutMs: Math.ceil(timeoutSeconds * 1000), decides };
  if (url !== undefined)
    return { kind: 'http', url, ...common, ...present('secret', secretIn(origin, written, 'uploadHook')) };
  const [first = '', ...more] = program;
  return {
    kind: 'program',
    words: [first.includes('/') ? resolve(origin.directory, first) : first, ...more],
    ...common,
  };
}

export function auditOf(origin: Origin): ServeSettings['audit'] {
  const written = origin.contents.audit;
  if (written === undefined) return undefined;
  return {
    path: resolve(origin.directory, written.file),
    listings: written.listings === true ? 'written' : 'left-out',
  };
}

/** Two logs in one file would spoil each other. */
export function logProblems(origin: Origin): Problem[] {
  const xferlog = pathIn(origin, origin.contents.xferlog);
  if (xferlog === undefined || xferlog !== auditOf(origin)?.path) return [];
  return [{ where: origin.placeOf('xferlog'), what: 'is the file of audit too; name another one' }];
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|\[::1\])$/;

/** Names and passwords pass through the account hook. */
export function hookWarnings({ contents, placeOf }: Origin): string[] {
  const url = contents.accountHook === undefined ? null : URL.parse(contents.accountHook.url);
  if (url?.protocol !== 'http:' || LOOPBACK.test(url.hostname)) return [];
  return [`${placeOf('accountHook', 'url')}: sends names and passwords in the clear; use https://`];
}
