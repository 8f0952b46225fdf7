/** `portcall doctor` as people and programs meet it: what it prints, and its exit codes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestServer } from '../../../test/support/ftp-server.ts';
import { scriptedFtp } from '../../../test/support/scripted-ftp.ts';
import { testTls } from '../../../test/support/tls-ftp.ts';
import { run } from '../run.ts';
import type { World } from '../world.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function portcall(...words: string[]): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const world: World = {
    stdout: { writableLength: 0, write: (text) => (stdout += text) },
    stderr: { writableLength: 0, write: (text) => (stderr += text) },
    stdin: process.stdin,
    cwd: '/',
    pid: 1,
    onStopSignal: () => () => undefined,
    exitNow: () => undefined,
    setTitle: () => undefined,
  };
  const code = await run(words, world);
  return { code, stdout, stderr };
}

test('a healthy server: findings with signs, advice below, and the command line that fits; no password anywhere', async () => {
  const { options } = await testTls();
  await using server = await startTestServer({ tls: options });
  const { code, stdout, stderr } = await portcall('doctor', `ftp://u:p@127.0.0.1:${server.port}/`, '--trace');
  assert.equal(code, 0);
  assert.match(stdout, /^ftp:\/\/u@127\.0\.0\.1:\d+\/\n\n {2}✓ address {6}127\.0\.0\.1:\d+ \(IPv4\) answers in /);
  assert.match(stdout, /\n {2}! encryption {3}Name, password and files travel in the clear/);
  assert.match(stdout, /\n {17}→ write ftps:\/\/ instead of ftp:\/\/\n/);
  assert.match(
    stdout,
    /\nNo problems, 1 warning\.\nTo connect: portcall ls ftps:\/\/u@127.0.0.1:\d+\/ --pin [0-9A-F]{64}\n$/,
  );
  assert.match(stderr, /C→ PASS \*+\n/);
  assert.match(stderr, /┬─ data 1, passive/);
});

test('JSON has the same for programs', async () => {
  const { authority, options } = await testTls();
  await using server = await startTestServer({ tls: options });
  const folder = await mkdtemp(join(tmpdir(), 'portcall-doctor-'));
  try {
    await writeFile(join(folder, 'ca.pem'), authority.caPem);
    await writeFile(join(folder, 'password'), 'p\n');
    const url = `ftps://u@127.0.0.1:${server.port}/`;
    const files = ['--ca', join(folder, 'ca.pem'), '--password-file', join(folder, 'password')];
    const { code, stdout } = await portcall('doctor', url, '--json', ...files);
    const value = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(code, 0);
    assert.equal(value['outcome'], 'healthy');
    assert.equal(value['url'], url);
    assert.equal(value['suggestion'], `portcall ls ${url}`);
    assert.deepEqual((value['certificate'] as { names: string[] }).names, ['localhost', '127.0.0.1']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('exit codes: login refused 4, not trusted 5, unreachable 6, a problem 1, no address 2', async () => {
  const { options } = await testTls();
  await using server = await startTestServer({ tls: options });
  assert.equal((await portcall('doctor', `ftp://u:wrong@127.0.0.1:${server.port}/`)).code, 4);
  assert.equal((await portcall('doctor', `ftps://u:p@127.0.0.1:${server.port}/`)).code, 5);
  assert.equal((await portcall('doctor', `ftp://u:p@127.0.0.1:${server.port}/nowhere/at/all`)).code, 1);
  assert.equal((await portcall('doctor', 'http://127.0.0.1/')).code, 2);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  gone.close();
  assert.equal((await portcall('doctor', `ftp://u:p@127.0.0.1:${port}/`)).code, 6);
});

test('what a server says acts on no terminal', async () => {
  await using server = await scriptedFtp({ script: { SYST: '215 UNIX \x1b[31m red', EPSV: '502 \x1b]0;title\x07' } });
  const { stdout, stderr } = await portcall('doctor', `ftp://u:p@127.0.0.1:${server.port}/`, '--trace');
  assert.match(stdout, /\\x1b\[31m red/);
  assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f]/);
});
