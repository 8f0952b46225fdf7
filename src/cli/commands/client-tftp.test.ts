/** The commands of the client over TFTP, which can fetch a file and send one, and says so of the rest. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { type RanHere, runHere } from '../../../test/support/run-here.ts';
import { startTestTftp } from '../../../test/support/tftp-server.ts';

interface Rig extends AsyncDisposable {
  readonly root: string;
  readonly cwd: string;
  /** `U` in a word is the server's address. */
  run(words: readonly string[], input?: Uint8Array): Promise<RanHere>;
}

async function rig(): Promise<Rig> {
  const server = await startTestTftp();
  const folder = emptyFolder();
  const url = `tftp://127.0.0.1:${server.port}`;
  return {
    root: server.root,
    cwd: folder.path,
    run: (words, input) =>
      runHere(
        words.map((word) => word.replace(/^U(?=\/|$)/, url)),
        { cwd: folder.path, ...(input !== undefined && { input }) },
      ),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const QUIET = { code: 0, stdout: '', stderr: '' } as const;
const IMAGE = randomBytes(3_000_000);

describe('over TFTP', () => {
  test('get: into the directory, under another name, to standard output', async () => {
    await using r = await rig();
    writeFileSync(join(r.root, 'c2960.bin'), IMAGE);
    assert.deepEqual(await r.run(['get', 'U/c2960.bin']), QUIET);
    assert.deepEqual(readFileSync(join(r.cwd, 'c2960.bin')), IMAGE);
    assert.deepEqual(await r.run(['get', '--blksize', '8192', '--window', '4', 'U/c2960.bin', '-o', 'other']), QUIET);
    assert.deepEqual(readFileSync(join(r.cwd, 'other')), IMAGE);
    writeFileSync(join(r.root, 'text'), 'a\n');
    assert.equal((await r.run(['get', 'U/text', '-o', '-'])).stdout, 'a\n');
    assert.equal((await r.run(['cat', 'U/text'])).stdout, 'a\n');
  });

  test('put: a file, several, standard input', async () => {
    await using r = await rig();
    writeFileSync(join(r.cwd, 'image'), IMAGE);
    writeFileSync(join(r.cwd, 'other'), 'x');
    assert.deepEqual(await r.run(['put', 'image', 'U/c2960.bin']), QUIET);
    assert.deepEqual(readFileSync(join(r.root, 'c2960.bin')), IMAGE);
    assert.deepEqual(await r.run(['put', 'image', 'other', 'U/']), QUIET);
    assert.deepEqual(readdirSync(r.root).sort(), ['c2960.bin', 'image', 'other']);
    assert.equal((await r.run(['put', '-', 'U/piped'], IMAGE)).code, 0);
    assert.deepEqual(readFileSync(join(r.root, 'piped')), IMAGE);
  });

  test(';mode=netascii moves text', async () => {
    await using r = await rig();
    writeFileSync(join(r.cwd, 'text'), 'a\nb\n');
    assert.deepEqual(await r.run(['put', 'text', 'U/text;mode=netascii']), QUIET);
    assert.equal(readFileSync(join(r.root, 'text'), 'latin1'), 'a\nb\n', 'the server has line ends of its own');
    assert.equal((await r.run(['get', 'U/text;mode=netascii', '-o', '-'])).stdout, 'a\nb\n');
  });

  test('cp from TFTP to TFTP, and a proof by reading back', async () => {
    await using r = await rig();
    writeFileSync(join(r.root, 'a'), IMAGE);
    assert.deepEqual(await r.run(['cp', 'U/a', 'U/b']), QUIET);
    assert.deepEqual(readFileSync(join(r.root, 'b')), IMAGE);
    writeFileSync(join(r.cwd, 'image'), IMAGE);
    assert.deepEqual(await r.run(['put', '--verify', 'image', 'U/c']), QUIET);
  });

  test('what is not there is not found, and nothing is left here', async () => {
    await using r = await rig();
    const { code, stderr } = await r.run(['get', 'U/none']);
    assert.equal(code, 3);
    assert.match(stderr, /tftp:\/\/127\.0\.0\.1:\d+\/none/);
    assert.deepEqual(readdirSync(r.cwd), []);
  });

  test('stat tells the size', async () => {
    await using r = await rig();
    writeFileSync(join(r.root, 'a'), IMAGE);
    assert.match((await r.run(['stat', 'U/a'])).stdout, /size +3000000 bytes/);
  });

  for (const [words, sentence] of [
    [['ls', 'U/'], /TFTP has no listings: name the file/],
    [['rm', 'U/a'], /TFTP cannot remove files/],
    [['mv', 'U/a', 'U/b'], /TFTP cannot rename files/],
    [['mkdir', 'U/d'], /TFTP knows no directories/],
    [['get', '-r', 'U/'], /TFTP has no listings/],
    [['sync', 'U/', 'here'], /TFTP has no listings/],
  ] as const)
    test(`portcall ${words.join(' ')}: told plainly`, async () => {
      await using r = await rig();
      writeFileSync(join(r.root, 'a'), 'x');
      const { code, stderr } = await r.run(words);
      assert.notEqual(code, 0);
      assert.match(stderr, sentence);
      assert.deepEqual(readdirSync(r.root), ['a']);
    });

  test('a name or a password in the URL is refused: TFTP has no login', async () => {
    await using r = await rig();
    const { code, stderr } = await r.run(['get', 'tftp://ann@127.0.0.1/x']);
    assert.equal(code, 2);
    assert.match(stderr, /TFTP has no login/);
  });
});
