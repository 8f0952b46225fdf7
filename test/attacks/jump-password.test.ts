/** A host on the way to a server: it must not be offered what is known of that server, for it could log in there with it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import type { Authenticator } from '../../src/accounts/account.ts';
import { runHere } from '../support/run-here.ts';
import { startSftpOverSsh } from '../support/sftp-over-ssh.ts';

const SECRET = 'the password of the target';
const OF_JUMP = 'the password of the jump host';

/** The environment of this process is put back as it was. */
async function withVariables<T>(variables: Readonly<Record<string, string>>, act: () => Promise<T>): Promise<T> {
  const before = process.env;
  process.env = { ...before, ...variables };
  try {
    return await act();
  } finally {
    process.env = before;
  }
}

interface Way {
  /** As a person would type it; `far` is the target. */
  readonly url: string;
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** What the jump host was offered, by a client that is on its way to `far`. */
async function offeredToJump({ url, words = [], variables = {} }: Way, netrc = ''): Promise<readonly string[]> {
  const offered: string[] = [];
  const recording: Authenticator = {
    login({ password }) {
      offered.push(password);
      return Promise.resolve({ outcome: 'refused', reason: 'wrong password' });
    },
    loginWithKey: () => Promise.resolve({ outcome: 'refused', reason: 'another key' }),
  };
  await using jump = await startSftpOverSsh({ authenticator: recording, keyboardInteractive: 'offered' });
  const [config, passwordFile, netrcFile] = ['config', 'password', 'netrc'].map((name) => join(jump.home, name));
  const here = `HostName ${jump.host}\nUserKnownHostsFile ${jump.knownHostsFile}\nPort ${jump.port}\n`;
  const text = `Host near\nUser u\n${here}Host far\nUser u\nProxyJump near\n${here}`;
  await writeFile(config ?? '', text, { mode: 0o600 });
  await writeFile(passwordFile ?? '', `${SECRET}\n`, { mode: 0o600 });
  const entries = `machine far login u password ${JSON.stringify(SECRET)}\n${netrc.replace('JUMP', jump.host)}`;
  await writeFile(netrcFile ?? '', entries, { mode: 0o600 });
  const { code, stderr } = await withVariables({ NETRC: netrcFile ?? '', ...variables }, () =>
    runHere(['ls', '--ssh-config', config ?? '', '--agent', 'off', ...words, url], { cwd: jump.home }),
  );
  // The jump host itself must have been reached, and have refused.
  assert.equal(code, 4, stderr);
  assert.ok(stderr.includes(`${jump.host} refused the login of u`), stderr);
  return offered;
}

describe('the password of the target is not offered to the host on the way', () => {
  const WAYS: Readonly<Record<string, Way>> = {
    'in the URL': { url: `sftp://u:${encodeURIComponent(SECRET)}@far/` },
    'in the URL of SCP': { url: `scp://u:${encodeURIComponent(SECRET)}@far/x` },
    'in a file': { url: 'sftp://u@far/', words: ['--password-file', 'password'] },
    'in the environment': { url: 'sftp://u@far/', variables: { PORTCALL_PASSWORD: SECRET } },
    'in .netrc': { url: 'sftp://u@far/' },
  };
  for (const [name, way] of Object.entries(WAYS)) {
    test(name, async () => assert.deepEqual(await offeredToJump(way), []));
    test(`${name}, and the host on the way has one of its own`, async () => {
      const own = `machine JUMP login u password ${JSON.stringify(OF_JUMP)}\n`;
      assert.deepEqual([...new Set(await offeredToJump(way, own))], [OF_JUMP]);
    });
  }
});
