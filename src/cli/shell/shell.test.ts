/** Scripts of the shell over two places in memory: what is said, and what comes of it. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { at, type Places, places, put, textOf } from '../../../test/support/shell-places.ts';
import { FileError } from '../../files/error.ts';
import type { FileSystem } from '../../files/file-system.ts';
import { linesOf } from './script.ts';
import { runShellScript, type ShellOptions } from './shell.ts';

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
    assert.deepEqual(await script(ground, 'get -r dir'), {
      code: 0,
      out: '/dir: 2 files, 30 bytes in 10 ms, 2.9 KiB/s\n',
      err: '',
    });
  });

  test('a directory of which something fails: what, and exit code 8', async () => {
    const ground = places();
    await ground.remote.makeDirectory(at('/half'));
    const { code, err } = await script(ground, 'get -r half');
    assert.equal(err, '/half/x: that is not permitted\nportcall: 1 files of /half could not be copied\n');
    assert.equal(code, 8);
  });

  test('find goes on where a directory cannot be read', async () => {
    const ground = places();
    await put(ground.remote, '/a/x', '1');
    await put(ground.remote, '/b/x', '2');
    const { remote } = ground.options;
    const list: FileSystem['list'] = (path, options) => {
      if (path === '/a') throw new FileError('denied', path);
      return ground.remote.list(path, options);
    };
    const options = { ...ground.options, remote: { ...remote, files: { ...ground.remote, list } } };
    const { code, out, err } = await script({ ...ground, options }, 'find');
    assert.deepEqual([code, out, err], [0, '/a/\n/b/\n/b/x\n', '/a: that is not permitted\n']);
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
