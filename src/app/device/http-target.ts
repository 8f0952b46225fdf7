/** `copy http:` and `copy https:` of a device: one GET or PUT (RFC 9110 §9.3) for each file, streamed. */
import { type ClientRequest, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { OpenedTarget, TransferTarget } from '../../device/index.ts';
import { FileError, type FileErrorKind, type FileReader, type Upload } from '../../files/index.ts';

export interface HttpOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type Outcome = FileErrorKind | undefined;

/** What an answer means; `undefined`: it is what was asked for. */
function failureOf(status: number): Outcome {
  if (status >= 200 && status < 300) return undefined;
  if (status === 401 || status === 403) return 'login-refused';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 507 || status === 413) return 'full';
  return status >= 500 ? 'io' : 'rejected';
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '');
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT']);

function asFileError(cause: unknown, path: VirtualPath): FileError {
  if (cause instanceof FileError) return cause;
  return new FileError(UNREACHABLE.has(codeOf(cause)) ? 'unreachable' : 'connection-lost', path, { cause });
}

class HttpTarget {
  readonly #target: TransferTarget;
  readonly #options: HttpOptions;

  constructor(target: TransferTarget, options: HttpOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** A request that is on its way, and its answer; both reject for what no answer comes to. */
  send(
    method: 'GET' | 'PUT',
    sizeBytes?: number,
  ): { readonly sent: ClientRequest; readonly answer: Promise<IncomingMessage> } {
    const { scheme, host, port, user, password = '', path } = this.#target;
    const { timeoutMs, signal } = this.#options;
    const { promise: answer, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options: RequestOptions = {
      method,
      host,
      port: port ?? (scheme === 'https' ? 443 : 80),
      path: encodeURI(`/${path.replace(/^\//, '')}`),
      signal,
      timeout: timeoutMs,
      agent: false,
      ...(user !== undefined && { auth: `${user}:${password}` }),
      ...(sizeBytes !== undefined && { headers: { 'content-length': sizeBytes } }),
    };
    // A device has no list of authorities, as an IOS without trustpoints has none.
    const sent = scheme === 'https' ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    sent.on('response', resolve);
    sent.on('error', (cause) => reject(asFileError(cause, ROOT)));
    sent.on('timeout', () => sent.destroy(new FileError('timed-out', ROOT)));
    answer.catch(() => undefined);
    return { sent, answer };
  }

  async openReader(path: VirtualPath): Promise<FileReader> {
    const { sent, answer } = this.send('GET');
    sent.end();
    const response = await answer;
    const failure = failureOf(response.statusCode ?? 0);
    if (failure !== undefined) {
      response.resume();
      throw new FileError(failure, path, { detail: `the server answers ${response.statusCode}` });
    }
    return new BodyReader(response, path);
  }

  openUpload(path: VirtualPath, options: { readonly sizeBytes?: number } = {}): Promise<Upload> {
    const { sent, answer } = this.send('PUT', options.sizeBytes);
    return Promise.resolve(new BodyUpload(sent, answer, path));
  }
}

/** Reads the body of an answer from its beginning to its end. */
class BodyReader implements FileReader {
  readonly entry: FileReader['entry'];
  readonly #response: IncomingMessage;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #path: VirtualPath;
  #rest: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(response: IncomingMessage, path: VirtualPath) {
    const length = response.headers['content-length'];
    this.#response = response;
    this.#path = path;
    this.#pieces = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.entry = {
      name: path.slice(path.lastIndexOf('/') + 1),
      type: 'file',
      sizeBytes: Number(length ?? 0),
      sizeIs: length === undefined ? 'unknown' : 'seen',
      modifiedMs: Date.parse(response.headers['last-modified'] ?? '') || 0,
    };
  }

  async read(into: Uint8Array, positionBytes: number): Promise<number> {
    if (positionBytes !== this.#position) throw new FileError('bad-offset', this.#path);
    try {
      while (this.#rest.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) return 0;
        this.#rest = next.value;
      }
    } catch (cause) {
      throw asFileError(cause, this.#path);
    }
    const count = this.#rest.copy(into);
    this.#rest = this.#rest.subarray(count);
    this.#position += count;
    return count;
  }

  close(): Promise<void> {
    this.#response.destroy();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Writes the body of a PUT; the server's answer is the end of it. */
class BodyUpload implements Upload {
  readonly startBytes = 0;
  readonly #sent: ClientRequest;
  readonly #answer: Promise<IncomingMessage>;
  readonly #path: VirtualPath;
  #sizeBytes = 0;

  constructor(sent: ClientRequest, answer: Promise<IncomingMessage>, path: VirtualPath) {
    this.#sent = sent;
    this.#answer = answer;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { promise: taken, resolve } = Promise.withResolvers<undefined>();
    this.#sent.write(bytes, () => resolve(undefined));
    // An answer before the end of the body, or the loss of the connection, ends the wait too.
    await Promise.race([taken, this.#answer]);
    this.#sizeBytes += bytes.length;
  }

  async commit(): Promise<Awaited<ReturnType<Upload['commit']>>> {
    this.#sent.end();
    const response = await this.#answer;
    response.resume();
    const failure = failureOf(response.statusCode ?? 0);
    if (failure !== undefined)
      throw new FileError(failure, this.#path, { detail: `the server answers ${response.statusCode}` });
    const name = this.#path.slice(this.#path.lastIndexOf('/') + 1);
    return { name, type: 'file', sizeBytes: this.#sizeBytes, sizeIs: 'sent', modifiedMs: 0 };
  }

  keep(): Promise<void> {
    return this.discard();
  }

  discard(): Promise<void> {
    this.#sent.destroy();
    return Promise.resolve();
  }
}

export function openHttp(target: TransferTarget, options: HttpOptions): OpenedTarget {
  const http = new HttpTarget(target, options);
  return {
    path: ROOT,
    files: {
      openReader: (path) => http.openReader(path),
      openUpload: (path, wanted) => http.openUpload(path, wanted),
      close: () => Promise.resolve(),
    },
  };
}
