import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definition, type LoginDesk, setUp, turn } from '../../test/support/login-desk.ts';
import type { KeyAttempt, KeyVerdict } from './account.ts';
import { listedAccounts } from './listed.ts';

const blobOf = (letter: string): Buffer => Buffer.from(`AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)}`, 'base64');
const lineOf = (letter: string, options = ''): string =>
  `${options}ssh-ed25519 ${blobOf(letter).toString('base64')} comment`;

const ACCOUNTS = [
  definition('switch', { publicKeys: [lineOf('A'), lineOf('B', 'restrict,command="internal-sftp -R" ')] }),
  definition('elsewhere', { publicKeys: [lineOf('A', 'from="10.0.0.0/8" ')] }),
  definition('ftp-only', { publicKeys: [lineOf('A')], protocols: ['ftp'] }),
  definition('scp-only', { publicKeys: [lineOf('A')], protocols: ['scp'] }),
];

const desk = (): LoginDesk => setUp({ sources: [listedAccounts('the file', ACCOUNTS)] });

async function ask(system: LoginDesk, parts: Partial<KeyAttempt>): Promise<KeyVerdict> {
  const attempt: KeyAttempt = {
    name: 'switch',
    address: '192.0.2.1',
    protocol: 'sftp',
    publicKey: blobOf('A'),
    stage: 'proved',
    ...parts,
  };
  const verdict = system.authenticator.loginWithKey?.(attempt);
  assert.ok(verdict);
  let isDone = false;
  verdict.finally(() => (isDone = true)).catch(() => undefined);
  for (let steps = 0; steps < 100; steps += 1) {
    if (isDone as boolean) break;
    await turn();
    system.clock.advance(250);
  }
  return await verdict;
}

describe('a login with a key', () => {
  test('the account’s own key opens it, with what it may do', async () => {
    const verdict = await ask(desk(), {});
    assert.equal(verdict.outcome, 'accepted');
    const other = await ask(desk(), { publicKey: blobOf('B') });
    assert.deepEqual(other.outcome === 'accepted' && other.restrictions, { access: 'read-only', only: 'sftp' });
  });

  test('another key, an unknown name, another address and another door do not', async () => {
    const system = desk();
    for (const [parts, reason] of [
      [{ publicKey: blobOf('C') }, 'that key is none of the account'],
      [{ name: 'nobody' }, 'unknown name'],
      [{ name: 'elsewhere' }, 'the key is not for that address'],
      [{ name: 'ftp-only' }, 'the account is not open to sftp'],
    ] as const)
      assert.deepEqual(await ask(system, parts), { outcome: 'refused', reason });
    assert.equal(system.offences.length, 4);
  });

  test('to ask about a key is no offence, however many a client has', async () => {
    const system = desk();
    for (const letter of 'CDEFGHIJKLMNOPQRST')
      assert.equal((await ask(system, { publicKey: blobOf(letter), stage: 'asked' })).outcome, 'refused');
    assert.deepEqual(system.offences, []);
    assert.equal((await ask(system, { stage: 'asked' })).outcome, 'accepted');
  });

  test('an account for SCP alone is let in over SSH, where nobody knows yet what will be asked for', async () => {
    assert.equal((await ask(desk(), { name: 'scp-only' })).outcome, 'accepted');
  });

  test('who is banned is not looked at', async () => {
    const system = desk();
    for (let time = 0; time < 10; time += 1) await ask(system, { publicKey: blobOf('C') });
    assert.equal((await ask(system, {})).outcome, 'locked-out');
  });

  test('no password opens an account that has keys only', async () => {
    const system = desk();
    const verdict = system.login('switch', '');
    await turn();
    for (let step = 0; step < 20; step += 1) {
      system.clock.advance(500);
      await turn();
    }
    assert.equal((await verdict).outcome, 'refused');
  });
});
