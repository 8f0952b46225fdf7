/** The commands of the client against our own server: what they move, print and answer. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { startTestServer } from '../../../test/support/ftp-server.ts';
import { type RanHere, runHere } from '../../../test/support/run-here.ts';
import { testTls } from '../../../test/support/tls-ftp.ts';

interface Rig extends AsyncDisposable {
  readonly root: string;
  readonly cwd: string;
  /** `U` in a word is the server's address. */
  run(...words: string[]): Promise<RanHere>;
  put(input: Uint8Array, ...words: string[]): Promise<RanHere>;
}

async function rig(): Promise<Rig> {
  const server = await startTestServer();
  const folder = emptyFolder();
  const { root } = server;
  mkdirSync(join(root, 'images'));
  for (const name of ['one.bin', 'two.bin', '-rf', 'a b']) writeFileSync(join(root, 'images', name), name);
  const url = `ftp://u:p@127.0.0.1:${server.port}`;
  const expand = (words: readonly string[]): string[] => words.map((word) => word.replace(/^U(?=\/|$)/, url));
  return {
    root,
    cwd: folder.path,
    run: (...words) => runHere(expand(words), { cwd: folder.path }),
    put: (input, ...words) => runHere(expand(words), { cwd: folder.path, input }),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('looking', () => {
  test('ls: names, a long form, JSON, patterns', async () => {
    await using r = await rig();
    assert.equal((await r.run('ls', 'U/images')).stdout, '-rf\na b\none.bin\ntwo.bin\n');
    assert.match(
      (await r.run('ls', '-l', 'U/images/one.bin')).stdout,
      /^-rw-r--r-- +7 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}one\.bin\n$/,
    );
    const lines = (await r.run('ls', '--json', 'U/images')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    assert.deepEqual(
      lines.map((line) => ('name' in line ? line.name : '')),
      ['-rf', 'a b', 'one.bin', 'two.bin'],
    );
    assert.equal((await r.run('ls', 'U/images/*.bin')).stdout, 'one.bin\ntwo.bin\n');
    assert.match((await r.run('ls', '-R', 'U')).stdout, /images\n\n.*\/images:\n-rf\n/);
  });

  test('stat and hash', async () => {
    await using r = await rig();
    assert.match((await r.run('stat', 'U/images/one.bin')).stdout, /type +file\n +size +7 bytes\n/);
    assert.match((await r.run('hash', '--algorithm', 'md5', 'U/images/one.bin')).stdout, /^[0-9a-f]{32} {2}ftp:\/\/u@/);
  });
});

describe('moving', () => {
  test('get: a file, a pattern, a directory, standard output', async () => {
    await using r = await rig();
    assert.deepEqual(await r.run('get', 'U/images/one.bin'), { code: 0, stdout: '', stderr: '' });
    assert.equal(readFileSync(join(r.cwd, 'one.bin'), 'utf8'), 'one.bin');
    mkdirSync(join(r.cwd, 'here'));
    assert.equal((await r.run('get', 'U/images/*.bin', '-o', 'here')).code, 0);
    assert.deepEqual(readdirSync(join(r.cwd, 'here')).sort(), ['one.bin', 'two.bin']);
    assert.equal((await r.run('get', '-r', 'U/images')).code, 0);
    assert.deepEqual(readdirSync(join(r.cwd, 'images')).sort(), ['-rf', 'a b', 'one.bin', 'two.bin']);
    assert.equal((await r.run('get', 'U/images/two.bin', '-o', '-')).stdout, 'two.bin');
  });

  test('get -r: a name with a control character arrives, and is written so that no terminal obeys it', async () => {
    await using r = await rig();
    writeFileSync(join(r.root, 'images', 'a\u001b[31m'), 'red');
    assert.equal((await r.run('get', '-r', 'U/images')).code, 0);
    assert.equal(readFileSync(join(r.cwd, 'images', 'a%1B[31m'), 'utf8'), 'red');
  });

  test('put: a file, a directory, standard input, proven by hash', async () => {
    await using r = await rig();
    const content = randomBytes(2_000_000);
    writeFileSync(join(r.cwd, 'big'), content);
    assert.equal((await r.run('put', '--verify', 'big', 'U/images/')).code, 0);
    assert.deepEqual(readFileSync(join(r.root, 'images', 'big')), content);
    mkdirSync(join(r.cwd, 'tree', 'below'), { recursive: true });
    writeFileSync(join(r.cwd, 'tree', 'below', 'f'), 'x');
    assert.equal((await r.run('put', '-r', 'tree', 'U')).code, 0);
    assert.equal(readFileSync(join(r.root, 'tree', 'below', 'f'), 'utf8'), 'x');
    assert.equal((await r.run('put', '-r', 'tree/.', 'U/images')).code, 0, '. is what is in it, as for cp');
    assert.equal(readFileSync(join(r.root, 'images', 'below', 'f'), 'utf8'), 'x');
    assert.equal((await r.put(Uint8Array.of(0, 255, 10), 'put', '-', 'U/piped')).code, 0);
    assert.deepEqual([...readFileSync(join(r.root, 'piped'))], [0, 255, 10]);
  });

  test('cp within a server, mv, mkdir -p, rm -r', async () => {
    await using r = await rig();
    assert.equal((await r.run('cp', 'U/images/one.bin', 'U/copy')).code, 0);
    assert.equal((await r.run('mkdir', '-p', 'U/x/y')).code, 0);
    assert.equal((await r.run('mv', 'U/copy', 'U/x/y')).code, 0);
    assert.equal(readFileSync(join(r.root, 'x', 'y', 'copy'), 'utf8'), 'one.bin');
    assert.equal((await r.run('rm', 'U/x')).code, 1);
    assert.equal((await r.run('rm', '-r', 'U/x')).code, 0);
    assert.ok(!existsSync(join(r.root, 'x')));
  });

  test('sync: a plan first, then exactly that, then nothing', async () => {
    await using r = await rig();
    const planned = await r.run('sync', '--dry-run', '--include', '*.bin', '--exclude', '*', 'U/images', 'mirror');
    assert.match(planned.stdout, /^mkdir +\.\ncopy +one\.bin .*\ncopy +two\.bin .*\ntotal /);
    assert.ok(!existsSync(join(r.cwd, 'mirror')));
    assert.equal((await r.run('sync', '--include', '*.bin', '--exclude', '*', 'U/images', 'mirror')).code, 0);
    assert.deepEqual(readdirSync(join(r.cwd, 'mirror')).sort(), ['one.bin', 'two.bin']);
    assert.match(
      (await r.run('sync', '--dry-run', '--include', '*.bin', '--exclude', '*', 'U/images', 'mirror')).stdout,
      /^total/,
    );
  });
});

describe('what goes wrong has its exit code and one sentence without a password', () => {
  const CASES: readonly (readonly [words: readonly string[], code: number, sentence: RegExp])[] = [
    [['get', 'U/none'], 3, /there is no ftp:\/\/u@[^ ]*\/none/],
    [['get', 'U/none*'], 3, /nothing fits/],
    [['ls', 'U/none'], 3, /there is no/],
    [['get', 'U/images'], 1, /is a directory; -r copies directories/],
    [['get', 'U/images/one.bin', '-o', 'nowhere/x'], 3, /there is no folder/],
    [['put', 'none', 'U/'], 3, /there is no .*none/],
    [['put', 'U/'], 2, /say what to send/],
    [['rm', 'U/'], 2, /is everything at that place/],
    [['mkdir', 'U/images'], 1, /images/],
    [['get', '--limit-rate', 'fast', 'U/images/one.bin'], 2, /--limit-rate must be a size/],
    [['get', '--if-exists', 'maybe', 'U/images/one.bin'], 2, /--if-exists must be/],
    [['get', 'http://h/x'], 2, /scheme that is not known/],
    [['get', 'ftp://u:p@h/%zz'], 2, /%25/],
    [['ls', 'ftp://u:guess@127.0.0.1:1/', '--retries', '0'], 6, /nothing listens there/],
  ];
  for (const [words, code, sentence] of CASES)
    test(words.join(' '), async () => {
      await using r = await rig();
      const ran = await r.run(...words);
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stderr, sentence);
      assert.match(ran.stderr, /^portcall: [^\n]*\n$/);
      assert.doesNotMatch(ran.stderr + ran.stdout, /:p@|guess/);
    });

  test('some of several: the others are done, and the code is 8', async () => {
    await using r = await rig();
    const ran = await r.run('get', 'U/none', 'U/images/one.bin', 'U/gone');
    assert.equal(ran.code, 8);
    assert.equal(readFileSync(join(r.cwd, 'one.bin'), 'utf8'), 'one.bin');
  });

  test('one file of a directory that fails does not stop the rest, and the code is 8', async () => {
    await using r = await rig();
    mkdirSync(join(r.cwd, 'images', 'one.bin'), { recursive: true });
    const ran = await r.run('get', '-r', 'U/images');
    assert.equal(ran.code, 8, ran.stderr);
    assert.match(ran.stderr, /^portcall: ftp:\/\/u@[^\n]*\/one\.bin: [^\n]*\n$/);
    assert.deepEqual(readdirSync(join(r.cwd, 'images')).sort(), ['-rf', 'a b', 'one.bin', 'two.bin']);
  });

  test('a certificate that nobody knows (5), its pin, and a server without TLS (5)', async () => {
    const { options } = await testTls();
    await using server = await startTestServer({ tls: options });
    const url = `ftps://u:p@127.0.0.1:${server.port}/`;
    const refused = await runHere(['ls', url]);
    assert.equal(refused.code, 5);
    const [, pin = ''] = /SHA-256 is ([0-9A-F:]+)/.exec(refused.stderr) ?? [];
    assert.equal((await runHere(['ls', '--pin', pin, url])).code, 0);
    assert.equal((await runHere(['ls', '--pin', pin.replace(/^../, pin.startsWith('00') ? '01' : '00'), url])).code, 5);
    await using clear = await startTestServer();
    assert.equal((await runHere(['ls', `ftps://u:p@127.0.0.1:${clear.port}/`])).code, 5);
  });
});
