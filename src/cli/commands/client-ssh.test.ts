/** The commands of the client over SSH, in a script: what is wrong with a password file or a key is said, and how to mend it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { needs } from '../../../test/support/program.ts';
import { type RanHere, runHere } from '../../../test/support/run-here.ts';
import { type SftpOverSsh, startSftpOverSsh } from '../../../test/support/sftp-over-ssh.ts';
import { makeKey } from '../../../test/support/ssh-keys.ts';

const portcall = (server: SftpOverSsh, words: readonly string[]): Promise<RanHere> => {
  const [verb = '', ...rest] = words;
  const url = `sftp://u@${server.host}:${server.port}`;
  const trusted = ['--known-hosts', server.knownHostsFile, '--agent', 'off'];
  const config = words.includes('--ssh-config') ? [] : ['--ssh-config', 'none'];
  const written = rest.map((word) => word.replace(/^U(?=\/|$)/, url));
  return runHere([verb, ...trusted, ...config, ...written], { cwd: server.home });
};

describe('in a script', needs('ssh-keygen'), () => {
  test('a password file: its password is used, and without it the command is wrong', async () => {
    await using server = await startSftpOverSsh();
    await writeFile(join(server.home, 'password'), 'p\n', { mode: 0o600 });
    const right = await portcall(server, ['ls', '--password-file', 'password', 'U/']);
    assert.equal(right.code, 0, right.stderr);
    const missing = await portcall(server, ['ls', '--password-file', 'nix', 'U/']);
    assert.equal(missing.code, 2, missing.stderr);
    assert.match(missing.stderr, /--password-file: there is no file .*nix/);
  });

  test('a key that is encrypted: which it is, what it needs, and how to give that', async () => {
    await using server = await startSftpOverSsh();
    const { file } = await makeKey(server.home, 'locked', ['-t', 'ed25519', '-N', 'secret', '-a', '1']);
    const config = join(server.home, 'config');
    await writeFile(config, `IdentityFile ${file}\n`, { mode: 0o600 });
    for (const words of [
      ['--identity', 'locked'],
      ['--ssh-config', config],
    ]) {
      const { code, stderr } = await portcall(server, ['ls', ...words, 'U/']);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /he key \S*\/locked is encrypted and needs a passphrase, and there is no terminal/);
      assert.ok(stderr.includes(`ssh-add ${file}`), stderr);
    }
  });

  test('a file that is no key', async () => {
    await using server = await startSftpOverSsh();
    const { code, stderr } = await portcall(server, ['ls', '--identity', server.home, 'U/']);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /the key \S* is no key that can be read/);
  });

  test('a line of known_hosts that is broken is told of', async () => {
    await using server = await startSftpOverSsh();
    await writeFile(server.knownHostsFile, 'nonsense\n', { flag: 'a' });
    const { code, stderr } = await portcall(server, ['ls', '--identity', server.keyFile, 'U/']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^portcall: \S*known_hosts:3 has no key that can be read; the line is ignored\.\n$/);
  });
});
