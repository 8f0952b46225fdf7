/** Who gets in, what a refusal costs, and when an address is shut out: counted in hash computations and on a clock that stands still. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROOT } from '../base/virtual-path.ts';
import { account, failTimes, setUp, sitOut, turn } from '../../test/support/login-desk.ts';
import { permissionsOf } from './permission.ts';
import { QueueFullError } from './turnstile.ts';

test('the right password opens its account; the second time no hash is computed', async () => {
  const { login, computed } = setUp();
  for (let time = 0; time < 3; time += 1) {
    const verdict = await login('switch', 'right');
    assert.equal(verdict.outcome === 'accepted' && verdict.account.name, 'switch');
  }
  assert.equal(computed.length, 1);
});

test('a hundred switches with one right password at once cost one computation', async () => {
  const { login, computed } = setUp();
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => login('switch', 'right')));
  assert.ok(verdicts.every(({ outcome }) => outcome === 'accepted'));
  assert.equal(computed.length, 1);
});

test('an unknown name and a wrong password cost the same: one computation and one delay each, every time', async () => {
  for (const [name, password] of [
    ['switch', 'wrong'],
    ['nobody', 'wrong'],
    ['nobody', 'right'],
    ['__proto__', 'constructor'],
    ['', ''],
  ] as const) {
    const { login, computed, clock } = setUp();
    await login('switch', 'right', '198.51.100.7');
    const before = computed.length;
    assert.equal(await sitOut(clock, login(name, password)), 1000, name);
    assert.equal(computed.length - before, 1, name);
    assert.equal(await sitOut(clock, login(name, password)), 2000, name);
    assert.equal(computed.length - before, 2, name);
  }
});

test('a name that nobody has does not get in with the password of the account that it is checked against', async () => {
  const { login, clock } = setUp();
  for (const password of ['right', 'also right']) {
    const verdict = login('nobody', password);
    await sitOut(clock, verdict);
    assert.equal((await verdict).outcome, 'refused');
  }
});

test('delays double up to the longest, with jitter on top', async () => {
  const { login, clock } = setUp({ random: () => 0.999, most: 100 });
  const delays: number[] = [];
  for (let time = 0; time < 6; time += 1) delays.push(await sitOut(clock, login('switch', 'wrong')));
  assert.deepEqual(delays, [1250, 2500, 5000, 10_000, 10_000, 10_000]);
});

test('the tenth failure within ten minutes locks the address out, even with the right password, and only it', async () => {
  const system = setUp();
  await failTimes(system, 10);
  const before = system.computed.length;
  const verdict = await system.login('switch', 'right');
  assert.ok(verdict.outcome === 'locked-out' && verdict.retryAfterMs > 500_000);
  assert.equal(system.computed.length, before, 'nothing is checked');
  assert.equal((await system.login('switch', 'right', '192.0.2.2')).outcome, 'accepted');
  system.clock.advance(600_000);
  assert.equal((await system.login('switch', 'right')).outcome, 'accepted');
});

test('parallel guesses are counted as they come: the eleventh is not checked', async () => {
  const { login, computed, clock } = setUp();
  const verdicts = Array.from({ length: 50 }, (_, guess) => login('switch', `guess ${guess}`));
  for (let time = 0; time < 60; time += 1) await turn();
  clock.advance(60_000);
  const outcomes = (await Promise.all(verdicts)).map(({ outcome }) => outcome);
  assert.equal(computed.length, 10);
  assert.equal(outcomes.filter((outcome) => outcome === 'refused').length, 10);
  assert.equal(outcomes.filter((outcome) => outcome === 'locked-out').length, 40);
});

test('failures long ago do not count', async () => {
  const system = setUp();
  await failTimes(system, 9);
  system.clock.advance(600_000);
  await failTimes(system, 9);
  assert.equal((await system.login('switch', 'right')).outcome, 'accepted');
});

test('a right login clears nothing, so who has an account cannot guess at others; nor is it delayed itself', async () => {
  const system = setUp();
  for (let time = 0; time < 9; time += 1) {
    assert.equal(await sitOut(system.clock, system.login('router', 'also right')), 0);
    await failTimes(system, 1);
  }
  assert.equal((await system.login('router', 'also right')).outcome, 'accepted');
  await failTimes(system, 1);
  assert.equal((await system.login('router', 'also right')).outcome, 'locked-out');
});

test('a /64 counts as one address, and an IPv4-mapped address as the IPv4 address', async () => {
  const system = setUp();
  for (let host = 1; host <= 10; host += 1) await failTimes(system, 1, `2001:db8::${host}`);
  assert.equal((await system.login('switch', 'right', '2001:db8::ffff')).outcome, 'locked-out');
  assert.equal((await system.login('switch', 'right', '2001:db8:0:1::1')).outcome, 'accepted');
  await failTimes(system, 5, '203.0.113.5');
  await failTimes(system, 5, '::ffff:203.0.113.5');
  assert.equal((await system.login('switch', 'right', '203.0.113.5')).outcome, 'locked-out');
});

test('anonymous is refused unless it is offered, and then reads only', async () => {
  const off = setUp();
  const refused = off.login('anonymous', 'me@example.net');
  await sitOut(off.clock, refused);
  assert.equal((await refused).outcome, 'refused');
  const anonymous = { ...account('anonymous'), anonymous: true, permissions: permissionsOf('read-only') };
  const on = setUp({ anonymous: () => anonymous });
  for (const name of ['anonymous', 'ftp', 'Anonymous']) {
    const verdict = await on.login(name, '');
    assert.ok(verdict.outcome === 'accepted' && verdict.account.anonymous);
    assert.deepEqual([...verdict.account.permissions.at(ROOT)], ['list', 'read']);
  }
  assert.equal(on.computed.length, 0);
});

test('an anonymous login does not clear the failures of its address', async () => {
  const system = setUp({ anonymous: () => ({ ...account('anonymous'), anonymous: true }) });
  for (let time = 0; time < 10; time += 1) {
    await system.login('ftp', '');
    await failTimes(system, 1);
  }
  assert.equal((await system.login('switch', 'right')).outcome, 'locked-out');
});

test('a client that goes away during the delay is answered no more, but its failure counts', async () => {
  const { login, clock } = setUp({ most: 1 });
  const controller = new AbortController();
  const verdict = login('switch', 'wrong', '192.0.2.1', controller.signal);
  await turn();
  assert.equal(clock.waiting, 1);
  controller.abort(new Error('gone'));
  await assert.rejects(verdict, /gone/);
  assert.equal(clock.waiting, 0, 'no timer is left');
  assert.equal((await login('switch', 'right')).outcome, 'locked-out');
  await assert.rejects(login('switch', 'right', '192.0.2.9', controller.signal), /gone/);
});

test('a client that goes away while its password is checked still has its failure counted', async () => {
  const open: (() => void)[] = [];
  const { login } = setUp({
    most: 1,
    hasher: { hash: () => Promise.resolve(''), verify: () => new Promise((done) => open.push(() => done(false))) },
  });
  const controller = new AbortController();
  const verdict = login('switch', 'wrong', '192.0.2.1', controller.signal);
  await turn();
  controller.abort(new Error('gone'));
  await assert.rejects(verdict, /gone/);
  open.shift()?.();
  await turn();
  assert.equal((await login('switch', 'right')).outcome, 'locked-out');
});

test('when too many logins wait, the answer is to come back soon, and no failure is counted', async () => {
  const { login } = setUp({
    most: 1,
    hasher: {
      hash: () => Promise.resolve(''),
      verify: () => Promise.reject(new QueueFullError('1000 tasks are waiting already')),
    },
  });
  for (let time = 0; time < 3; time += 1) {
    assert.deepEqual(await login('switch', 'right'), {
      outcome: 'locked-out',
      retryAfterMs: 5_000,
      reason: 'too many logins wait already',
    });
  }
});
