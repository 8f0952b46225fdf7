/** Our client over SSH at OpenSSH's server: what people type, with known hosts, keys and a jump host. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeKey, needsSshd, type RunningSshd, startSshd } from '../support/peers/openssh.ts';
import { run } from '../support/program.ts';
import { type RanHere, runHere } from '../support/run-here.ts';
import { sampleBytes } from '../support/tree.ts';

describe('our client at OpenSSH’s server', needsSshd, () => {
  let server: RunningSshd;
  let knownHosts: string;
  let folder: string;
  before(async () => {
    server = await startSshd();
    folder = join(server.folder, 'files');
    await mkdir(folder);
    knownHosts = join(server.folder, 'known_hosts');
    await writeFile(knownHosts, server.knownHost);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  const at = (path: string, scheme = 'sftp'): string =>
    `${scheme}://${server.user}@${server.host}:${server.port}/${join(folder, path)}`;
  const trusted = (): readonly string[] => ['--known-hosts', knownHosts, '--ssh-config', 'none', '--agent', 'off'];
  const portcall = (words: readonly string[], more: readonly string[] = []): Promise<RanHere> => {
    const [verb = '', ...rest] = words;
    return runHere([verb, ...trusted(), '--identity', server.keyFile, ...more, ...rest], { cwd: server.folder });
  };

  for (const scheme of ['sftp', 'scp'])
    test(`${scheme}: a file there and back, byte for byte`, async () => {
      const bytes = Buffer.from(sampleBytes(1_500_000));
      await writeFile(join(server.folder, 'here'), bytes);
      const up = await portcall(['put', 'here', at(`${scheme}.bin`, scheme)]);
      assert.equal(up.code, 0, up.stderr);
      assert.deepEqual(await readFile(join(folder, `${scheme}.bin`)), bytes);
      const down = await portcall(['get', at(`${scheme}.bin`, scheme), '-o', 'back']);
      assert.equal(down.code, 0, down.stderr);
      assert.deepEqual(await readFile(join(server.folder, 'back')), bytes);
    });

  test('a tree is mirrored, and then there is nothing to do', async () => {
    await mkdir(join(server.folder, 'tree/sub'), { recursive: true });
    await writeFile(join(server.folder, 'tree/one'), '1');
    await writeFile(join(server.folder, 'tree/sub/ü ☃'), '2');
    const first = await portcall(['sync', 'tree', at('mirror')]);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(await readFile(join(folder, 'mirror/sub/ü ☃'), 'utf8'), '2');
    const again = await portcall(['sync', '--dry-run', 'tree', at('mirror')]);
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stdout, /sub\/ü/);
  });

  test('what is there is listed, moved, made and removed', async () => {
    await writeFile(join(folder, 'x'), 'x');
    for (const words of [
      ['mkdir', at('made')],
      ['mv', at('x'), at('made/y')],
      ['stat', at('made/y')],
      ['rm', '-r', at('made')],
    ]) {
      const { code, stderr } = await portcall(words);
      assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
    }
    const gone = await portcall(['stat', at('made')]);
    assert.equal(gone.code, 3, gone.stderr);
  });

  test('nothing found after one slash: where it was looked for, and how to begin at the root', async () => {
    await writeFile(join(folder, 'present'), '');
    const origin = (scheme: string): string => `${scheme}://${server.user}@${server.host}:${server.port}`;
    for (const scheme of ['sftp', 'scp'])
      for (const words of [['cat'], ['stat'], ['get']]) {
        const path = join(folder, 'present').slice(1);
        const relative = await portcall([...words, `${origin(scheme)}/${path}`]);
        assert.equal(relative.code, 3, relative.stderr);
        const hint = `after one slash a path begins where the login does; ${origin(scheme)}//${path} begins at the root`;
        assert.equal(relative.stderr.split(hint).length, 2, relative.stderr);
        const absolute = await portcall([...words, `${origin(scheme)}//${path}`]);
        assert.equal(absolute.code, 0, absolute.stderr);
        const nowhere = await portcall([...words, `${origin(scheme)}/%2F${path}.nix`]);
        assert.equal(nowhere.code, 3, nowhere.stderr);
        assert.doesNotMatch(nowhere.stderr, /one slash/);
      }
  });

  test('a host that is not known is refused in a script, with its fingerprint; a changed one always is', async () => {
    const { output } = await run('ssh-keygen', ['-l', '-f', `${server.hostKeyFile}.pub`]);
    const fingerprint = output.split(' ')[1] ?? '';
    const nobody = join(server.folder, 'nobody');
    const words = ['--ssh-config', 'none', '--agent', 'off', '--identity', server.keyFile, '--known-hosts'];
    const refused = await runHere(['ls', ...words, nobody, at('')], { cwd: server.folder });
    assert.equal(refused.code, 5, refused.stderr);
    assert.ok(refused.stderr.includes(`--host-key ${fingerprint}`), refused.stderr);
    const pinned = await runHere(['ls', ...words, nobody, '--host-key', fingerprint, at('')], { cwd: server.folder });
    assert.equal(pinned.code, 0, pinned.stderr);
    const accepted = await runHere(['ls', ...words, nobody, '--accept-new', at('')], { cwd: server.folder });
    assert.equal(accepted.code, 0, accepted.stderr);
    assert.ok(server.knownHost.startsWith((await readFile(nobody, 'utf8')).trim()), 'it is remembered');
    const other = join(server.folder, 'other');
    await makeKey(other);
    const [, blob = ''] = (await readFile(`${other}.pub`, 'utf8')).split(' ');
    await writeFile(nobody, `[${server.host}]:${server.port} ssh-ed25519 ${blob}\n`);
    const changed = await runHere(['ls', ...words, nobody, '--accept-new', at('')], { cwd: server.folder });
    assert.equal(changed.code, 5, changed.stderr);
    assert.match(changed.stderr, /is not the one that is known: it shows SHA256:.*nobody:1 has SHA256:/);
  });

  test('~/.ssh/config names host, port, user, key and the host on the way', async () => {
    const config = join(server.folder, 'config');
    await writeFile(
      config,
      [
        'Host near far',
        `  HostName ${server.host}`,
        `  Port ${server.port}`,
        `  User ${server.user}`,
        `  IdentityFile ${server.keyFile}`,
        '  IdentitiesOnly yes',
        `  UserKnownHostsFile ${knownHosts}`,
        'Host far',
        '  ProxyJump near',
      ].join('\n'),
    );
    await writeFile(join(folder, 'via'), 'two hops');
    const { code, stdout, stderr } = await runHere(
      ['cat', '--ssh-config', config, '--agent', 'off', `sftp://far/${join(folder, 'via')}`],
      { cwd: server.folder },
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'two hops');
  });

  test('without any key that it takes, the sentence says what was tried', async () => {
    const { code, stderr } = await runHere(['ls', ...trusted(), at('')], { cwd: server.folder });
    assert.equal(code, 4, stderr);
    assert.match(stderr, /refused the login of .*it takes publickey/);
  });
});
