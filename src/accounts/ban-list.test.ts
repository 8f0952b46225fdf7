/** Who is banned, for how long, and that neither a crowd, a restart nor a wrong date changes it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../base/manual-clock.ts';
import {
  type Ban,
  type BanListOptions,
  createBanList,
  DEFAULT_BAN_POLICY,
  OFFENCES,
  type Offence,
} from './ban-list.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 5, 1, 12);

const setUp = (options: Partial<BanListOptions> = {}) => {
  const clock = createManualClock(NOON);
  const begun: Ban[] = [];
  const bans = createBanList({ clock, onBan: (ban) => void begun.push(ban), ...options });
  const commit = (address: string, offence: Offence, times: number): number => {
    let count = 0;
    for (let time = 0; time < times; time += 1) count = bans.offence(address, offence);
    return count;
  };
  return { clock, bans, begun, commit };
};

describe('what leads to a ban', () => {
  const table: readonly (readonly [Offence, number])[] = [
    ['wrong-password', 10],
    ['unknown-account', 7],
    ['no-login', 20],
    ['bad-protocol', 4],
    ['too-many-connections', 50],
    ['stranger-on-data-port', 5],
  ];
  for (const [offence, times] of table)
    test(`${times} times ${offence}, and not one less`, () => {
      const { bans, commit } = setUp();
      assert.equal(commit('192.0.2.1', offence, times - 1), times - 1);
      assert.equal(bans.bannedForMs('192.0.2.1'), 0);
      assert.equal(commit('192.0.2.1', offence, 1), times);
      assert.equal(bans.bannedForMs('192.0.2.1'), 30 * MINUTE_MS);
      assert.equal(bans.bannedForMs('192.0.2.2'), 0);
    });

  test('offences of all kinds add up', () => {
    const { bans, commit, begun } = setUp();
    commit('192.0.2.1', 'bad-protocol', 3);
    commit('192.0.2.1', 'unknown-account', 1);
    assert.equal(bans.offence('192.0.2.1', 'wrong-password'), 5);
    assert.deepEqual(begun, [
      { group: '192.0.2.1', reason: '5 offences within 10 min, the last: wrong password', durationMs: 30 * MINUTE_MS },
    ]);
  });

  test('what lies behind the window is forgotten', () => {
    const { bans, clock, commit } = setUp();
    commit('192.0.2.1', 'wrong-password', 9);
    clock.advance(11 * MINUTE_MS);
    assert.equal(commit('192.0.2.1', 'wrong-password', 9), 9);
    assert.equal(bans.bannedForMs('192.0.2.1'), 0);
  });

  test('a guess every 70 seconds is below the threshold for ever, one every 60 is not', () => {
    const { bans, clock } = setUp();
    const guess = (address: string, everyMs: number): void => {
      for (let time = 0; time < 100; time += 1) {
        bans.offence(address, 'wrong-password');
        clock.advance(everyMs);
      }
    };
    guess('192.0.2.1', 70_000);
    assert.equal(bans.entries().length, 0);
    guess('192.0.2.2', 60_000);
    assert.equal(bans.entries().length, 1);
  });

  test('one /64 is one client, and an IPv4 address inside IPv6 is itself', () => {
    const { bans, commit } = setUp();
    for (let host = 1; host <= 10; host += 1) commit(`2001:db8:0:1::${host}`, 'wrong-password', 1);
    assert.ok(bans.bannedForMs('2001:db8:0:1:ffff::1') > 0);
    assert.equal(bans.bannedForMs('2001:db8:0:2::1'), 0);
    commit('::ffff:192.0.2.1', 'wrong-password', 5);
    commit('192.0.2.1', 'wrong-password', 5);
    assert.ok(bans.bannedForMs('::ffff:c000:201') > 0);
  });

  test('points, window and length can be chosen', () => {
    const { bans, commit } = setUp({ policy: { points: { 'no-login': 50 }, banMs: 1_000 } });
    commit('192.0.2.1', 'no-login', 2);
    assert.equal(bans.bannedForMs('192.0.2.1'), 1_000);
  });
});

describe('how long a ban lasts', () => {
  test('it ends by itself, and a new one takes twice as long, up to a day', () => {
    const { bans, clock, commit, begun } = setUp();
    for (let round = 0; round < 9; round += 1) {
      commit('192.0.2.1', 'bad-protocol', 4);
      clock.advance(bans.bannedForMs('192.0.2.1'));
      assert.equal(bans.bannedForMs('192.0.2.1'), 0);
      assert.deepEqual(bans.entries(), []);
    }
    const hours = begun.map(({ durationMs }) => durationMs / HOUR_MS);
    assert.deepEqual(hours, [0.5, 1, 2, 4, 8, 16, 24, 24, 24]);
  });

  test('after a quiet day it begins anew', () => {
    const { bans, clock, commit } = setUp();
    commit('192.0.2.1', 'bad-protocol', 4);
    clock.advance(30 * MINUTE_MS + DAY_MS);
    commit('192.0.2.1', 'bad-protocol', 4);
    assert.equal(bans.bannedForMs('192.0.2.1'), 30 * MINUTE_MS);
  });

  test('offences of sessions that are open still are counted, but neither lengthen the ban nor wait behind it', () => {
    const { bans, clock, commit, begun } = setUp();
    commit('192.0.2.1', 'bad-protocol', 4);
    clock.advance(25 * MINUTE_MS);
    assert.equal(commit('192.0.2.1', 'bad-protocol', 50), 50);
    clock.advance(5 * MINUTE_MS);
    assert.equal(bans.bannedForMs('192.0.2.1'), 0);
    commit('192.0.2.1', 'bad-protocol', 1);
    assert.equal(begun.length, 1);
  });
});

describe('the allow list', () => {
  test('nobody in it is banned, not even by neighbours in the same /64', () => {
    const { bans, commit } = setUp({ allow: ['10.0.0.0/8', '2001:db8::5'] });
    assert.equal(commit('10.1.2.3', 'bad-protocol', 100), 100);
    assert.equal(commit('2001:db8::5', 'bad-protocol', 100), 100);
    assert.deepEqual(bans.entries(), []);
    commit('2001:db8::6', 'bad-protocol', 4);
    assert.ok(bans.bannedForMs('2001:db8::6') > 0);
    assert.equal(bans.bannedForMs('2001:db8::5'), 0);
    assert.throws(() => bans.ban('10.1.2.3', { durationMs: 1, reason: '' }), /allow list/);
  });

  test('a malformed network stops the start and is named', () => {
    for (const bad of ['10.0.0.0/33', '10.0.0', 'any', '', '::/129', '10.0.0.0/8 '])
      assert.throws(
        () => setUp({ allow: ['192.0.2.0/24', bad] }),
        (error) => error instanceof RangeError && error.message.includes(`"${bad}"`),
      );
  });

  test('so does a policy that makes no sense', () => {
    for (const policy of [{ threshold: 0 }, { windowMs: NaN }, { banMs: Infinity }, { points: { 'no-login': -1 } }])
      assert.throws(() => setUp({ policy }), RangeError);
  });
});

describe('bans by hand', () => {
  test('are listed and lifted, by address or by group', () => {
    const { bans, clock } = setUp();
    const entry = bans.ban('2001:db8::7', { durationMs: HOUR_MS, reason: 'scans us' });
    bans.ban('192.0.2.1', { durationMs: DAY_MS, reason: 'asked for it' });
    assert.deepEqual(entry, { group: '2001:db8:0:0::/64', untilMs: NOON + HOUR_MS, reason: 'scans us', count: 1 });
    clock.advance(1_000);
    assert.deepEqual(
      bans.entries().map(({ group, untilMs }) => [group, untilMs]),
      [
        ['2001:db8:0:0::/64', NOON + HOUR_MS],
        ['192.0.2.1', NOON + DAY_MS],
      ],
    );
    assert.equal(bans.lift('192.0.2.1/32'), true);
    assert.equal(bans.lift('192.0.2.1'), false);
    assert.equal(bans.lift('2001:db8::/64'), true);
    assert.deepEqual(bans.entries(), []);
  });

  test('what is lifted is forgiven', () => {
    const { bans, commit, begun } = setUp();
    commit('192.0.2.1', 'bad-protocol', 4);
    bans.lift('192.0.2.1');
    commit('192.0.2.1', 'bad-protocol', 4);
    assert.deepEqual(
      begun.map(({ durationMs }) => durationMs),
      [30 * MINUTE_MS, 30 * MINUTE_MS],
    );
  });

  test('nonsense is refused', () => {
    const { bans } = setUp();
    for (const address of ['', 'all', '10.0.0.0/8', '2001:db8::/32', '10.0.0'])
      assert.throws(() => bans.ban(address, { durationMs: 1, reason: '' }), /is no address/);
    for (const durationMs of [0, -1, NaN, Infinity, 400 * DAY_MS])
      assert.throws(() => bans.ban('192.0.2.1', { durationMs, reason: '' }), RangeError);
    assert.equal(bans.lift('all'), false);
  });
});

describe('the bound', () => {
  test('a crowd that comes once makes the list forget no ban and nobody who is busy', () => {
    const { bans, commit } = setUp({ policy: { groups: 100 } });
    commit('192.0.2.1', 'bad-protocol', 4);
    commit('192.0.2.2', 'bad-protocol', 1);
    for (let host = 0; host < 5_000; host += 1) {
      bans.offence(`10.0.${host >> 8}.${host & 255}`, 'wrong-password');
      if (host === 2_000) bans.offence('192.0.2.2', 'bad-protocol');
      if (host % 50 === 0) bans.offence('192.0.2.3', 'too-many-connections');
    }
    assert.ok(bans.bannedForMs('192.0.2.1') > 0);
    assert.ok(bans.bannedForMs('192.0.2.3') > 0, 'came a hundred times, was forgotten each time');
    assert.equal(bans.offence('192.0.2.2', 'bad-protocol'), 1);
  });

  test('of more bans than it can hold the oldest is forgotten', () => {
    const { bans } = setUp({ policy: { groups: 100 } });
    for (let host = 0; host < 150; host += 1) bans.ban(`10.0.0.${host}`, { durationMs: HOUR_MS, reason: '' });
    assert.deepEqual([bans.entries().length, bans.entries()[0]?.group], [100, '10.0.0.50']);
  });

  test('a hundred thousand offences of one address are counted and cost nothing', () => {
    const { bans, commit } = setUp({ policy: { points: { 'wrong-password': 0 } } });
    assert.equal(commit('192.0.2.1', 'wrong-password', 100_000), 100_000);
    assert.equal(bans.bannedForMs('192.0.2.1'), 0);
  });
});

describe('a restart', () => {
  const restart = (from: ReturnType<typeof setUp>, laterMs = 0, options: Partial<BanListOptions> = {}) => {
    const clock = createManualClock(NOON + laterMs);
    const bans = createBanList({ clock, ...options });
    const ignored = bans.restore(JSON.parse(JSON.stringify(from.bans.snapshot())));
    return { bans, clock, ignored };
  };

  test('frees nobody before the time', () => {
    const before = setUp();
    before.commit('192.0.2.1', 'bad-protocol', 4);
    before.commit('2001:db8::1', 'bad-protocol', 4);
    const { bans, clock, ignored } = restart(before, 10 * MINUTE_MS);
    assert.deepEqual(ignored, []);
    assert.equal(bans.bannedForMs('192.0.2.1'), 20 * MINUTE_MS);
    assert.equal(bans.bannedForMs('2001:db8::2'), 20 * MINUTE_MS);
    assert.deepEqual(bans.entries(), before.bans.entries());
    clock.advance(20 * MINUTE_MS);
    assert.deepEqual(bans.entries(), []);
  });

  test('leaves out what is over, but the next ban is the longer one still', () => {
    const before = setUp();
    before.commit('192.0.2.1', 'bad-protocol', 4);
    const { bans } = restart(before, HOUR_MS);
    assert.deepEqual(bans.entries(), []);
    for (let time = 0; time < 4; time += 1) bans.offence('192.0.2.1', 'bad-protocol');
    assert.equal(bans.bannedForMs('192.0.2.1'), HOUR_MS);
  });

  test('with a date that jumped by years bans nobody longer than was meant', () => {
    const before = setUp();
    before.commit('192.0.2.1', 'bad-protocol', 4);
    assert.equal(restart(before, -20 * 365 * DAY_MS).bans.bannedForMs('192.0.2.1'), 30 * MINUTE_MS);
    assert.equal(restart(before, 20 * 365 * DAY_MS).bans.bannedForMs('192.0.2.1'), 0);
  });

  test('with a new allow list keeps to that', () => {
    const before = setUp();
    before.commit('192.0.2.1', 'bad-protocol', 4);
    assert.deepEqual(restart(before, 0, { allow: ['192.0.2.0/24'] }).bans.entries(), []);
  });

  test('shortens no ban that is in force', () => {
    const { bans, commit } = setUp();
    commit('192.0.2.1', 'bad-protocol', 4);
    const old = bans.snapshot();
    bans.ban('192.0.2.1', { durationMs: DAY_MS, reason: 'longer' });
    bans.restore(old);
    assert.equal(bans.bannedForMs('192.0.2.1'), DAY_MS);
  });

  test('with a damaged file says what is damaged, and takes the rest', () => {
    const good = { group: '192.0.2.1', untilMs: NOON + HOUR_MS, durationMs: HOUR_MS, count: 1, reason: 'x' };
    const bad = [
      null,
      7,
      { ...good, group: '192.0.2' },
      { ...good, group: '2001:db8::1' },
      { ...good, group: '10.0.0.0/8' },
      { ...good, untilMs: 'soon' },
      { ...good, untilMs: 1e300 },
      { ...good, durationMs: 1e300 },
      { ...good, durationMs: -1 },
      { ...good, count: null },
      { ...good, reason: undefined },
    ];
    const { bans } = setUp();
    const ignored = bans.restore({ version: 1, bans: [...bad, good] });
    assert.equal(ignored.length, bad.length);
    assert.equal(ignored[0], 'stored ban 1 is damaged and was left out');
    assert.equal(bans.entries().length, 1);
    for (const value of [undefined, null, 'bans', [], {}, { version: 2, bans: [] }, { version: 1, bans: {} }])
      assert.equal(bans.restore(value).length, 1);
    assert.equal(bans.restore({ version: 1, bans: Array.from({ length: 5_000 }, () => 0) }).length, 21);
  });

  test('with any JSON at all never throws, and bans nobody for more than a year', () => {
    const almost = fc.record({
      group: fc.oneof(fc.ipV4(), fc.string(), fc.ipV6()),
      untilMs: fc.oneof(fc.double(), fc.integer(), fc.string()),
      durationMs: fc.oneof(fc.double(), fc.integer(), fc.constant(null)),
      count: fc.oneof(fc.double(), fc.nat()),
      reason: fc.oneof(fc.string(), fc.nat()),
    });
    const files = fc.oneof(fc.jsonValue(), fc.record({ version: fc.constant(1), bans: fc.array(almost) }));
    fc.assert(
      fc.property(files, (file) => {
        const { bans } = setUp();
        bans.restore(file);
        for (const { untilMs } of bans.entries()) assert.ok(untilMs <= NOON + 366 * DAY_MS);
      }),
    );
  });
});

test('whatever happens, a ban in force ends within a day, and every ban is told exactly once', () => {
  const deeds = fc.array(
    fc.tuple(fc.nat(5), fc.constantFrom(...OFFENCES), fc.oneof(fc.constant(0), fc.nat(DAY_MS / 10))),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(deeds, (list) => {
      const { bans, clock, begun } = setUp();
      let beginnings = 0;
      for (const [host, offence, laterMs] of list) {
        const address = `192.0.2.${host}`;
        const before = bans.bannedForMs(address);
        bans.offence(address, offence);
        const after = bans.bannedForMs(address);
        assert.ok(after <= DEFAULT_BAN_POLICY.longestBanMs && after >= before);
        if (before === 0 && after > 0) beginnings += 1;
        clock.advance(laterMs);
      }
      assert.equal(begun.length, beginnings);
    }),
  );
});
