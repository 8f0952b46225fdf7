/** The load clients in `load/`: compiled when needed, driven line by line. */
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { Account } from './contestant.ts';

const run = promisify(execFile);

export interface Answer {
  readonly seconds: number;
  readonly bytes: number;
  readonly firstByteSeconds: number;
}

/** The server does not offer what was asked for: no failure, but no figure either. */
export class NotOfferedError extends Error {
  override readonly name = 'NotOfferedError';
}

export class LoadClient implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string, undefined>;
  #complaint = '';

  constructor(program: string, port: number, account: Account) {
    this.#child = spawn(program, [String(port), account.user, account.password], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.on('data', (bytes: Buffer) => (this.#complaint += bytes.toString('latin1')));
    // A client that ended tells why on standard error; writing to it then is not a second failure.
    this.#child.stdin.on('error', () => undefined);
  }

  /** Says one line and waits for its answer; rejects with the client's complaint when the server did anything wrong. */
  async say(line: string): Promise<Answer> {
    this.#child.stdin.write(`${line}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`${line.split(' ', 1).join('')}: ${await this.#lastWords()}`);
    const [word, ...figures] = answer.value.split(' ');
    if (word === 'refused') throw new NotOfferedError(figures.join(' '));
    const [seconds = NaN, bytes = NaN, firstByteSeconds = NaN] = figures.map(Number);
    return { seconds, bytes, firstByteSeconds };
  }

  async #lastWords(): Promise<string> {
    if (!this.#child.stderr.readableEnded) await once(this.#child.stderr, 'end');
    return this.#complaint.trim() || 'the load client ended without a word';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** What a client of this name is linked with. */
const LIBRARIES = { 'ftp-load': [], 'ftps-load': ['-lssl', '-lcrypto'], 'run-measured': [], 'tftp-load': [] } as const;

/** The compiled client. It lies in a cache under the hash of its sources, so an edit compiles it anew. */
export async function buildLoadClient(name: keyof typeof LIBRARIES): Promise<string> {
  const sources = join(import.meta.dirname, 'load');
  const source = join(sources, `${name}.c`);
  const hash = createHash('sha256');
  for (const file of [source, join(sources, 'driven.h')]) hash.update(await readFile(file));
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'portcall-bench');
  const program = join(folder, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  const unfinished = `${program}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await compile(['-o', unfinished, source, ...LIBRARIES[name]]);
  await rename(unfinished, program);
  return program;
}

async function compile(words: readonly string[]): Promise<void> {
  try {
    await run('cc', ['-std=gnu11', '-O2', '-Wall', '-Wextra', ...words]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('the load client needs a C compiler: install one (Debian: apt-get install gcc libc6-dev)', {
      cause: error,
    });
  }
}
