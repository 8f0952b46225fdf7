/** Somebody at a terminal: types lines at a device over Telnet, and reads until what must come has come. */
import { connectTelnet, type TelnetConnection } from '../../src/protocols/telnet/index.ts';
import { within } from './wait.ts';

export class Typist implements AsyncDisposable {
  readonly #connection: TelnetConnection;
  readonly #reading: Promise<void>;
  #seen = '';
  #from = 0;
  #isOver = false;
  #wake: () => void = () => undefined;

  constructor(connection: TelnetConnection) {
    this.#connection = connection;
    this.#reading = this.#read();
  }

  static async at(port: number, host = '127.0.0.1'): Promise<Typist> {
    return new Typist(await connectTelnet({ host, port }));
  }

  /** All that was shown so far. */
  get screen(): string {
    return this.#seen;
  }

  /** What has been shown since the last wait, once `pattern` is in it. */
  async until(pattern: RegExp | string): Promise<string> {
    return await within(this.#found(pattern), `${String(pattern)} in ${JSON.stringify(this.#seen.slice(this.#from))}`);
  }

  /** Types a line, and gives what was shown until the pattern came. */
  async type(line: string, until: RegExp | string): Promise<string> {
    await this.send(`${line}\r`);
    return await this.until(until);
  }

  async send(keys: string): Promise<void> {
    await this.#connection.write(keys);
  }

  /** Resolves when the device has closed the line. */
  async closed(): Promise<void> {
    await within(this.#reading, 'the end of the line');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    await this.#reading;
  }

  async #found(pattern: RegExp | string): Promise<string> {
    for (;;) {
      const fresh = this.#seen.slice(this.#from);
      const end = endOf(fresh, pattern);
      if (end >= 0) {
        this.#from += end;
        return fresh.slice(0, end);
      }
      if (this.#isOver) throw new Error(`the line ended before ${String(pattern)}: ${JSON.stringify(fresh)}`);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => resolve(undefined);
      await promise;
    }
  }

  async #read(): Promise<void> {
    try {
      for await (const bytes of this.#connection.input) {
        this.#seen += Buffer.from(bytes).toString('utf8').replaceAll('\r', '');
        this.#wake();
      }
    } catch {
      // A device that goes down breaks its connections.
    }
    this.#isOver = true;
    this.#wake();
  }
}

function endOf(text: string, pattern: RegExp | string): number {
  if (typeof pattern === 'string') {
    const at = text.indexOf(pattern);
    return at < 0 ? -1 : at + pattern.length;
  }
  const found = pattern.exec(text);
  return found === null ? -1 : found.index + found[0].length;
}

/** Logs in as the usual user and takes all rights. */
export async function privileged(port: number): Promise<Typist> {
  const typist = await Typist.at(port);
  await typist.until('Username: ');
  await typist.type('admin', 'Password: ');
  await typist.type('cisco', />$/);
  await typist.type('enable', 'Password: ');
  await typist.type('cisco', /#$/);
  await typist.type('terminal length 0', /#$/);
  return typist;
}
