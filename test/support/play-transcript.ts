/** Plays a transcript against a running server, step by step. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { lstat, mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { type ActivePort, openActivePort, RawFtp, readAll } from './raw-ftp.ts';
import { escaped, fits, patternOf, type PlacedStep, type Step, unescaped } from './transcript.ts';
import { within } from './wait.ts';

/** What a transcript is played against. */
export interface Stage {
  readonly host: string;
  readonly port: number;
  readonly root: string;
}

export async function playTranscript(stage: Stage, steps: readonly PlacedStep[]): Promise<void> {
  await using player = new Player(stage, await RawFtp.connect(stage.port, { host: stage.host }));
  for (const { line, step } of steps) {
    try {
      await player.play(step);
    } catch (error) {
      throw new Error(`line ${line}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

class Player implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #client: RawFtp;
  #data: Promise<Socket> | undefined;
  #active: ActivePort | undefined;

  constructor(stage: Stage, client: RawFtp) {
    this.#stage = stage;
    this.#client = client;
  }

  async play(step: Step): Promise<void> {
    switch (step.kind) {
      case 'login': {
        await this.#logIn(step.user);
        return;
      }
      case 'client': {
        this.#client.write(Buffer.concat([unescaped(await this.#withOurPlace(step.text)), Buffer.from('\r\n')]));
        return;
      }
      case 'server': {
        await this.#expectReply(step.lines);
        return;
      }
      case 'closed': {
        await this.#client.closed();
        return;
      }
      case 'data-in': {
        assert.equal(escaped(await readAll(await this.#takeData())), escaped(step.bytes));
        return;
      }
      case 'data-lines': {
        await this.#expectLines(step.patterns);
        return;
      }
      case 'data-out':
        return void (await this.#takeData()).end(step.bytes);
      case 'data-end':
        return void (await this.#takeData()).destroy();
      case 'put': {
        await this.#put(step.path, step.content);
        return;
      }
      case 'has': {
        await this.#has(step.path, step.content);
        return;
      }
      case 'lacks': {
        await assert.rejects(lstat(this.#real(step.path)), { code: 'ENOENT' }, `${step.path} should not be there`);
        return;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#active?.close();
    await this.#client[Symbol.asyncDispose]();
    void this.#data?.then((socket) => socket.destroy()).catch(() => undefined);
  }

  async #logIn(user: string): Promise<void> {
    await this.#expectReply(['220 *']);
    await this.#client.expect(331, `USER ${user}`);
    await this.#client.expect(230, 'PASS p');
  }

  async #expectReply(patterns: readonly string[]): Promise<void> {
    const { lines } = await this.#client.reply();
    assert.ok(
      fits(lines, patterns),
      `the server said\n  ${lines.join('\n  ')}\ninstead of\n  ${patterns.join('\n  ')}`,
    );
    const [last = ''] = lines.slice(-1);
    const [place] =
      patternOf(patterns.at(-1) ?? '')
        .exec(last)
        ?.slice(1) ?? [];
    if (place === undefined) return;
    this.#data = this.#connect(place);
    // One that no command uses is refused, when it comes after the next is agreed on.
    this.#data.catch(() => undefined);
  }

  async #connect(place: string): Promise<Socket> {
    const numbers = place.split(',').map(Number);
    const [high = 0, low = 0] = numbers.slice(-2);
    const port = numbers.length === 1 ? high : high * 256 + low;
    const host = numbers.length === 1 ? this.#stage.host : numbers.slice(0, 4).join('.');
    const socket = connect({ port, host });
    socket.on('error', () => undefined);
    await within(once(socket, 'connect'), 'the data connection');
    return socket;
  }

  async #withOurPlace(text: string): Promise<string> {
    if (!/<(port )?here>/.test(text)) return text;
    this.#active?.close();
    this.#active = await openActivePort(this.#stage.host);
    this.#data = this.#active.socket;
    const { port, command } = this.#active;
    return text.replace('<port here>', String(port)).replace('<here>', command.slice(5));
  }

  async #takeData(): Promise<Socket> {
    assert.ok(this.#data, 'there is no data connection');
    return await this.#data;
  }

  async #expectLines(patterns: readonly string[]): Promise<void> {
    const text = (await readAll(await this.#takeData())).toString('latin1');
    const lines = text === '' ? [] : text.replace(/\r\n$/, '').split('\r\n');
    assert.ok(
      fits(lines, patterns),
      `the listing was\n  ${lines.join('\n  ')}\ninstead of\n  ${patterns.join('\n  ')}`,
    );
  }

  #real(path: string): string {
    return join(this.#stage.root, path);
  }

  async #put(path: string, content: string): Promise<void> {
    await mkdir(this.#real(path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (path.endsWith('/')) return;
    const [, megabytes] = /^<(\d+)M>$/.exec(content) ?? [];
    if (megabytes === undefined) {
      await writeFile(this.#real(path), unescaped(content));
      return;
    }
    await using file = await open(this.#real(path), 'w');
    await file.truncate(Number(megabytes) * 1024 * 1024);
  }

  async #has(path: string, content: string): Promise<void> {
    const found = await stat(this.#real(path));
    if (path.endsWith('/')) assert.ok(found.isDirectory(), `${path} should be a folder`);
    else assert.equal(escaped(await readFile(this.#real(path))), escaped(unescaped(content)));
  }
}
