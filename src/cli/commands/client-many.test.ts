/** The commands of the client with several things to do: what fails, what goes on, what is said, and what a signal leaves. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { startTestServer, type TestServer } from '../../../test/support/ftp-server.ts';
import { type RanHere, runHere, type RunHereOptions } from '../../../test/support/run-here.ts';

interface Rig extends AsyncDisposable {
  readonly server: TestServer;
  readonly url: string;
  readonly cwd: string;
  run(words: readonly string[], options?: RunHereOptions): Promise<RanHere>;
}

/** `U` at the beginning of a word is the server's address. */
async function rig(): Promise<Rig> {
  const server = await startTestServer();
  const folder = emptyFolder();
  const url = `ftp://u:p@127.0.0.1:${server.port}`;
  return {
    server,
    url,
    cwd: folder.path,
    run: (words, options) =>
      runHere(
        words.map((word) => word.replace(/^U(?=\/|$)/, url)),
        { cwd: folder.path, ...options },
      ),
    async [Symbol.asyncDispose]() {
      folder[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const events = ({ stdout }: RanHere): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const settings = emptyFolder();
describe('the commands of the client', () => {
  const machine = { ...process.env };
  beforeEach(() => {
    // Nothing of the machine's own.
    process.env['XDG_STATE_HOME'] = join(settings.path, 'state');
    process.env['XDG_CONFIG_HOME'] = join(settings.path, 'config');
    process.env['NETRC'] = join(settings.path, 'netrc');
    delete process.env['PORTCALL_PASSWORD'];
  });
  after(() => {
    process.env = machine;
    settings[Symbol.dispose]();
  });

  describe('several', () => {
    test('files are fetched side by side, each over a connection of its own', async () => {
      await using r = await rig();
      for (let index = 0; index < 12; index += 1) writeFileSync(join(r.server.root, `f${index}`), String(index));
      const ran = await r.run(['get', '--json', '--parallel', '3', 'U/f*']);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(readdirSync(r.cwd).length, 12);
      const opened = r.server.events.filter(({ kind }) => kind === 'session-opened').length;
      assert.ok(opened > 1 && opened <= 4, `${opened} connections`);
      assert.equal(events(ran).filter(({ event }) => event === 'finished').length, 12);
    });

    test('all fail in one way: that way’s code; some fail: 8', async () => {
      await using r = await rig();
      writeFileSync(join(r.server.root, 'a'), 'a');
      assert.equal((await r.run(['cat', 'U/no', 'U/none'])).code, 3);
      const some = await r.run(['cat', 'U/no', 'U/a']);
      assert.deepEqual([some.code, some.stdout], [8, 'a']);
      assert.equal((await r.run(['ls', 'U/no', 'U/'])).code, 8);
      assert.equal((await r.run(['hash', 'U/a', 'U/no'])).code, 8);
      assert.equal((await r.run(['mkdir', 'U/a', 'U/b'])).code, 8);
      assert.ok(existsSync(join(r.server.root, 'b')));
    });

    test('JSON says what failed, by its name, with its kind and code; so does a sentence', async () => {
      await using r = await rig();
      const ran = await r.run(['stat', '--json', 'U/no']);
      assert.deepEqual(events(ran), [
        {
          v: 1,
          event: 'error',
          kind: 'not-found',
          message: `there is no ${r.url.replace(':p@', '@')}/no`,
          path: '/',
          retryable: false,
          exitCode: 3,
        },
      ]);
      assert.equal(ran.stderr, `portcall: there is no ${r.url.replace(':p@', '@')}/no\n`);
      const usage = await r.run(['get', '--json', '--if-exists', 'maybe', 'U/']);
      assert.deepEqual([usage.code, events(usage)[0]?.['kind']], [2, 'usage']);
    });

    test('rm -r goes on where it can; a link goes and what it leads to stays; everything at a place needs --yes', async () => {
      await using r = await rig();
      const { root } = r.server;
      mkdirSync(join(root, 'd', 'e'), { recursive: true });
      writeFileSync(join(root, 'd', 'e', 'f'), 'x');
      writeFileSync(join(root, 'kept'), 'x');
      symlinkSync('../kept', join(root, 'd', 'link'));
      symlinkSync('nowhere', join(r.cwd, 'broken'));
      assert.deepEqual((await r.run(['rm', '-r', '-v', 'U/d', 'broken'])).code, 0);
      assert.deepEqual(readdirSync(root), ['kept']);
      assert.deepEqual(readdirSync(r.cwd), []);
      assert.equal((await r.run(['rm', '-r', 'U/'])).code, 2);
      assert.equal((await r.run(['rm', '-r', '--yes', 'U/'])).code, 0);
      assert.deepEqual(readdirSync(root), []);
      assert.deepEqual([(await r.run(['rm', 'U/kept'])).code, (await r.run(['rm', '-f', 'U/kept'])).code], [3, 0]);
    });
  });

  describe('standard streams', () => {
    test('a reader that goes away ends it without a word', async () => {
      await using r = await rig();
      writeFileSync(join(r.server.root, 'a'), 'a');
      const ran = await r.run(['cat', 'U/a', 'U/a'], {
        writeOut: () => Promise.reject(Object.assign(new Error('gone'), { code: 'EPIPE' })),
      });
      assert.deepEqual(ran, { code: 0, stdout: '', stderr: '' });
    });

    test('cp takes - on either side; standard input needs a name, and keeps what is there when told to', async () => {
      await using r = await rig();
      assert.equal((await r.run(['cp', '-', 'U/in'], { input: 'one' })).code, 0);
      assert.equal((await r.run(['cp', 'U/in', '-'])).stdout, 'one');
      assert.equal((await r.run(['put', '-', 'U/'], { input: 'x' })).code, 2);
      const taken = await r.run(['put', '--if-exists', 'refuse', '-', 'U/in'], { input: 'two' });
      assert.equal(taken.code, 1);
      assert.match(taken.stderr, /^portcall: ftp:\/\/u@[^ ]*\/in: it is there already/);
      assert.equal((await r.run(['put', '--if-exists', 'skip', '-', 'U/in'], { input: 'two' })).code, 0);
      assert.equal(readFileSync(join(r.server.root, 'in'), 'utf8'), 'one');
    });
  });

  describe('sync', () => {
    test('what cannot be done is told, the rest is done, and the code is 8; JSON ends with a report', async () => {
      await using r = await rig();
      for (const name of ['a', 'b', 'c']) writeFileSync(join(r.cwd, name), name);
      mkdirSync(join(r.server.root, 'b'));
      writeFileSync(join(r.server.root, 'b', 'kept'), 'x');
      const ran = await r.run(['sync', '--json', '.', 'U/']);
      assert.equal(ran.code, 8, ran.stderr);
      const told = events(ran);
      assert.deepEqual(
        told.filter(({ event }) => event === 'error').map(({ where }) => where),
        ['b'],
      );
      assert.deepEqual([told.at(-1)?.['event'], told.at(-1)?.['done'], told.at(-1)?.['failed']], ['report', 2, 1]);
      assert.deepEqual(readdirSync(r.server.root).sort(), ['a', 'b', 'c']);
    });

    test('an empty source deletes nothing, and says so', async () => {
      await using r = await rig();
      writeFileSync(join(r.server.root, 'kept'), 'x');
      const ran = await r.run(['sync', '--delete', '.', 'U/']);
      assert.equal(ran.code, 8);
      assert.match(ran.stderr, /nothing is deleted: the source has no names/);
      assert.deepEqual(readdirSync(r.server.root), ['kept']);
    });

    test('names that a server chose meet again what was made of them: the second time nothing is to be done', async () => {
      await using r = await rig();
      for (const name of ['100%', '%1B', '\u202egpj']) writeFileSync(join(r.server.root, name), name);
      assert.equal((await r.run(['sync', 'U/', 'mirror'])).code, 0);
      assert.deepEqual(readdirSync(join(r.cwd, 'mirror')).sort(), ['%251B', '%E2%80%AEgpj', '100%']);
      assert.match(
        (await r.run(['sync', '--delete', '--dry-run', 'U/', 'mirror'])).stdout,
        /^total +nothing to do|^total.* 3 the same/,
      );
      assert.equal((await r.run(['sync', '--raw-names', 'U/', 'raw'])).code, 0);
      assert.ok(existsSync(join(r.cwd, 'raw', '\u202egpj')));
    });
  });

  test(';type=a moves text, which the server translates; nothing that compares bytes goes with it', async () => {
    await using r = await rig();
    const { root } = r.server;
    writeFileSync(join(root, 'dos.txt'), 'a\r\nb\r\n');
    assert.equal((await r.run(['get', 'U/dos.txt;type=a'])).code, 0);
    assert.equal(readFileSync(join(r.cwd, 'dos.txt'), 'utf8'), 'a\nb\n');
    assert.equal((await r.run(['cat', 'U/dos.txt;type=a'])).stdout, 'a\nb\n');
    assert.equal((await r.run(['cat', 'U/dos.txt;type=i'])).stdout, 'a\r\nb\r\n');
    assert.equal((await r.run(['put', 'dos.txt', 'U/there.txt;type=a'])).code, 0);
    assert.equal((await r.run(['put', '-', 'U/piped.txt;type=a'], { input: 'c\n' })).code, 0);
    const types = r.server.events.filter((event) => event.kind === 'transfer' && event.outcome !== 'failed').length;
    assert.ok(types >= 5);
    assert.deepEqual(readFileSync(join(root, 'there.txt'), 'utf8'), 'a\nb\n');
    assert.deepEqual(readFileSync(join(root, 'piped.txt'), 'utf8'), 'c\n');
    assert.equal((await r.run(['get', '--verify', 'U/dos.txt;type=a'])).code, 2);
    assert.equal((await r.run(['get', '--if-exists', 'refuse', 'U/dos.txt;type=a'])).code, 1);
  });

  test('SIGINT: 130, nothing under the name, and --resume goes on where it was', async () => {
    await using r = await rig();
    const content = randomBytes(3_000_000);
    writeFileSync(join(r.server.root, 'big'), content);
    const cut = await r.run(['get', '--json', '--resume', '--limit-rate', '6M', 'U/big'], {
      onOutput: (text, stop) => (text.includes('"progress"') ? stop() : undefined),
    });
    assert.equal(cut.code, 130);
    assert.equal(cut.stderr, 'portcall: interrupted\n');
    assert.equal(events(cut).at(-1)?.['kind'], 'interrupted');
    assert.ok(!existsSync(join(r.cwd, 'big')));
    const resumed = await r.run(['get', '--json', '--resume', 'U/big']);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.ok(Number(events(resumed).at(-1)?.['resumedAtBytes']) > 0);
    assert.deepEqual(readFileSync(join(r.cwd, 'big')), content);
    assert.deepEqual(readdirSync(r.cwd), ['big']);
  });

  describe('passwords', () => {
    test('from a file, the environment and .netrc, which nobody else may read; none gives a sentence', async () => {
      await using r = await rig();
      const url = r.url.replace(':p@', '@');
      writeFileSync(join(r.cwd, 'secret'), 'p\nmore\n');
      assert.equal((await r.run(['ls', url, '--password-file', 'secret'])).code, 0);
      const none = await r.run(['ls', url]);
      assert.equal(none.code, 4);
      assert.match(none.stderr, /wants a password for u, and none was given \(.*--password-file/);
      process.env['PORTCALL_PASSWORD'] = 'p';
      assert.equal((await r.run(['ls', url])).code, 0);
      delete process.env['PORTCALL_PASSWORD'];
      const netrc = join(settings.path, 'netrc');
      writeFileSync(netrc, 'machine 127.0.0.1 login u password p\n', { mode: 0o600 });
      assert.equal((await r.run(['ls', url.replace('u@', '')])).code, 0);
      chmodSync(netrc, 0o644);
      const open = await r.run(['ls', url]);
      assert.deepEqual([open.code, /can be read by others; chmod 600/.test(open.stderr)], [2, true], open.stderr);
      // What is not needed from it is not asked for.
      assert.equal((await r.run(['ls', 'U'])).code, 0);
    });
  });

  describe('bookmarks', () => {
    test('a short name with its flags; the command line overrules them; a password is refused', async () => {
      await using r = await rig();
      const url = r.url.replace(':p@', '@');
      mkdirSync(join(r.server.root, 'images'));
      writeFileSync(join(r.server.root, 'images', 'a b%20'), 'a');
      writeFileSync(join(r.cwd, 'secret'), 'p');
      assert.equal((await r.run(['bookmark', 'add', 'lab', `${r.url}/images`])).code, 2);
      const added = await r.run([
        'bookmark',
        'add',
        'lab',
        `${url}/images`,
        '--password-file',
        'secret',
        '--timeout',
        '9',
      ]);
      assert.equal(added.code, 0, added.stderr);
      assert.equal((await r.run(['bookmark', 'add', 'lab', url])).code, 1);
      assert.deepEqual(JSON.parse((await r.run(['bookmark', 'list', '--json'])).stdout), [
        { name: 'lab', url: `${url}/images`, settings: { 'password-file': join(r.cwd, 'secret'), timeout: 9 } },
      ]);
      assert.equal((await r.run(['ls', 'lab:'])).stdout, 'a b%20\n');
      assert.equal((await r.run(['cat', 'lab:a b%20', 'lab:/images/a b%20'])).stdout, 'aa');
      assert.equal((await r.run(['ls', 'lab:', '--password-file', '/dev/null'])).code, 4);
      assert.equal((await r.run(['put', 'secret', 'lab:'])).code, 0);
      assert.ok(existsSync(join(r.server.root, 'images', 'secret')));
      assert.equal((await r.run(['bookmark', 'remove', 'lab'])).code, 0);
      const gone = await r.run(['ls', 'lab:']);
      assert.equal(gone.code, 3);
      assert.match(gone.stderr, /and no bookmark lab\n$/);
    });

    test('a file of this machine with a colon is no bookmark', async () => {
      await using r = await rig();
      writeFileSync(join(r.cwd, 'not:one'), 'x');
      writeFileSync(join(r.cwd, 'back\\slash'), 'x');
      assert.equal((await r.run(['put', 'not:one', 'back\\slash', 'U/'])).code, 0);
      assert.deepEqual(readdirSync(r.server.root).sort(), ['back\\slash', 'not:one']);
    });
  });
});
