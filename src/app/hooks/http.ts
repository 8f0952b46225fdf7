/**
 * Tells a web server of uploads, or asks it whether they may be published: a POST with the notice as JSON, signed with a
 * secret that both know. The receiver computes `sha256=` and the HMAC-SHA-256 of the body it got, in hexadecimal, and
 * compares that with `X-Portcall-Signature` before it believes a word.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { UploadNotice } from '../../files/wrap/announced.ts';
import type { Observer } from '../../observe/event.ts';
import type { Receiver } from './receiver.ts';
import { type Delivery, ToldQueue } from './told-queue.ts';

export interface HttpHookOptions {
  /** `http:` or `https:`; redirections are not followed. */
  readonly url: string;
  /** The key of the signature; left out, nothing is signed. */
  readonly secret?: string;
  /** Until the whole answer must be there; 10 s unless told. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly observe: Observer;
  /** Bounds of what waits; see `ToldQueue`. */
  readonly limit?: number;
  readonly tries?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const SIGNATURE_HEADER = 'X-Portcall-Signature';
/** Answers of 4xx that are about this moment and not about the notice (RFC 9110 §15.5.9, RFC 6585 §4, RFC 8470 §5.2). */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the body must be signed as: `sha256=` and the HMAC in hexadecimal. */
export const signatureOf = (body: string, secret: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The URL without what may be secret in it. */
function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Throws a TypeError when the URL is none. */
export function createHttpHook(options: HttpHookOptions): Receiver {
  const { url, clock, observe, limit, tries } = options;
  const name = `the upload hook ${shownUrl(url)}`;
  const queue = new ToldQueue({
    name,
    clock,
    observe,
    atOnce: 1,
    ...(limit === undefined ? {} : { limit }),
    ...(tries === undefined ? {} : { tries }),
    send: async (notice, signal) => deliveryOf(await post(notice, options, signal)),
  });
  return {
    told: (notice) => queue.add(notice),
    async decides(notice) {
      try {
        const status = await post(notice, options);
        if (isAgreement(status)) return true;
        observe({ kind: 'note', text: `${name} refused ${notice.path} of ${notice.account} with status ${status}` });
      } catch (cause) {
        observe({ kind: 'fault', where: `${name}, so ${notice.path} of ${notice.account} was refused`, cause });
      }
      return false;
    },
    close: (graceMs) => queue.close(graceMs),
  };
}

const isAgreement = (status: number): boolean => status >= 200 && status < 300;

function deliveryOf(status: number): Delivery {
  if (isAgreement(status)) return { outcome: 'taken' };
  const reason = `status ${status}`;
  if (status >= 300 && status < 500 && !LATER.has(status)) return { outcome: 'refused', reason };
  return { outcome: 'failed', cause: reason };
}

/** The status of the answer. Rejects when there is none in time; a redirection counts as none. */
async function post(
  notice: UploadNotice,
  { url, secret, timeoutMs = DEFAULT_TIMEOUT_MS, clock }: HttpHookOptions,
  signal?: AbortSignal,
): Promise<number> {
  const body = JSON.stringify(notice);
  const late = new AbortController();
  const cancel = clock.after(timeoutMs, () => late.abort(new Error(`no answer within ${timeoutMs / 1000} s`)));
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'portcall',
        ...(secret === undefined ? {} : { [SIGNATURE_HEADER]: signatureOf(body, secret) }),
      },
      body,
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    });
    // Only the status counts; what else comes is not read, however much it is.
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw plainCause(error);
  } finally {
    cancel();
  }
}

/** `fetch failed` says nothing; what is behind it does. */
const plainCause = (error: unknown): unknown =>
  error instanceof TypeError && error.cause !== undefined ? error.cause : error;
