/** The sink of our server (P5 to P16): every byte of the conversation is written down. `\0` is yes. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { everywhere, permissionsOf } from '../../src/accounts/permission.ts';
import { FileError } from '../../src/files/error.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { type MemoryFileSystem, memoryFileSystem } from '../../src/files/memory/memory-file-system.ts';
import { at, putFile, readFile, type ServedRun, serveCommand, type ServeOptions } from '../support/scp.ts';
import { sampleBytes } from '../support/tree.ts';

let files: MemoryFileSystem;
beforeEach(async () => {
  files = memoryFileSystem();
  await files.makeDirectory(at('/dir'));
});

const serve = (command: string, options?: ServeOptions, place: FileSystem = files): ServedRun =>
  serveCommand(place, command, options);

const text = async (path: string): Promise<string> => (await readFile(files, path)).toString('latin1');

const isMissing = async (path: string): Promise<boolean> =>
  await files.stat(at(path)).then(
    () => false,
    (error: unknown) => error instanceof FileError && error.kind === 'not-found',
  );

/** The client ends its side, and the server ends with this status. */
async function ends({ client, ended }: ServedRun, status: number): Promise<void> {
  client.channel.end();
  await client.expectEnd();
  assert.equal(await ended, status);
}

describe('the sink of SCP', () => {
  test('P5, P10: a file under a new name, byte by byte', async () => {
    const run = serve('scp -t /new.txt');
    await run.client.expect('\0');
    await run.client.send('C0640 5 sent.txt\n');
    await run.client.expect('\0');
    await run.client.send('hello\0');
    await run.client.expect('\0');
    await ends(run, 0);
    assert.equal(await text('/new.txt'), 'hello');
    const transfer = run.events.find(({ kind }) => kind === 'transfer');
    assert.ok(transfer?.kind === 'transfer');
    const { verb, path, bytes, outcome, direction, evidence, protocol } = transfer;
    assert.deepEqual(
      { verb, path, bytes, outcome, direction, evidence, protocol },
      {
        verb: 'scp -t',
        path: '/new.txt',
        bytes: 5,
        outcome: 'complete',
        direction: 'upload',
        evidence: 'proven',
        protocol: 'scp',
      },
    );
  });

  test('P10: into a directory, several, relative to where the session begins', async () => {
    const run = serve('scp -d -t .', { startDirectory: '/dir' });
    await run.client.expect('\0');
    for (const name of ['a', 'b']) {
      await run.client.send(`C0644 1 ${name}\n`);
      await run.client.expect('\0');
      await run.client.send(`${name}\0`);
      await run.client.expect('\0');
    }
    await ends(run, 0);
    assert.equal((await text('/dir/a')) + (await text('/dir/b')), 'ab');
  });

  const NO_TARGET: readonly (readonly [command: string, says: string])[] = [
    ['scp -d -t /nix', '\x01scp: /nix: No such file or directory\n'],
    ['scp -d -t /file', '\x01scp: /file: Not a directory\n'],
    ['scp -t /file/', '\x01scp: /file/: Not a directory\n'],
    ['scp -t /file/x/y', '\x01scp: /file/x/y: Not a directory\n'],
    ['scp -t a b', '\x01scp: ambiguous target: name one path, in quotes if it has spaces\n'],
    ['scp -t -f x', '\x01scp: say only one of -t (receive) and -f (send)\n'],
  ];
  for (const [command, says] of NO_TARGET)
    test(`P10, P4: ${command}`, async () => {
      await putFile(files, '/file', 'old');
      const run = serve(command);
      await run.client.expect(says);
      await ends(run, 1);
      assert.equal(await text('/file'), 'old');
    });

  test('P3: a shell character is refused, and nothing is done', async () => {
    const run = serve('scp -t /dir; touch /x');
    assert.match(await run.client.rest(), /^\x01scp: there is no shell here/);
    assert.equal(await run.ended, 1);
    assert.equal(run.events[0]?.kind, 'command-failed');
  });

  test('P10: a name with a slash at its end makes no file', async () => {
    const run = serve('scp -t /nix/');
    await run.client.expect('\0');
    await run.client.send('C0644 1 x\n');
    await run.client.expect('\x01scp: /nix/: Not a directory\n');
    await ends(run, 1);
    assert.ok(await isMissing('/nix'));
  });

  const FATAL: readonly (readonly [line: string, why: string])[] = [
    ['C644 1 x\n', 'bad mode'],
    ['C0644 99999999999999999999 x\n', 'size not delimited'],
    ['C0644 1 \n', 'unexpected filename'],
    ['C0644 1 .\n', 'unexpected filename'],
    ['C0644 1 ..\n', 'unexpected filename'],
    ['C0644 1 ../x\n', 'unexpected filename'],
    ['C0644 1 /etc/x\n', 'unexpected filename'],
    ['D0755 0 x\n', 'received directory without -r'],
    ['T1 9999999 1 0\n', 'times not delimited'],
    ['E\n', 'unexpected E'],
    ['\n', 'unexpected <newline>'],
    ['hello\n', 'expected control record'],
    [`C0644 1 ${'x'.repeat(2100)}`, 'line too long'],
  ];
  for (const [line, why] of FATAL)
    test(`P6 to P9: ${JSON.stringify(line.slice(0, 30))} ends everything: ${why}`, async () => {
      const run = serve('scp -t /dir');
      await run.client.expect('\0');
      await run.client.send(line);
      await run.client.expect(`\x02scp: protocol error: ${why}\n`);
      await ends(run, 1);
    });

  test('P6: names of any bytes', async () => {
    const names = ['caf\xe9', ' two  words ', '-rf', 'tab\there', `long${'x'.repeat(251)}`, '\x1b[31m', '*'];
    const run = serve('scp -t /dir');
    await run.client.expect('\0');
    for (const name of names) {
      await run.client.send(`C0644 0 ${name}\n`);
      await run.client.expect('\0');
      await run.client.send('\0');
      await run.client.expect('\0');
    }
    await ends(run, 0);
    let count = 0;
    for await (const batch of files.list(at('/dir'))) count += batch.length;
    assert.equal(count, names.length);
  });

  test('P8, P15: -p keeps times and mode, and never set-user-ID', async () => {
    const run = serve('scp -p -t /x');
    await run.client.expect('\0');
    await run.client.send('T1183828267 0 1183828268 0\n');
    await run.client.expect('\0');
    await run.client.send('C6751 1 x\n');
    await run.client.expect('\0');
    await run.client.send('x\0');
    await run.client.expect('\0');
    await ends(run, 0);
    const { mode, modifiedMs } = await files.stat(at('/x'));
    assert.deepEqual({ mode, modifiedMs }, { mode: 0o751, modifiedMs: 1_183_828_267_000 });
  });

  test('P9: a tree, with its times, and what is made is told', async () => {
    const run = serve('scp -r -p -t /dir');
    await run.client.expect('\0');
    for (const line of [
      'T1000000000 0 1000000000 0\n',
      'D0750 0 top\n',
      'D0755 0 sub\n',
      'C0644 0 f\n',
      '\0',
      'E\n',
      'E\n',
    ]) {
      await run.client.send(line);
      await run.client.expect('\0');
    }
    await ends(run, 0);
    assert.equal(await text('/dir/top/sub/f'), '');
    const { mode, modifiedMs } = await files.stat(at('/dir/top'));
    assert.deepEqual({ mode, modifiedMs }, { mode: 0o750, modifiedMs: 1_000_000_000_000 });
    const made = run.events.flatMap((event) => (event.kind === 'changed' ? [event.path] : []));
    assert.deepEqual(made, ['/dir/top', '/dir/top/sub']);
  });

  test('P9: a directory that is to be made becomes the target where that is missing', async () => {
    const run = serve('scp -r -t /copy');
    await run.client.expect('\0');
    for (const line of ['D0755 0 top\n', 'C0644 0 f\n', '\0', 'E\n']) {
      await run.client.send(line);
      await run.client.expect('\0');
    }
    await ends(run, 0);
    assert.equal(await text('/copy/f'), '');
  });

  test('P9: too deep is refused there, and the rest goes on', async () => {
    const run = serve('scp -r -t /dir', { limits: { depth: 2 } });
    await run.client.expect('\0');
    await run.client.send('D0755 0 a\nD0755 0 b\n');
    await run.client.expect('\0\0');
    await run.client.send('D0755 0 c\n');
    await run.client.expect('\x01scp: c: directories lie deeper than 2\n');
    await run.client.send('E\nE\n');
    await run.client.expect('\0\0');
    await ends(run, 1);
  });

  test('P11: a client that goes away in the middle leaves nothing under the name, and its part for later', async () => {
    await putFile(files, '/x', 'old');
    const run = serve('scp -t /x');
    await run.client.expect('\0');
    await run.client.send('C0644 1000 x\n');
    await run.client.expect('\0');
    await run.client.send('half of it');
    await ends(run, 1);
    assert.equal(await text('/x'), 'old');
    assert.equal(await files.interruptedSize(at('/x'), 'ann'), 10);
    assert.ok(run.events.some((event) => event.kind === 'transfer' && event.outcome === 'aborted'));
  });

  test('P11: a client that ends behind the last byte, as curl does, has sent a whole file', async () => {
    const run = serve('scp -t /x');
    await run.client.expect('\0');
    await run.client.send('C0644 5 x\n');
    await run.client.expect('\0');
    await run.client.send('whole');
    run.client.channel.end();
    await run.client.rest();
    assert.equal(await run.ended, 0);
    assert.equal(await text('/x'), 'whole');
    assert.ok(run.events.some((event) => event.kind === 'transfer' && event.evidence === 'likely'));
  });

  test('P11: more bytes than announced are no line', async () => {
    const run = serve('scp -t /x');
    await run.client.expect('\0');
    await run.client.send('C0644 2 x\n');
    await run.client.expect('\0');
    await run.client.send('abcd\n');
    assert.match(await run.client.rest(), /^\x02scp: protocol error: an answer was expected\n$/);
    assert.equal(await run.ended, 1);
    assert.ok(await isMissing('/x'));
  });

  test('P12, P14: a full disk: the rest of the file is read, one complaint, and the next one is taken', async () => {
    files = memoryFileSystem({ limitBytes: 100_000 });
    const run = serve('scp -t /');
    await run.client.expect('\0');
    await run.client.send('C0644 3000000 big\n');
    const answer = (await run.client.take(1)).toString('latin1');
    // A place that knows what room it has refuses before the first byte.
    if (answer === '\0') {
      await run.client.send(sampleBytes(3_000_000));
      await run.client.send('\0');
      await run.client.expect('\x01');
    }
    await run.client.expect('scp: big: No space left on device\n');
    await run.client.send('C0644 2 small\n');
    await run.client.expect('\0');
    await run.client.send('ok\0');
    await run.client.expect('\0');
    await ends(run, 1);
    assert.equal(await text('/small'), 'ok');
    assert.ok(await isMissing('/big'));
  });

  test('P12: a write that fails in the middle does not bring the two out of step', async () => {
    let writes = 0;
    const failing: FileSystem = {
      ...files,
      openUpload: async (path, options) => {
        const upload = await files.openUpload(path, options);
        return {
          startBytes: 0,
          write: (bytes, position) =>
            (writes += 1) === 2 ? Promise.reject(new FileError('io', path)) : upload.write(bytes, position),
          commit: (how) => upload.commit(how),
          keep: () => upload.keep(),
          discard: () => upload.discard(),
        };
      },
    };
    const run = serve('scp -t /dir', {}, failing);
    await run.client.expect('\0');
    await run.client.send('C0644 5000000 big\n');
    await run.client.expect('\0');
    await run.client.send(sampleBytes(5_000_000));
    await run.client.send('\0');
    await run.client.expect('\x01scp: big: Input/output error\n');
    await run.client.send('C0644 2 small\n');
    await run.client.expect('\0');
    await run.client.send('ok\0');
    await run.client.expect('\0');
    await ends(run, 1);
    assert.ok(await isMissing('/dir/big'));
    assert.equal(await text('/dir/small'), 'ok');
  });

  test('P14: who may not replace replaces nothing, and the file that is new is taken', async () => {
    await putFile(files, '/dir/old', 'old');
    const permissions = everywhere(new Set(['list', 'read', 'write', 'append'] as const));
    const run = serve('scp -t /dir', { account: { permissions } });
    await run.client.expect('\0');
    await run.client.send('C0644 3 old\n');
    await run.client.expect('\x01scp: old: File exists\n');
    await run.client.send('C0644 3 new\n');
    await run.client.expect('\0');
    await run.client.send('new\0');
    await run.client.expect('\0');
    await ends(run, 1);
    assert.equal(await text('/dir/old'), 'old');
    assert.equal(await text('/dir/new'), 'new');
  });

  test('P14: who may only read is told before anything is sent', async () => {
    const run = serve('scp -t /dir', { access: 'read-only' });
    await run.client.expect('\x02scp: /dir: Permission denied (only reading is allowed)\n');
    await ends(run, 1);
    const denied = serve('scp -t /dir/x', { account: { permissions: permissionsOf('read-only') } });
    await denied.client.expect('\0');
    await denied.client.send('C0644 1 x\n');
    await denied.client.expect('\x01scp: x: Permission denied\n');
    await ends(denied, 1);
  });

  test('an account that has as many transfers as it may is refused for each file', async () => {
    const run = serve('scp -t /dir', { beginTransfer: () => ({ outcome: 'refused', reason: 'enough' }) });
    await run.client.expect('\0');
    await run.client.send('C0644 1 x\n');
    await run.client.expect('\x01scp: /dir/x: enough; try again later\n');
    await ends(run, 1);
    assert.ok(run.events.some(({ kind }) => kind === 'limit'));
  });

  test('a file that its source could not read whole is not published', async () => {
    const run = serve('scp -t /dir');
    await run.client.expect('\0');
    await run.client.send('C0644 3 x\n');
    await run.client.expect('\0');
    await run.client.send('ab\0\x01scp: x: it became shorter\n');
    await run.client.expect('\x01scp: x: what arrived is not what was sent\n');
    await ends(run, 1);
    assert.ok(await isMissing('/dir/x'));
  });

  test('P16: what a peer says cannot break a line of ours', async () => {
    const run = serve('scp -t /dir', { beginTransfer: () => ({ outcome: 'refused', reason: 'no' }) });
    await run.client.expect('\0');
    await run.client.send('C0644 1 a\x1b[2Jb\rc\n');
    await run.client.expect('\x01scp: /dir/a?[2Jb?c: no; try again later\n');
    await ends(run, 1);
  });

  test('a session that is ended in the middle ends at once', async () => {
    const stop = new AbortController();
    const run = serve('scp -t /x', { signal: stop.signal });
    await run.client.expect('\0');
    await run.client.send('C0644 1000 x\n');
    await run.client.expect('\0');
    stop.abort();
    assert.equal(await run.ended, 1);
    assert.ok(await isMissing('/x'));
  });
});
