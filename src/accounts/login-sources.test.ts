/** What sources of accounts say of a login, and what of it the log and the client learn. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { account, ACCOUNTS, definition, setUp, sitOut, sitOutVerdict, turn } from '../../test/support/login-desk.ts';
import type { Account } from './account.ts';
import type { AccountDefinition } from './definition.ts';
import { listedAccounts } from './listed.ts';
import type { AccountSource } from './source.ts';

describe('what keeps an account shut is told to the log, costs what a wrong password costs, and counts as one', () => {
  const AT_MS = 1_000_000;
  for (const [flaw, reason] of [
    [{ expiresMs: AT_MS }, 'the account has expired'],
    [{ networks: ['10.0.0.0/8'] }, "the address is in none of the account's networks"],
    [{ networks: [] }, "the address is in none of the account's networks"],
    [{ networks: ['192.0.2.0/24', '0.0.0.0/33'] }, 'the account\'s network "0.0.0.0/33" is malformed'],
    [{ protocols: ['sftp', 'ftps'] }, 'the account is not open to ftp'],
    [{ protocols: ['sftp'], expiresMs: 1, networks: ['junk'] }, 'the account has expired'],
  ] as const satisfies readonly (readonly [Partial<AccountDefinition>, string])[])
    test(JSON.stringify(flaw), async () => {
      const sources = [listedAccounts('the file', [definition('shut', { passwordHash: 'right', ...flaw })])];
      const system = setUp({ sources });
      system.clock.advance(AT_MS);
      for (const password of ['right', 'right', 'wrong']) {
        const verdict = await sitOutVerdict(system, system.login('shut', password));
        assert.deepEqual(verdict, { outcome: 'refused', reason });
      }
      assert.deepEqual(
        system.offences.map(({ offence }) => offence),
        ['wrong-password', 'wrong-password', 'wrong-password'],
      );
    });

  test('and lets in where it is open', async () => {
    const open = { expiresMs: AT_MS, networks: ['192.0.2.0/24'], protocols: ['ftp'] } as const;
    const sources = [listedAccounts('the file', [definition('open', { passwordHash: 'right', ...open })])];
    const { login, clock } = setUp({ sources });
    assert.equal((await login('open', 'right')).outcome, 'accepted');
    clock.advance(AT_MS);
    const late = login('open', 'right');
    await sitOut(clock, late);
    assert.equal((await late).outcome, 'refused', 'the password that was right once does not outlive the account');
  });
});

test('an unknown name and a wrong password are told apart in the log and in what is counted', async () => {
  const system = setUp();
  const unknown = await sitOutVerdict(system, system.login('nobody', 'x'));
  const wrong = await sitOutVerdict(system, system.login('switch', 'x'));
  assert.deepEqual(
    [unknown, wrong].map((verdict) => verdict.outcome === 'refused' && verdict.reason),
    ['unknown name', 'wrong password'],
  );
  assert.deepEqual(
    system.offences.map(({ offence }) => offence),
    ['unknown-account', 'wrong-password'],
  );
});

test('a password that was right is worth nothing once the hash has changed or the account is gone', async () => {
  const listed = listedAccounts('the file', ACCOUNTS);
  const system = setUp({ sources: [listed] });
  assert.equal((await system.login('switch', 'right')).outcome, 'accepted');
  listed.replace([definition('switch', { passwordHash: 'new' })]);
  assert.equal((await sitOutVerdict(system, system.login('switch', 'right'))).outcome, 'refused');
  assert.equal((await system.login('switch', 'new')).outcome, 'accepted');
  listed.replace([definition('switch')]);
  assert.equal((await sitOutVerdict(system, system.login('switch', 'new'))).outcome, 'refused', 'no hash, no password');
  listed.replace([]);
  assert.equal((await sitOutVerdict(system, system.login('switch', 'new'))).outcome, 'refused');
});

test('the first source that has the name decides', async () => {
  const second = listedAccounts('second', [
    definition('switch', { passwordHash: 'other' }),
    definition('printer', { passwordHash: 'p' }),
  ]);
  const system = setUp({ sources: [listedAccounts('first', ACCOUNTS), second] });
  assert.equal((await system.login('printer', 'p')).outcome, 'accepted');
  assert.equal((await sitOutVerdict(system, system.login('switch', 'other'))).outcome, 'refused');
});

const DOWN: AccountSource = { name: 'accounts.sqlite', find: () => Promise.reject(new Error('disk I/O error')) };

test('a source that cannot be asked lets nobody in that it may know; the log says which, the client is not blamed', async () => {
  const anonymous = (): Account => ({ ...account('anonymous'), anonymous: true });
  const system = setUp({ sources: [listedAccounts('first', ACCOUNTS), DOWN], most: 1, anonymous });
  for (const name of ['nobody', 'nobody', 'anonymous']) {
    assert.equal(await sitOut(system.clock, system.login(name, 'x')), 1000);
    const verdict = await sitOutVerdict(system, system.login(name, 'x'));
    const reason = 'the accounts of accounts.sqlite cannot be asked: disk I/O error';
    assert.deepEqual(verdict, { outcome: 'refused', reason });
  }
  assert.equal(system.offences.length, 0);
  assert.equal(system.computed.length, 6, 'it takes as long as any refusal');
  assert.equal((await system.login('switch', 'right')).outcome, 'accepted', 'the first source answered');
});

describe('a name in the client certificate', () => {
  const attempt = { password: '', address: '192.0.2.1', protocol: 'ftps' } as const;
  const sources = [
    listedAccounts('the file', [
      definition('r1', { certificateNames: ['r1.example.net'], networks: ['192.0.2.0/24'] }),
      definition('r2', { passwordHash: 'right', certificateNames: ['r2.example.net'] }),
    ]),
  ];

  test('stands for the password of its account', async () => {
    const { authenticator, computed } = setUp({ sources });
    for (const password of ['', 'anything']) {
      const verdict = await authenticator.login({
        ...attempt,
        password,
        name: 'r1',
        certificateNames: ['r1.example.net'],
      });
      assert.equal(verdict.outcome, 'accepted');
    }
    assert.equal(computed.length, 0);
  });

  test('not of another account, nor without, nor from elsewhere', async () => {
    const system = setUp({ sources });
    for (const one of [
      { ...attempt, name: 'r2', certificateNames: ['r1.example.net'] },
      { ...attempt, name: 'r1', certificateNames: [] },
      { ...attempt, name: 'r1' },
      { ...attempt, name: 'r1', certificateNames: ['r1.example.net'], address: '198.51.100.1' },
    ]) {
      const verdict = await sitOutVerdict(system, system.authenticator.login(one));
      assert.equal(verdict.outcome, 'refused');
    }
  });

  test('and a password still opens an account that has both', async () => {
    const { authenticator } = setUp({ sources });
    const verdict = await authenticator.login({
      ...attempt,
      name: 'r2',
      password: 'right',
      certificateNames: ['other'],
    });
    assert.equal(verdict.outcome, 'accepted');
  });
});

test('what a source has judged itself is not judged again, but its networks and expiry are', async () => {
  const given = (parts: Partial<AccountDefinition>): AccountSource => ({
    name: 'hook',
    find: async ({ password }) =>
      password === 'right' ? { definition: definition('switch', parts), proof: 'given' } : undefined,
  });
  const open = setUp({ sources: [given({})] });
  assert.equal((await open.login('switch', 'right')).outcome, 'accepted');
  assert.equal(open.computed.length, 0);
  assert.equal((await sitOutVerdict(open, open.login('switch', 'wrong'))).outcome, 'refused');
  const shut = setUp({ sources: [given({ networks: ['10.0.0.0/8'] })] });
  assert.equal((await sitOutVerdict(shut, shut.login('switch', 'right'))).outcome, 'refused');
});

test('guesses of one address at a source that judges itself are asked one by one, and stop at the ban', async () => {
  let asked = 0;
  const hook: AccountSource = { name: 'hook', find: async () => ((asked += 1), undefined) };
  const { login, clock } = setUp({ sources: [hook] });
  const verdicts = Array.from({ length: 50 }, (_, guess) => login('switch', `guess ${guess}`));
  for (let time = 0; time < 60; time += 1) await turn();
  clock.advance(60_000);
  await Promise.all(verdicts);
  assert.equal(asked, 10);
});

test('an account whose tree cannot be made is refused with the reason, and nobody is blamed', async () => {
  const system = setUp({
    build: () => {
      throw new Error('/srv/switch does not exist');
    },
  });
  const verdict = await sitOutVerdict(system, system.login('switch', 'right'));
  assert.deepEqual(verdict, { outcome: 'refused', reason: 'the account cannot be opened: /srv/switch does not exist' });
  assert.equal(system.offences.length, 0);
});
