/** The shell over two places in memory: what is typed, and what comes of it. No terminal is needed. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { eventually } from '../../../test/support/wait.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { decodeName } from '../../base/name.ts';
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { CopyReport, Place } from '../../files/copy/copy.ts';
import type { FileSystem } from '../../files/file-system.ts';
import { memoryFileSystem } from '../../files/memory/memory-file-system.ts';
import { linesOf } from './script.ts';
import type { Mover } from './session.ts';
import { runShell, runShellScript, type ShellOptions } from './shell.ts';

const at = (name: string): VirtualPath => {
  const path = resolvePath(ROOT, name);
  assert.ok(path);
  return path;
};

async function put(files: FileSystem, name: string, text: string): Promise<void> {
  const path = at(name);
  for (let above = parentOf(path), missing: VirtualPath[] = []; ; above = parentOf(above)) {
    const there = await files.stat(above).catch(() => undefined);
    if (there === undefined) missing = [above, ...missing];
    else {
      for (const directory of missing) await files.makeDirectory(directory);
      break;
    }
  }
  const upload = await files.openUpload(path);
  await upload.write(new TextEncoder().encode(text), 0);
  await upload.commit();
}

async function textOf(files: FileSystem, name: string): Promise<string> {
  await using reader = await files.openReader(at(name));
  const bytes = new Uint8Array(reader.entry.sizeBytes);
  await reader.read(bytes, 0);
  return decodeName(bytes);
}

/** Copies whole files, waiting for `gate` first: a stand-in that a test can hold up. */
function simpleMover(gate: () => Promise<void> = () => Promise.resolve()): Mover {
  return {
    async copyFile(from: Place, to: Place, { signal }): Promise<CopyReport> {
      const stopped = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => stopped.reject(signal.reason as Error));
      await Promise.race([gate(), stopped.promise]);
      const text = await textOf(from.files, from.path);
      await put(to.files, to.path, text);
      return {
        from: from.label,
        to: to.label,
        sizeBytes: text.length,
        resumedAtBytes: 0,
        durationMs: 10,
        retries: 0,
        verified: 'size',
        way: 'through-us',
        warnings: [],
      };
    },
    copyTree: () => Promise.resolve({ failures: [] }),
    hashFile: (place, algorithm) => Promise.resolve(`${algorithm}-of-${baseName(place.path)}`),
    async *expand(files, pattern) {
      const [before = '', behind = ''] = baseName(pattern).split('*');
      for await (const batch of files.list(parentOf(pattern)))
        for (const entry of batch)
          if (entry.name.startsWith(before) && entry.name.endsWith(behind))
            yield { ...entry, path: at(`${parentOf(pattern)}/${entry.name}`) };
    },
  };
}

interface Places {
  readonly remote: FileSystem;
  readonly local: FileSystem;
  readonly options: ShellOptions;
}

function places(more: Partial<ShellOptions> = {}): Places {
  const clock = createManualClock(Date.UTC(2026, 10, 23, 12));
  const [remote, local] = [memoryFileSystem({ clock }), memoryFileSystem({ clock })];
  const labelOf = (path: VirtualPath): string => path;
  return {
    remote,
    local,
    options: {
      remote: { files: remote, start: ROOT, home: ROOT, labelOf: (path) => `ftp://host${path}` },
      local: { files: local, start: ROOT, home: ROOT, labelOf },
      mover: simpleMover(),
      clock,
      ...more,
    },
  };
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function script({ options }: Places, text: string): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await runShellScript(options, {
    lines: linesOf(new PassThrough({ encoding: 'utf8' }).end(text)),
    voice: { out: (more) => void (out += more), err: (more) => void (err += more) },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

describe('a script', () => {
  test('walks, looks, changes, and fetches', async () => {
    const ground = places();
    await put(ground.remote, '/images/a b.bin', 'AB');
    await put(ground.remote, '/images/c.bin', 'CCC');
    await put(ground.remote, '/readme', 'one\ntwo \x1b[31m\n');
    await ground.local.makeDirectory(at('/got'));
    const { code, out, err } = await script(
      ground,
      `# a remark
ls
cat readme
cd images; pwd; ls
lcd got
get "a b.bin"
mget *.bin
mkdir -p deep/er
mv c.bin deep
stat deep/c.bin
hash md5 a\\ b.bin
du ..
find / c.
rm -r deep
cd -
quote NOOP`,
    );
    assert.equal(
      out,
      `images/
readme
one
two \\x1b[31m
ftp://host/images
a b.bin
c.bin
/got/a b.bin: 2 bytes in 10 ms, 200 bytes/s
/got/a b.bin: 2 bytes in 10 ms, 200 bytes/s
/got/c.bin: 3 bytes in 10 ms, 300 bytes/s
path      /images/deep/c.bin
type      file
size      3 (3 bytes)
modified  2026-11-23T12:00:00.000Z
created   2026-11-23T12:00:00.000Z
mode      0644
unique    4
md5-of-a b.bin  /images/a b.bin
19 bytes in 3 files  /
/images/deep/c.bin
`,
    );
    assert.equal(err, 'portcall: this place does not speak FTP\n');
    assert.equal(code, 2);
    assert.equal(await textOf(ground.local, '/got/c.bin'), 'CCC');
    await assert.rejects(ground.remote.stat(at('/images/deep')), /not-found/);
  });

  test('ends at the first failure with its exit code; a dash before the line forgives it', async () => {
    const ground = places();
    await put(ground.remote, '/a', 'A');
    const stopped = await script(ground, 'rm nothing\nrm a\n');
    assert.deepEqual([stopped.code, stopped.err], [3, 'portcall: /nothing: there is no such file or directory\n']);
    assert.equal(await textOf(ground.remote, '/a'), 'A');
    const forgiven = await script(ground, '-rm nothing\nrm a\n');
    assert.equal(forgiven.code, 0);
    await assert.rejects(ground.remote.stat(at('/a')));
  });

  test('says what is wrong with a line: exit code 2, and nothing else runs', async () => {
    const ground = places();
    for (const [line, sentence] of [
      ['frobnicate', 'there is no command frobnicate; help lists what there is'],
      ['get', 'get needs a word behind it; usage: get [-r] NAME [TARGET] [&]'],
      ['ls -z', 'ls has no option -z; usage: ls [-l] [NAME...]'],
      ['get "a', 'a quote (") is opened and not closed'],
      ['ls &', 'ls does not run behind the prompt; take the & away'],
      ['chmod rwx a', 'a mode is three or four octal digits, as 644'],
    ] as const) {
      const { code, err } = await script(ground, `${line}\npwd`);
      assert.deepEqual([code, err], [2, `portcall: ${sentence}\n`]);
    }
  });

  test('runs no command of this machine', async () => {
    const { code, err } = await script(places(), '!echo hello');
    assert.equal(code, 4);
    assert.match(err, /run at a terminal only/);
  });

  test('a pattern that nothing fits fails, a directory is not fetched without -r', async () => {
    const ground = places();
    await ground.remote.makeDirectory(at('/dir'));
    assert.equal((await script(ground, 'rm *.nothing')).code, 3);
    assert.match((await script(ground, 'get dir')).err, /is a directory; -r takes it with all that is in it/);
    assert.equal((await script(ground, 'get -r dir')).code, 0);
  });

  test('waits at its end for what began behind it, and tells what failed: 8', async () => {
    const ground = places();
    await put(ground.remote, '/a', 'A');
    const { code, out, err } = await script(ground, 'get a &\nget b &\nwait 1\njobs');
    assert.match(out, /^\[1\] get a\n\[2\] get b\n\[1\] done {2}get a\n/);
    assert.match(err, /^\[2\] failed {2}get b: \/b: there is no such file or directory\n$/);
    assert.equal(code, 8);
    assert.equal(await textOf(ground.local, '/a'), 'A');
  });

  test('exit ends it', async () => {
    const { code, out } = await script(places(), 'pwd\nexit\npwd');
    assert.deepEqual([code, out], [0, 'ftp://host/\n']);
  });

  test('sends raw commands of FTP, and shows the reply safely', async () => {
    const sent: unknown[] = [];
    const ftp: NonNullable<ShellOptions['ftp']> = {
      command(command) {
        sent.push(command);
        return Promise.resolve({ code: command.verb === 'SITE' ? 500 : 200, lines: ['fine\x07'] });
      },
    };
    const { code, out } = await script(places({ ftp }), 'quote noop\nquote PASS geheim\nsite CHMOD 644 "a b"');
    assert.deepEqual(sent, [
      { verb: 'NOOP' },
      { verb: 'PASS', argument: 'geheim', secret: true },
      { verb: 'SITE', argument: 'CHMOD 644 "a b"' },
    ]);
    assert.match(out, /^200 fine\\x07\n/);
    assert.equal(code, 1);
  });

  test('help tells of every command', async () => {
    const { out } = await script(places(), 'help\nhelp dir');
    for (const name of ['ls', 'get', 'reput', 'lcd', 'jobs', 'quote', 'exit'])
      assert.match(out, new RegExp(`^${name} `, 'm'));
    assert.match(out, /also: dir, ll/);
  });
});

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
