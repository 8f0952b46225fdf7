/** The client as a program of its own: how it starts, and how it ends when somebody ends it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { startTestServer } from '../support/ftp-server.ts';
import { runWell } from '../support/program.ts';
import { emptyFolder, start } from './portcall.ts';

const BIN = join(import.meta.dirname, '../../bin/portcall.js');

/** Prints the files of ours that were loaded, when the process ends. */
const TELL_LOADED = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  process.on('exit', () => process.stderr.write(JSON.stringify(loaded.filter((url) => /\\/src\\/|node_modules/.test(url)))));
`)}`;

async function loadedBy(...words: string[]): Promise<readonly string[]> {
  using folder = emptyFolder();
  const started = start(words, { cwd: folder.path, environment: { NODE_OPTIONS: `--import ${TELL_LOADED}` } });
  const { stderr } = await started.finished;
  return JSON.parse(stderr.slice(stderr.indexOf('['))) as string[];
}

test('the version is told by five files; the client loads no server, no schema and no YAML', async () => {
  const version = await loadedBy('--version');
  assert.equal(version.length, 5, version.join('\n'));
  const client = await loadedBy('get', '--help');
  assert.ok(client.some((url) => url.endsWith('/connect-ftp.ts')));
  for (const url of client) assert.doesNotMatch(url, /node_modules\/(zod|yaml|pino)|ftp\/server|src\/accounts/, url);
});

const HAS_FULL_DEVICE = existsSync('/dev/full');

describe(
  'standard output that cannot be written',
  { skip: HAS_FULL_DEVICE ? false : 'this machine has no /dev/full' },
  () => {
    for (const words of [
      ['cat', 'file'],
      ['ls', '.'],
      ['ls', '--json', '.'],
      ['hash', 'file'],
    ])
      test(`portcall ${words.join(' ')}: a sentence, and no success`, () => {
        using folder = emptyFolder();
        writeFileSync(join(folder.path, 'file'), randomBytes(100_000));
        const full = openSync('/dev/full', 'w');
        const { status, stderr } = spawnSync(process.execPath, [BIN, ...words], {
          cwd: folder.path,
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        });
        closeSync(full);
        assert.equal(status, 10, stderr);
        assert.match(stderr, /^portcall: .*standard output cannot be written: ENOSPC/);
      });
  },
);

for (const signal of ['SIGINT', 'SIGHUP'] as const)
  test(`${signal} ends a transfer: 130, one sentence, and nothing is left`, async () => {
    using folder = emptyFolder();
    await using server = await startTestServer();
    writeFileSync(join(server.root, 'big'), randomBytes(4_000_000));
    const url = `ftp://u:p@127.0.0.1:${server.port}/big`;
    const started = start(['get', '--limit-rate', '2M', '--json', url], { cwd: folder.path });
    await new Promise<void>((resolve) => {
      started.child.stdout?.on('data', () => {
        if (started.stdout().includes('"progress"')) resolve();
      });
    });
    started.child.kill(signal);
    const { code, stderr } = await started.finished;
    assert.deepEqual([code, stderr], [130, 'portcall: interrupted\n']);
    assert.ok(!existsSync(join(folder.path, 'big')));
  });

test('a reader that has seen enough ends cat at once, quietly', async () => {
  using folder = emptyFolder();
  await using server = await startTestServer();
  writeFileSync(join(server.root, 'big'), Buffer.alloc(20_000_000, 'x'));
  const line = `node ${BIN} cat ftp://u:p@127.0.0.1:${server.port}/big | head -c 3; echo; echo "\${PIPESTATUS[0]}"`;
  const { output } = await runWell('bash', ['-c', line], {
    cwd: folder.path,
    env: { PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
  });
  assert.equal(output, 'xxx\n0\n');
});
