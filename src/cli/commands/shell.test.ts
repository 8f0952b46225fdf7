/** `portcall shell` as a program: commands from its options, from standard input, and its exit codes. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../../../test/support/ftp-server.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { systemClock } from '../../base/clock.ts';
import { memoryFileSystem } from '../../files/memory/memory-file-system.ts';
import { run } from '../run.ts';
import type { World } from '../world.ts';
import { createShellCommand, type OpenGrounds } from './shell.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly closed: number;
}

async function shell(input: string, options: Readonly<Record<string, unknown>> = {}): Promise<Ran> {
  let [stdout, stderr, closed] = ['', '', 0];
  const world: World = {
    stdout: { writableLength: 0, write: (text) => (stdout += text) },
    stderr: { writableLength: 0, write: (text) => (stderr += text) },

    stdin: (async function* () {
      yield input;
    })(),
    cwd: '/',
    pid: 1,
    onStopSignal: () => () => undefined,
    exitNow: () => undefined,
    setTitle: (title) => assert.equal(title, 'portcall shell'),
  };
  const never = (): never => assert.fail('nothing is copied here');
  const open: OpenGrounds = (url) => {
    const ground = { files: memoryFileSystem(), start: ROOT, home: ROOT, labelOf: (path: string) => `${url}${path}` };
    return Promise.resolve({
      remote: ground,
      local: ground,
      mover: { copyFile: never, copyTree: never, hashFile: never, expand: never },
      clock: systemClock,
      [Symbol.asyncDispose]: () => Promise.resolve(void (closed += 1)),
    });
  };
  const code = await createShellCommand(open, []).run(options, world, ['ftp://host']);
  return { code, stdout, stderr, closed };
}

test('commands from the command line, parted by ;', async () => {
  const ran = await shell('pwd\npwd\n', { command: 'mkdir a; cd a; pwd' });
  assert.deepEqual(ran, { code: 0, stdout: 'ftp://host/a\n', stderr: '', closed: 1 });
});

test('commands from standard input that is no terminal: no prompt, no echo', async () => {
  const ran = await shell('mkdir a\r\ncd a\npwd');
  assert.deepEqual(ran, { code: 0, stdout: 'ftp://host/a\n', stderr: '', closed: 1 });
});

test('the first failure ends it with its exit code, and the places are closed', async () => {
  const ran = await shell('cd nowhere\npwd\n');
  assert.deepEqual([ran.code, ran.stdout, ran.closed], [3, '', 1]);
  assert.match(ran.stderr, /^portcall: \/nowhere: there is no such file or directory\n$/);
});

test('with a server of FTP: a file there and back, by a pattern and behind the prompt', async () => {
  await using server = await startTestServer();
  const here = await mkdtemp(join(tmpdir(), 'portcall-shell-'));
  await writeFile(join(server.root, 'a b.bin'), 'from there');
  await writeFile(join(here, 'c.bin'), 'from here');
  let [stdout, stderr] = ['', ''];
  const world: World = {
    stdout: { writableLength: 0, write: (text) => (stdout += text) },
    stderr: { writableLength: 0, write: (text) => (stderr += text) },
    stdin: process.stdin,
    cwd: here,
    pid: 1,
    onStopSignal: () => () => undefined,
    exitNow: () => undefined,
    setTitle: () => undefined,
  };
  const url = `ftp://u:p@127.0.0.1:${server.port}/`;
  try {
    const line = 'mkdir in; cd in; put *.bin; ls; cd ..; get "a b.bin" &; wait; jobs';
    assert.equal(await run(['shell', url, '-c', line], world), 0, stderr);
    assert.equal(await readFile(join(server.root, 'in', 'c.bin'), 'utf8'), 'from here');
    assert.equal(await readFile(join(here, 'a b.bin'), 'utf8'), 'from there');
    assert.match(stdout, /\nc\.bin\n\[1\] get "a b\.bin"\n\[1\] done {2}get "a b\.bin"\n$/);
    assert.equal(await run(['shell', `${url}nowhere`, '-c', 'pwd'], world), 3);
    assert.equal(await run(['shell', url.replace(':p@', ':no@'), '-c', 'pwd'], world), 4);
    assert.doesNotMatch(stdout + stderr, /:p@|:no@/);
  } finally {
    await rm(here, { recursive: true });
  }
});
