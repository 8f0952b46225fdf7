/** Accounts that another program judges: each login is one HTTP POST, and no clear answer means no. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { LoginAttempt } from './account.ts';
import type { AccountDefinition, ParseDefinition } from './definition.ts';
import type { AccountSource } from './source.ts';
import { createTurnstile } from './turnstile.ts';

export interface HttpHookOptions {
  /** `http:` or `https:`, without user and password. */
  readonly url: string;
  /** From the request to the last byte of the answer. */
  readonly timeoutMs: number;
  /** How long an account that was given is given again without asking; 0 asks every time. */
  readonly cacheMs: number;
  /** Signs each body: `x-portcall-signature: sha256=` and the HMAC-SHA256 in hexadecimal. */
  readonly secret?: string;
  readonly clock: Clock;
  readonly parse: ParseDefinition;
  readonly fetch?: typeof fetch;
}

const MAX_ANSWER_BYTES = 65_536;
const MAX_CACHED = 10_000;
const REQUESTS = { running: 64, waiting: 1_000 };
const REFUSALS: ReadonlySet<number> = new Set([403, 404]);

/** Positive answers, by a digest of all that was asked. */
class Answers {
  readonly #key = randomBytes(32);
  // In the order of insertion, which is that of expiry.
  readonly #answers = new Map<string, { readonly definition: AccountDefinition; readonly untilMs: number }>();
  readonly #clock: Clock;
  readonly #cacheMs: number;

  constructor({ clock, cacheMs }: HttpHookOptions) {
    this.#clock = clock;
    this.#cacheMs = cacheMs;
  }

  get(body: string): AccountDefinition | undefined {
    const answer = this.#answers.get(this.#digest(body));
    return answer !== undefined && this.#clock.monotonic() < answer.untilMs ? answer.definition : undefined;
  }

  keep(body: string, definition: AccountDefinition): void {
    if (this.#cacheMs <= 0) return;
    const digest = this.#digest(body);
    this.#answers.delete(digest);
    this.#answers.set(digest, { definition, untilMs: this.#clock.monotonic() + this.#cacheMs });
    for (const [oldest, { untilMs }] of this.#answers) {
      if (this.#answers.size <= MAX_CACHED && this.#clock.monotonic() < untilMs) break;
      this.#answers.delete(oldest);
    }
  }

  #digest(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64');
  }
}

/** For logs: no query, where some put their keys. Throws a RangeError when it cannot be asked. */
function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new RangeError('the hook needs an http or https URL');
  if (url.username !== '' || url.password !== '') {
    throw new RangeError('the URL of the hook must not hold a password; sign with a secret instead');
  }
  return url.origin + url.pathname;
}

/** The answer's text. Rejects when it is too long. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = body ?? [];
  for await (const chunk of parts) {
    length += chunk.length;
    // Leaving the loop cancels the rest.
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Bytes of a name that are no UTF-8 travel as `\udc80` to `\udcff`, as Python writes and reads them too. */
function bodyOf({ name, password, address, protocol, certificateNames = [], publicKey }: LoginAttempt): string {
  const asked = { name, password, address, protocol, certificateNames };
  // As the account's own list has it, without what comes before and behind.
  const key = publicKey === undefined ? {} : { publicKey: Buffer.from(publicKey).toString('base64') };
  return JSON.stringify({ ...asked, ...key });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message quotes the answer, which may hold secrets.
    throw new Error('the answer is no JSON', { cause });
  }
}

/** fetch says no more than that it failed; why is in the cause. */
function reached(error: unknown): unknown {
  if (!(error instanceof TypeError && error.cause instanceof Error)) return error;
  const { cause } = error;
  const why = 'code' in cause ? String(cause.code) : cause.message;
  return new Error(`it cannot be reached (${why})`, { cause: error });
}

class Hook implements AccountSource {
  readonly name: string;
  readonly #options: HttpHookOptions;
  readonly #answers: Answers;
  readonly #turnstile = createTurnstile(REQUESTS);

  constructor(options: HttpHookOptions) {
    this.name = shownUrl(options.url);
    this.#options = options;
    this.#answers = new Answers(options);
  }

  async find(attempt: LoginAttempt): ReturnType<AccountSource['find']> {
    const body = bodyOf(attempt);
    const known = this.#answers.get(body);
    if (known !== undefined) return { definition: known, proof: 'given' };
    const definition = await this.#turnstile.run(() => this.#ask(body, attempt.signal), attempt.signal);
    if (definition === undefined) return undefined;
    this.#answers.keep(body, definition);
    return { definition, proof: 'given' };
  }

  async #ask(body: string, signal: AbortSignal | undefined): Promise<AccountDefinition | undefined> {
    const { clock, timeoutMs } = this.#options;
    const tooLate = new AbortController();
    const cancel = clock.after(timeoutMs, () => tooLate.abort(new Error(`no answer within ${timeoutMs} ms`)));
    const either = signal === undefined ? tooLate.signal : AbortSignal.any([tooLate.signal, signal]);
    try {
      return await this.#answer(body, either);
    } catch (error) {
      // What ended the wait, rather than how the request broke by it.
      either.throwIfAborted();
      throw reached(error);
    } finally {
      cancel();
    }
  }

  async #answer(body: string, signal: AbortSignal): Promise<AccountDefinition | undefined> {
    const { url, parse, fetch: send = fetch } = this.#options;
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#signature(body) },
      body,
      redirect: 'manual',
      signal,
    });
    if (response.status === 200) return parse(parsedJson(await textOf(response)), this.name);
    await response.body?.cancel();
    if (REFUSALS.has(response.status)) return undefined;
    throw new Error(`it answered with status ${response.status}`);
  }

  #signature(body: string): Record<string, string> {
    const { secret } = this.#options;
    if (secret === undefined) return {};
    return { 'x-portcall-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
  }
}

/**
 * A source that POSTs `{"name","password","address","protocol","certificateNames"}` as JSON, and `publicKey` (base64) in
 * place of a password where the client has a key: the definition that comes back must hold it in `publicKeys`. 200 with an account's
 * definition lets in; 403 and 404 are a no; anything else, a redirect, a body over 64 KiB or a time-out rejects, so that
 * nobody gets in. At most 64 requests are under way. Throws a RangeError for a URL that cannot be asked.
 */
export const httpHook = (options: HttpHookOptions): AccountSource => new Hook(options);
