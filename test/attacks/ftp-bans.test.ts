/** Addresses that misbehave are kept out, crowds are turned away quickly, and everybody else is served meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { createAdmission } from '../../src/accounts/admission.ts';
import { type Ban, createBanList } from '../../src/accounts/ban-list.ts';
import { systemClock } from '../../src/base/clock.ts';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { eventually, within } from '../support/wait.ts';

/** Where the attacks come from; everybody else comes from 127.0.0.1. */
const ATTACKER = '127.0.0.2';

async function connectFrom(address: string, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  socket.on('error', () => undefined);
  await within(once(socket, 'connect'), 'a connection');
  return socket;
}

const rawFrom = async (address: string, port: number): Promise<RawFtp> => new RawFtp(await connectFrom(address, port));

const listOf = (clock = systemClock) => {
  const begun: Ban[] = [];
  const bans = createBanList({ clock, onBan: (ban) => void begun.push(ban) });
  /** How many offences the address has on its account. */
  const countOf = (address: string): number => bans.offence(address, 'no-login') - 1;
  return { bans, begun, countOf };
};

describe('a banned address', () => {
  test('is told 421 and for how long, and is closed; another one is served', async () => {
    const { bans } = listOf();
    await using server = await startTestServer({ bans });
    bans.ban(ATTACKER, { durationMs: 3_600_000, reason: 'test' });
    for (let time = 0; time < 3; time += 1) {
      const client = await rawFrom(ATTACKER, server.port);
      assert.match((await client.expect(421)).text, /your address is banned; try again in 60 min/);
      await client.closed();
    }
    await assertAlive(server);
    bans.lift(ATTACKER);
    await using freed = await rawFrom(ATTACKER, server.port);
    await freed.expect(220);
  });

  test('may not stay by not reading, nor by not closing', async () => {
    const { bans } = listOf();
    const server = await startTestServer({ bans });
    bans.ban(ATTACKER, { durationMs: 3_600_000, reason: 'test' });
    const sockets = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: ATTACKER, allowHalfOpen: true });
        socket.on('error', () => undefined);
        await within(once(socket, 'connect'), 'a connection');
        return socket.pause();
      }),
    );
    await assertAlive(server);
    await within(Promise.resolve(server[Symbol.asyncDispose]()), 'the end of a server with sockets that do not close');
    for (const socket of sockets) socket.destroy();
  });

  test('is banned at every listener that shares the list', async () => {
    const { bans } = listOf();
    await using one = await startTestServer({ bans });
    await using other = await startTestServer({ bans });
    for (let time = 0; time < 4; time += 1) bans.offence(ATTACKER, 'bad-protocol');
    for (const { port } of [one, other]) await (await rawFrom(ATTACKER, port)).expect(421);
  });

  test('keeps the session that it has, for others may share the address', async () => {
    const { bans } = listOf();
    await using server = await startTestServer({ bans });
    await using client = await rawFrom(ATTACKER, server.port);
    await client.expect(220);
    bans.ban(ATTACKER, { durationMs: 3_600_000, reason: 'test' });
    await client.expect(200, 'NOOP');
  });
});

describe('offences that the listener sees', () => {
  test('no login before the time-out', async () => {
    const clock = createManualClock();
    const { bans, countOf } = listOf(clock);
    await using server = await startTestServer({ bans, clock });
    await using silent = await rawFrom(ATTACKER, server.port);
    await silent.expect(220);
    await using honest = await rawFrom('127.0.0.4', server.port);
    await honest.expect(220);
    await honest.expect(331, 'USER u');
    await honest.expect(230, 'PASS p');
    clock.advance(62_000);
    await silent.expect(421);
    assert.equal(countOf(ATTACKER), 1);
    // An idle session is no offence.
    clock.advance(400_000);
    await honest.expect(421);
    assert.equal(countOf('127.0.0.4'), 0);
  });

  test('a stranger on a data port, five times over', async () => {
    const { bans, begun } = listOf();
    await using server = await startTestServer({ bans });
    await using client = await RawFtp.login(server.port);
    for (let time = 0; time < 5; time += 1) await readAll(await connectFrom(ATTACKER, await client.passivePort()));
    await eventually(() => begun.length === 1, 'the ban');
    assert.equal(begun[0]?.group, ATTACKER);
    await (await rawFrom(ATTACKER, server.port)).expect(421);
    await assertAlive(server);
  });

  test('too many connections count once a second, however many they are', async () => {
    const { bans, countOf } = listOf(createManualClock());
    const admission = createAdmission({ clock: createManualClock(), bans, limits: { connectionsPerAddress: 2 } });
    await using server = await startTestServer({ bans, admission });
    await using first = await rawFrom(ATTACKER, server.port);
    await using second = await rawFrom(ATTACKER, server.port);
    await first.expect(220);
    await second.expect(220);
    for (let time = 0; time < 20; time += 1)
      assert.match((await (await rawFrom(ATTACKER, server.port)).expect(421)).text, /2 connections from your address/);
    assert.equal(countOf(ATTACKER), 1);
  });
});

describe('crowds', () => {
  test('one admission bounds all listeners together', async () => {
    const admission = createAdmission({ clock: systemClock, limits: { connectionsPerAddress: 3, connections: 4 } });
    await using one = await startTestServer({ admission });
    await using other = await startTestServer({ admission });
    const held = [
      await rawFrom(ATTACKER, one.port),
      await rawFrom(ATTACKER, one.port),
      await rawFrom(ATTACKER, other.port),
    ];
    for (const client of held) await client.expect(220);
    await (await rawFrom(ATTACKER, one.port)).expect(421);
    await using last = await RawFtp.open(other.port);
    assert.match((await (await RawFtp.connect(one.port)).expect(421)).text, /4 connections are open already/);
    await last.expect(200, 'NOOP');
    await Promise.all(held.map((client) => client[Symbol.asyncDispose]()));
    await eventually(() => one.sessionCount + other.sessionCount === 1, 'the places are free');
    await (await rawFrom(ATTACKER, one.port)).expect(220);
  });

  test('networks that are not served are told so', async () => {
    const admission = createAdmission({ clock: systemClock, networks: { denied: ['127.0.0.2/31'] } });
    await using server = await startTestServer({ admission });
    await (await rawFrom(ATTACKER, server.port)).expect(421);
    await (await rawFrom('127.0.0.3', server.port)).expect(421);
    await assertAlive(server);
  });

  test('more than the rate are refused, and after a pause are let in again', async () => {
    const clock = createManualClock();
    await using server = await startTestServer({ clock, limits: { connectionsPerMinute: 30 } });
    const codes = async (count: number): Promise<number[]> => {
      const found: number[] = [];
      for (let time = 0; time < count; time += 1) {
        const client = await rawFrom(ATTACKER, server.port);
        found.push((await client.reply()).code);
        await client[Symbol.asyncDispose]();
      }
      return found;
    };
    assert.deepEqual(new Set(await codes(30)), new Set([220]));
    assert.deepEqual(await codes(2), [421, 421]);
    await using other = await RawFtp.login(server.port);
    await other.expect(200, 'NOOP');
    clock.advance(4_000);
    assert.deepEqual(await codes(3), [220, 220, 421]);
  });

  test('5,000 connections from one address are turned away quickly, while others log in', async () => {
    const { bans } = listOf();
    await using server = await startTestServer({ bans });
    const replies = new Map<number, number>();
    const visit = async (): Promise<void> => {
      const client = await rawFrom(ATTACKER, server.port);
      const { code } = await client.reply();
      replies.set(code, (replies.get(code) ?? 0) + 1);
      // Whoever was let in stays, as an attacker would.
      if (code === 421) await client.closed();
      else held.push(client);
    };
    const held: RawFtp[] = [];
    const started = performance.now();
    let longestMs = 0;
    for (let round = 0; round < 20; round += 1) {
      const crowd = Promise.all(Array.from({ length: 250 }, visit));
      const asked = performance.now();
      await assertAlive(server);
      longestMs = Math.max(longestMs, performance.now() - asked);
      await crowd;
    }
    assert.deepEqual(
      replies,
      new Map([
        [220, 50],
        [421, 4_950],
      ]),
    );
    assert.ok(longestMs < 3_000, `another client waited ${Math.round(longestMs)} ms`);
    assert.ok(performance.now() - started < 30_000);
    const told = server.events.filter(({ kind }) => kind === 'connection-refused').length;
    assert.ok(told >= 20 && told < 100, `${told} events tell of it`);
    await eventually(() => server.sessionCount === 50, 'only the first are there');
    await Promise.all(held.map((client) => client[Symbol.asyncDispose]()));
    await eventually(() => server.sessionCount === 0, 'all sessions are gone');
  });

  test('a storm of every kind of end leaves no place taken', async () => {
    const admission = createAdmission({
      clock: systemClock,
      limits: { connections: 40, connectionsPerAddress: 20, connectionsPerMinute: 1_000_000 },
    });
    await using server = await startTestServer({ admission, trustedProxies: ['127.0.0.3'] });
    for (let round = 0; round < 10; round += 1) {
      const storm = Array.from({ length: 60 }, (_, index) => {
        const localAddress = ['127.0.0.2', '127.0.0.3', '127.0.0.4'][index % 3] ?? '';
        const socket = connect({ port: server.port, host: '127.0.0.1', localAddress });
        socket.on('error', () => undefined).resume();
        if (index % 4 === 0) socket.end('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nUSER u\r\n');
        if (index % 4 === 1) socket.write('PROXY TC');
        if (index % 4 === 2) socket.write('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n');
        return socket;
      });
      await Promise.all(
        storm.map((socket) =>
          within(Promise.race([once(socket, 'data'), once(socket, 'close'), later()]), 'an answer'),
        ),
      );
      for (const [index, socket] of storm.entries()) {
        if (index % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      }
    }
    await eventually(() => server.sessionCount === 0, 'all sessions are gone');
    // All places are there again: 20 for each of two addresses.
    await eventually(() => placesOf(20, () => admission.enter('192.0.2.1')), 'the places of the proxied client');
    await eventually(() => placesOf(20, () => admission.enter(ATTACKER)), 'the places of the attacker');
    await assertAlive(server);
  });
});

/** Some of the storm wait for ever, which is their attack. */
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

/** Whether exactly so many places are free; gives them back. */
function placesOf(count: number, enter: () => ReturnType<ReturnType<typeof createAdmission>['enter']>): boolean {
  const verdicts = Array.from({ length: count + 1 }, enter);
  for (const verdict of verdicts) if (verdict.outcome === 'admitted') verdict.leave();
  return verdicts.filter(({ outcome }) => outcome === 'admitted').length === count;
}
