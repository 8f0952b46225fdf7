/** The pool of sessions, with sessions that a test holds in its hand and a clock that it moves. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createManualClock } from '../../../base/manual-clock.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { ClientEvent } from '../../../observe/client-event.ts';
import { SessionPool } from './pool.ts';
import type { FtpReply, FtpSession } from './session.ts';
import { sessionSettings } from './settings.ts';

interface HeldSession extends FtpSession {
  isOpen: boolean;
  readonly said: string[];
  /** What NOOP is answered with. */
  noop: FtpReply;
}

function heldSession(connection: number): HeldSession {
  const never = (): Promise<never> => Promise.reject(new Error('no transfers here'));
  const session: HeldSession = {
    connection,
    server: { features: new Map(), system: '', greeting: '', home: '/' },
    peerAddress: '127.0.0.1',
    isOpen: true,
    isBusy: false,
    said: [],
    noop: { code: 200, lines: ['yes'] },
    command: async ({ verb }) => {
      session.said.push(verb);
      if (!session.isOpen) throw new FileError('connection-lost', '/');
      return session.noop;
    },
    commandPair: never,
    useImageType: () => Promise.resolve(),
    retrieve: never,
    store: never,
    close: async () => {
      session.isOpen = false;
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  return session;
}

/** `refusals`: what openings end with, by the number of the connection. */
function heldPool(connections: number, refusals: Readonly<Record<number, FileErrorKind>> = {}) {
  const clock = createManualClock();
  const sessions: HeldSession[] = [];
  const events: ClientEvent[] = [];
  const observe = (event: ClientEvent): void => void events.push(event);
  const settings = sessionSettings({ host: 'h', clock, observe, limits: { connections } });
  let tries = 0;
  const pool = new SessionPool({
    settings,
    retry: { attempts: 3, firstDelayMs: 100, maxDelayMs: 1000 },
    open: async (connection) => {
      tries += 1;
      const refusal = refusals[connection];
      if (refusal !== undefined) throw new FileError(refusal, '/', { detail: refusal });
      const session = heldSession(connection);
      sessions.push(session);
      return session;
    },
  });
  return { pool, clock, sessions, events, tries: () => tries };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('a pool of sessions', () => {
  test('opens one when it is wanted, and lends it again', async () => {
    const { pool, sessions } = heldPool(4);
    assert.equal(sessions.length, 0);
    for (let round = 0; round < 3; round += 1) (await pool.lease()).release();
    assert.equal(sessions.length, 1);
  });

  test('opens no more than its bound; who waits is served in turn', async () => {
    const { pool, sessions } = heldPool(2);
    const first = await pool.lease();
    const second = await pool.lease();
    const order: number[] = [];
    const waiting = [1, 2].map((number) =>
      pool.lease().then((lease) => {
        order.push(number);
        return lease;
      }),
    );
    first.release();
    (await waiting[0]!).release();
    (await waiting[1]!).release();
    second.release();
    assert.deepEqual([sessions.length, order], [2, [1, 2]]);
  });

  test('asks the one who has offered for the longest to give way, and nobody twice', async () => {
    const { pool } = heldPool(2);
    const asked: string[] = [];
    for (const name of ['first', 'second']) {
      const lease = await pool.lease();
      lease.offer(async () => {
        asked.push(name);
        lease.release();
      });
    }
    const third = await pool.lease();
    assert.deepEqual(asked, ['first']);
    const fourth = await pool.lease();
    assert.deepEqual(asked, ['first', 'second']);
    third.release();
    fourth.release();
  });

  for (const kind of ['too-many-connections', 'unreachable', 'login-refused'] as const)
    test(`makes do with what it has when another ends with ${kind}, and asks for more a minute later`, async () => {
      const { pool, clock, sessions, events, tries } = heldPool(8, { 2: kind });
      const first = await pool.lease();
      const second = pool.lease();
      await settled();
      assert.equal(sessions.length, 1);
      first.release();
      const served = await second;
      const waiting = pool.lease();
      await settled();
      assert.equal(tries(), 2, 'nothing more is asked for');
      assert.ok(events.some((event) => event.kind === 'note' && event.text.includes('no connection besides the 1')));
      clock.advance(61_000);
      const third = pool.lease();
      for (const lease of await Promise.all([waiting, third])) lease.release();
      assert.equal(sessions.length, 3);
      served.release();
    });

  test('tries again when there is none at all, as often as it was told', async () => {
    const { pool, clock, events, tries } = heldPool(4, { 1: 'too-many-connections', 2: 'unreachable' });
    const lease = pool.lease();
    for (let round = 0; round < 3; round += 1) {
      await settled();
      clock.advance(1000);
    }
    (await lease).release();
    assert.equal(tries(), 3);
    assert.deepEqual(
      events.flatMap((event) => (event.kind === 'retrying' ? [event.delayMs] : [])),
      [100, 200],
    );
  });

  test('never tries a refused login again', async () => {
    const { pool, tries } = heldPool(4, { 1: 'login-refused' });
    await assert.rejects(pool.lease(), { kind: 'login-refused' });
    assert.equal(tries(), 1);
  });

  test('repeats what changes nothing, and does not multiply the attempts', async () => {
    const kinds = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index + 1, 'unreachable' as const]));
    const { pool, clock, tries } = heldPool(4, kinds);
    const failed = assert.rejects(
      pool.useAgain(() => Promise.resolve(1)),
      { kind: 'unreachable' },
    );
    for (let round = 0; round < 10; round += 1) {
      await settled();
      clock.advance(1000);
    }
    await failed;
    assert.equal(tries(), 3);
  });

  for (const end of ['closed', 'silent', 'said goodbye'] as const)
    test(`drops an idle session that is ${end}, and nobody hears of it`, async () => {
      const { pool, clock, sessions } = heldPool(4);
      (await pool.lease()).release();
      const [session] = sessions;
      assert.ok(session !== undefined);
      if (end === 'closed') session.isOpen = false;
      else clock.advance(11_000);
      if (end === 'silent') session.command = () => Promise.reject(new FileError('timed-out', '/'));
      if (end === 'said goodbye') session.noop = { code: 421, lines: ['Timeout.'] };
      const lease = await pool.lease();
      assert.equal(lease.session.connection, 2);
      lease.release();
    });

  test('closes what nobody has used for a minute', async () => {
    const { pool, clock, sessions } = heldPool(4);
    (await pool.lease()).release();
    clock.advance(60_001);
    await settled();
    assert.equal(sessions[0]?.isOpen, false);
    (await pool.lease()).release();
    assert.equal(sessions.length, 2);
  });

  test('an aborted wait leaves the others in their turn', async () => {
    const { pool } = heldPool(1);
    const first = await pool.lease();
    const abort = new AbortController();
    const given = pool.lease({ signal: abort.signal });
    const next = pool.lease();
    abort.abort();
    await assert.rejects(given, { name: 'AbortError' });
    first.release();
    (await next).release();
  });

  test('closed, it refuses those who wait and those who come', async () => {
    const { pool, sessions } = heldPool(1);
    const lease = await pool.lease();
    const waiting = assert.rejects(pool.lease(), { kind: 'connection-lost' });
    await pool.close();
    await waiting;
    await assert.rejects(pool.lease(), { kind: 'connection-lost' });
    assert.equal(sessions[0]?.isOpen, false);
    lease.release();
  });
});
