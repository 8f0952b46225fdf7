/** Bounds that hold over all doors: who is let in, how many at once, how quickly, and that leaving gives the place back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../base/manual-clock.ts';
import { type Admission, type AdmissionOptions, type Admitted, createAdmission, type Refused } from './admission.ts';
import { createBanList } from './ban-list.ts';
import { createRateLimit } from './rate-limit.ts';

const setUp = (options: Partial<AdmissionOptions> = {}) => {
  const clock = createManualClock();
  const bans = createBanList({ clock });
  return { clock, bans, admission: createAdmission({ clock, bans, ...options }) };
};

const reasonOf = (verdict: { readonly outcome: 'admitted' } | Refused): string =>
  verdict.outcome === 'refused' ? verdict.reason : 'admitted';

const fill = (admission: Admission, address: string, count: number): Admitted[] =>
  Array.from({ length: count }, () => {
    const verdict = admission.enter(address);
    assert.ok(verdict.outcome === 'admitted', reasonOf(verdict));
    return verdict;
  });

describe('the door', () => {
  test('keeps who is banned out, says for how long, and lets the others in', () => {
    const { admission, bans, clock } = setUp();
    bans.ban('192.0.2.1', { durationMs: 600_000, reason: 'test' });
    assert.equal(reasonOf(admission.enter('192.0.2.1')), 'your address is banned; try again in 10 min');
    clock.advance(590_000);
    assert.equal(reasonOf(admission.enter('192.0.2.1')), 'your address is banned; try again in 10 s');
    assert.equal(reasonOf(admission.enter('192.0.2.2')), 'admitted');
    clock.advance(10_000);
    assert.equal(reasonOf(admission.enter('192.0.2.1')), 'admitted');
  });

  test('keeps a banned /64 out, whatever address it uses', () => {
    const { admission, bans } = setUp();
    bans.ban('2001:db8:0:1::1', { durationMs: 600_000, reason: 'test' });
    for (const address of ['2001:db8:0:1::2', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:DB8:0:1::'])
      assert.match(reasonOf(admission.enter(address)), /banned/);
    assert.equal(reasonOf(admission.enter('2001:db8:0:2::1')), 'admitted');
  });

  test('serves the networks it is told to, but for the denied ones', () => {
    const { admission } = setUp({ networks: { allowed: ['10.0.0.0/8', '2001:db8::/32'], denied: ['10.9.0.0/16'] } });
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1'])
      assert.equal(reasonOf(admission.enter(address)), 'admitted', address);
    for (const address of ['10.9.0.1', '::ffff:10.9.0.1', '192.0.2.1', '::1', '', 'nonsense'])
      assert.equal(reasonOf(admission.enter(address)), 'this server does not serve your network', address);
    const closed = setUp({ networks: { allowed: [] } });
    assert.match(reasonOf(closed.admission.enter('10.0.0.1')), /does not serve/);
  });

  test('is not opened with a malformed network or a limit that is none', () => {
    for (const networks of [{ allowed: ['10.0.0.0/33'] }, { denied: ['10.0.0.0/8', 'all'] }])
      assert.throws(() => setUp({ networks }), /"(10\.0\.0\.0\/33|all)" in the (allowed|denied) networks/);
    for (const limit of [0, -1, NaN, Infinity])
      assert.throws(() => setUp({ limits: { connections: limit } }), /connections cannot be/);
  });
});

describe('the caps', () => {
  test('of one address hold for its whole group, and a place given back is free', () => {
    const { admission } = setUp({ limits: { connectionsPerAddress: 3 } });
    const [first] = fill(admission, '2001:db8::1', 3);
    assert.match(reasonOf(admission.enter('2001:db8::2')), /^3 connections from your address are open already$/);
    assert.equal(reasonOf(admission.enter('2001:db8:1::1')), 'admitted');
    first?.leave();
    first?.leave();
    fill(admission, '2001:db8::3', 1);
    assert.match(reasonOf(admission.enter('2001:db8::4')), /3 connections/);
  });

  test('of the whole server count those whose address is not known yet', () => {
    const { admission } = setUp({ limits: { connections: 2 } });
    const reserved = admission.reserve();
    fill(admission, '192.0.2.1', 1);
    for (const verdict of [admission.reserve(), admission.enter('192.0.2.2')])
      assert.equal(reasonOf(verdict), '2 connections are open already');
    assert.ok(reserved.outcome === 'admitted');
    reserved.leave();
    fill(admission, '192.0.2.2', 1);
  });

  test('of an account hold over all addresses, and sessions are not transfers', () => {
    const { admission } = setUp();
    const account = { name: 'backup', limits: { sessions: 2, transfers: 1 } };
    const session = admission.join(account);
    admission.join(account);
    assert.match(reasonOf(admission.join(account)), /as many sessions at once as it may have \(2\)/);
    const transfer = admission.beginTransfer(account);
    assert.match(reasonOf(admission.beginTransfer(account)), /as many transfers/);
    assert.ok(session.outcome === 'admitted' && transfer.outcome === 'admitted');
    for (const place of [session, session, transfer, transfer]) place.leave();
    assert.equal(reasonOf(admission.join(account)), 'admitted');
    assert.match(reasonOf(admission.join(account)), /sessions/);
    assert.equal(reasonOf(admission.beginTransfer(account)), 'admitted');
    for (let count = 0; count < 100; count += 1)
      assert.equal(reasonOf(admission.join({ name: 'unbounded' })), 'admitted');
  });

  test('a new, lower limit holds for who comes next', () => {
    const { admission } = setUp();
    for (let count = 0; count < 5; count += 1) admission.join({ name: 'a', limits: { sessions: 5 } });
    assert.match(reasonOf(admission.join({ name: 'a', limits: { sessions: 2 } })), /\(2\)/);
  });
});

describe('the rates', () => {
  test('a burst, then an even flow, each group by itself', () => {
    const { admission, clock } = setUp({ limits: { connectionsPerMinute: 60, connectionsPerAddress: 1_000 } });
    fill(admission, '192.0.2.1', 60);
    assert.match(reasonOf(admission.enter('192.0.2.1')), /too many connections .* in 1 s/);
    fill(admission, '192.0.2.2', 60);
    clock.advance(2_000);
    fill(admission, '192.0.2.1', 2);
    assert.match(reasonOf(admission.enter('192.0.2.1')), /too many/);
  });

  test('who only claims to be there has a bound and no rate, and nothing is held against the address', () => {
    const { admission, bans } = setUp({ limits: { connectionsPerMinute: 60, connectionsPerAddress: 5 } });
    for (let count = 0; count < 500; count += 1) {
      const verdict = admission.enter('192.0.2.1', 'claimed');
      assert.ok(verdict.outcome === 'admitted');
      verdict.leave();
    }
    for (let count = 0; count < 5; count += 1) admission.enter('192.0.2.1', 'claimed');
    for (let count = 0; count < 500; count += 1)
      assert.match(reasonOf(admission.enter('192.0.2.1', 'claimed')), /5 connections from your address/);
    assert.equal(bans.entries().length, 0);
  });

  test('who is refused all the time is not kept out the longer for it', () => {
    const { admission, clock } = setUp({ bans: createBanList({ clock: createManualClock() }) });
    for (const place of fill(admission, '192.0.2.1', 50)) place.leave();
    for (let count = 0; count < 5_000; count += 1) {
      const verdict = admission.enter('192.0.2.1');
      if (verdict.outcome === 'admitted') verdict.leave();
    }
    clock.advance(1_000);
    fill(admission, '192.0.2.1', 10);
  });

  test('logins have their own', () => {
    const { admission, clock } = setUp({ limits: { loginsPerMinute: 2 } });
    admission.tryLogin('192.0.2.1');
    admission.tryLogin('192.0.2.1');
    const refused = admission.tryLogin('192.0.2.1');
    assert.ok(refused.outcome === 'refused');
    assert.equal(refused.retryAfterMs, 30_000);
    assert.equal(admission.tryLogin('192.0.2.2').outcome, 'admitted');
    clock.advance(refused.retryAfterMs);
    assert.equal(admission.tryLogin('192.0.2.1').outcome, 'admitted');
  });

  test('waiting as long as was said is enough, and less is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 50 }), (perMinute, burst) => {
        const clock = createManualClock();
        const rate = createRateLimit({ perMinute, burst, keys: 10, clock });
        for (let count = 0; count < burst; count += 1) assert.equal(rate.take('a'), 0);
        const earlyMs = rate.take('a');
        assert.ok(earlyMs > 0);
        if (earlyMs > 2) {
          clock.advance(earlyMs / 2);
          assert.ok(rate.take('a') > 0);
          clock.advance(earlyMs / 2);
        } else clock.advance(earlyMs);
        assert.equal(rate.take('a'), 0);
      }),
    );
  });

  test('no more keys are remembered than may be', () => {
    const rate = createRateLimit({ perMinute: 1, burst: 1, keys: 100, clock: createManualClock() });
    for (let key = 0; key < 1_000; key += 1) rate.take(String(key));
    assert.equal(rate.size, 100);
    assert.ok(rate.take('999') > 0);
  });
});

describe('offences at the door', () => {
  test('a flood of one second is one offence, and a flood of a minute is a ban', () => {
    const { admission, bans, clock } = setUp({ limits: { connectionsPerAddress: 1 } });
    fill(admission, '192.0.2.1', 1);
    for (let count = 0; count < 10_000; count += 1) admission.enter('192.0.2.1');
    assert.equal(bans.offence('192.0.2.1', 'too-many-connections'), 2);
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000);
      for (let count = 0; count < 10; count += 1) admission.enter('192.0.2.1');
    }
    assert.match(reasonOf(admission.enter('192.0.2.1')), /banned/);
    assert.equal(reasonOf(admission.enter('192.0.2.2')), 'admitted');
  });

  test('a full server is nobody’s offence', () => {
    const { admission, bans } = setUp({ limits: { connections: 1 } });
    fill(admission, '192.0.2.1', 1);
    for (let count = 0; count < 100; count += 1) admission.enter('192.0.2.2');
    assert.equal(bans.offence('192.0.2.2', 'no-login'), 1);
  });
});

test('whoever comes and goes in whatever order, no bound is passed and nothing is left behind', () => {
  const moves = fc.array(fc.tuple(fc.nat(4), fc.boolean()), { maxLength: 200 });
  fc.assert(
    fc.property(moves, (list) => {
      const { admission } = setUp({ limits: { connections: 6, connectionsPerAddress: 2 } });
      const inside: { readonly host: number; readonly place: Admitted }[] = [];
      for (const [host, comes] of list) {
        if (!comes) inside.shift()?.place.leave();
        else {
          const verdict = admission.enter(`192.0.2.${host}`);
          const ofHost = inside.filter((other) => other.host === host).length;
          assert.equal(verdict.outcome === 'admitted', inside.length < 6 && ofHost < 2);
          if (verdict.outcome === 'admitted') inside.push({ host, place: verdict });
        }
      }
      for (const { place } of inside) place.leave();
      for (let host = 0; host < 3; host += 1) fill(admission, `192.0.2.${host}`, 2);
    }),
  );
});
