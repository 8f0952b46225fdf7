/** The shell at a terminal: what is typed, and what the screen shows. No terminal is needed. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { type Places, places, put, simpleMover } from '../../../test/support/shell-places.ts';
import { eventually } from '../../../test/support/wait.ts';
import { runShell } from './shell.ts';

interface Screen extends AsyncDisposable {
  type(keys: string): void;
  /** Waits until this stands on the screen behind what was waited for before. */
  sees(text: string): Promise<string>;
  readonly ended: Promise<number>;
  readonly historyFile: string;
}

async function openScreen({ options }: Places): Promise<Screen> {
  const folder = await mkdtemp(join(tmpdir(), 'portcall-shell-'));
  const historyFile = join(folder, 'state', 'history');
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = '';
  output.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const ended = runShell(options, {
    terminal: { input, output, screen: () => ({ columns: 60, rows: 4 }) },
    historyFile,
  });
  return {
    type: (keys) => void input.write(keys),
    async sees(text) {
      await eventually(() => shown.includes(text), `the screen shows ${text}; it shows ${JSON.stringify(shown)}`);
      const seen = shown.slice(0, shown.indexOf(text) + text.length);
      shown = shown.slice(seen.length);
      return seen;
    },
    ended,
    historyFile,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

describe('at a terminal', () => {
  test('a prompt with the place, columns, and the way out by Ctrl-D', async () => {
    const ground = places();
    await put(ground.remote, '/images/a', 'A');
    await put(ground.remote, '/images/b', 'B');
    await using screen = await openScreen(ground);
    await screen.sees('ftp://host/> ');
    screen.type('cd images\r');
    await screen.sees('ftp://host/images> ');
    screen.type('ls\r');
    await screen.sees('a  b\n');
    await screen.sees('> ');
    screen.type('\x04');
    assert.equal(await screen.ended, 0);
  });

  test('Tab completes commands, and names with all that is odd in them', async () => {
    const ground = places();
    await put(ground.remote, '/my "odd" file;', 'odd');
    await put(ground.local, '/here.txt', 'here');
    await using screen = await openScreen(ground);
    await screen.sees('> ');
    screen.type('ca\t');
    await screen.sees('cat ');
    screen.type('my\t');
    await screen.sees(String.raw`\ \"odd\"\ file\; `);
    screen.type('\r');
    await screen.sees('odd\n');
    screen.type('put he\t');
    await screen.sees('re.txt ');
    screen.type('\r');
    await screen.sees('ftp://host/here.txt: 4 bytes');
    screen.type('exit\r');
    assert.equal(await screen.ended, 0);
  });

  test('Ctrl-C stops the command and not the session; at the prompt it takes the line away', async () => {
    const ground = places({ mover: simpleMover(() => new Promise(() => undefined)) });
    await put(ground.remote, '/a', 'A');
    await using screen = await openScreen(ground);
    await screen.sees('> ');
    screen.type('get a\r');
    await screen.sees('get a');
    screen.type('\x03');
    await screen.sees('^C\n');
    await screen.sees('stopped\n');
    await screen.sees('> ');
    screen.type('half a line\x03');
    await screen.sees('^C\n');
    screen.type('pwd\r');
    await screen.sees('ftp://host/\n');
    screen.type('exit\r');
    assert.equal(await screen.ended, 0);
  });

  test('transfers behind the prompt: told when done, listed, stopped; leaving asks', async () => {
    const gates: (() => void)[] = [];
    const ground = places({ mover: simpleMover(() => new Promise((resolve) => gates.push(resolve))) });
    await put(ground.remote, '/a', 'A');
    await put(ground.remote, '/b', 'B');
    await using screen = await openScreen(ground);
    await screen.sees('> ');
    screen.type('get a &\r');
    await screen.sees('[1] get a &'.slice(0, 9));
    await eventually(() => gates.length === 1, 'the first copy begins');
    gates[0]?.();
    await screen.sees('[1] done  get a\n');
    screen.type('get b &\r');
    await screen.sees('[2] get b');
    screen.type('jobs\r');
    await screen.sees('[2] running');
    await screen.sees('> ');
    screen.type('\x04');
    await screen.sees('Stop and leave? [y/N] ');
    screen.type('n\r');
    await screen.sees('ftp://host/> ');
    screen.type('kill 2\r');
    await screen.sees('[2] stopped');
    screen.type('exit\r');
    assert.equal(await screen.ended, 0);
  });

  test('more stops at every screenful', async () => {
    const ground = places();
    await put(ground.remote, '/long', Array.from({ length: 9 }, (_, index) => `line ${index}\n`).join(''));
    await using screen = await openScreen(ground);
    await screen.sees('> ');
    screen.type('more long\r');
    assert.doesNotMatch(await screen.sees('-- Enter for more, q to stop -- '), /line 3/);
    screen.type('\r');
    assert.match(await screen.sees('-- Enter for more, q to stop -- '), /line 5/);
    screen.type('q\r');
    await screen.sees('ftp://host/> ');
    screen.type('exit\r');
    assert.equal(await screen.ended, 0);
  });

  test('history: kept for its user only, without what is secret', async () => {
    await using screen = await openScreen(places());
    await screen.sees('> ');
    for (const line of ['pwd', 'quote PASS geheim', ' pwd hidden', 'cat ftp://ann:geheim@host/', 'lpwd']) {
      screen.type(`${line}\r`);
      await screen.sees('> ');
    }
    screen.type('\x1b[A\r');
    await screen.sees('> ');
    screen.type('exit\r');
    await screen.ended;
    assert.equal(await readFile(screen.historyFile, 'utf8'), 'pwd\nlpwd\nexit\n');
    assert.equal((await stat(screen.historyFile)).mode & 0o777, 0o600);
  });
});
