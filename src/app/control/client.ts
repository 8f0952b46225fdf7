/** Asks the servers that run over a state folder. */
import { connect } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { type ControlAddress, controlAddresses } from './address.ts';
import { type Answer, type Answers, MESSAGE_BYTES, type Request } from './message.ts';

/** No server could be asked; the message is a sentence for people. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** A server that was asked did not do it; the message is its sentence. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

export interface Asking {
  /** The state folder. */
  readonly directory: string;
  readonly clock: Clock;
  /** For one server's whole answer; 60 s unless told, because a reload may read much. */
  readonly timeoutMs?: number;
}

/** What one server answered. */
export interface Answered<K extends keyof Answers> {
  readonly pid: number;
  readonly result: Answers[K];
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Asks all servers of the folder at once; dead sockets are passed over. Rejects with an {@link UnreachableError} when
 * none answers, and a {@link RefusedError} when one refuses the request.
 */
export async function askAll<K extends keyof Answers>(
  request: Extract<Request, { readonly ask: K }>,
  asking: Asking,
): Promise<readonly Answered<K>[]> {
  const { directory } = asking;
  const addresses = controlAddresses(directory);
  const replies = await Promise.all(addresses.map((address) => askOne(request, address, asking)));
  const answers = replies.flatMap((answer) => (answer === undefined ? [] : [answer]));
  if (answers.length === 0)
    throw new UnreachableError(
      `no server runs over the state folder ${directory}; start one with portcall serve, or name its folder with --state`,
    );
  return answers.map(({ pid, answer }) => {
    if (!answer.ok) throw new RefusedError(answer.error);
    // The server answers what was asked: see `Answers`.
    return { pid, result: answer.result as Answers[K] };
  });
}

/** `undefined` for a socket behind which nobody lives. */
async function askOne(
  request: object,
  { pid, endpoint }: ControlAddress,
  { clock, timeoutMs = DEFAULT_TIMEOUT_MS }: Asking,
): Promise<{ readonly pid: number; readonly answer: Answer } | undefined> {
  const line = await exchange(`${JSON.stringify(request)}\n`, endpoint, { clock, timeoutMs, pid });
  if (line === undefined) return undefined;
  try {
    return { pid, answer: JSON.parse(line) as Answer };
  } catch (cause) {
    throw new UnreachableError(`the server with process id ${pid} broke off its answer; try again`, { cause });
  }
}

function exchange(
  line: string,
  endpoint: string,
  { clock, timeoutMs, pid }: { readonly clock: Clock; readonly timeoutMs: number; readonly pid: number },
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const give = (settle: () => void): void => {
      cancel();
      socket.destroy();
      settle();
    };
    const fail = (why: string): void =>
      give(() => reject(new UnreachableError(`the server with process id ${pid} ${why}`)));
    const cancel = clock.after(timeoutMs, () => fail(`did not answer within ${timeoutMs / 1000} s; try again`));
    socket.on('connect', () => socket.write(line));
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MESSAGE_BYTES) fail('answered more than can be read');
    });
    socket.on('end', () => give(() => resolve(Buffer.concat(chunks).toString('utf8'))));
    socket.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message;
      if (code === 'ECONNREFUSED' || code === 'ENOENT') give(() => resolve(undefined));
      else fail(`cannot be asked (${code}); run this as the user that runs the server`);
    });
  });
}
