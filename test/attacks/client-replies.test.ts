/** Hostile replies, each beside its honest twin: too long, too many, too slow, of no known form, for nobody's command. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { assertFails } from '../conformance/files-probe.ts';
import { meet } from '../support/meet-scripted.ts';
import type { Act } from '../support/scripted-ftp.ts';
import { eventually } from '../support/wait.ts';

const MIB = 1024 * 1024;

/** Sends the piece again and again until the client hangs up. */
const endlessly =
  (piece: string): Act =>
  async (conversation) => {
    const { socket } = conversation;
    conversation.send('220-');
    while (!socket.destroyed)
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  };

describe('greetings', () => {
  for (const [what, greeting] of [
    ['one line', '220 ready'],
    ['several lines', '220-one\r\n220-two\r\n  three\r\n220 ready'],
    ['codes of others within', '220-530 no\r\n 421 no\r\n220 ready'],
    ['a wait before', '120 in a moment\r\n220 ready'],
    ['ten thousand lines', `220-begin\r\n${'220-more\r\n'.repeat(10_000)}220 ready`],
  ] as const)
    test(`honest twin: ${what}`, async () => {
      await using meeting = await meet({ script: { greeting } });
      const session = await meeting.open();
      assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
    });

  for (const [what, piece] of [
    ['an endless greeting', '220-more and more\r\n'.repeat(4096)],
    ['endless lines without the code', 'x\r\n'.repeat(16_384)],
    ['an endless line', 'x'.repeat(65_536)],
    ['endless empty lines', '\r\n'.repeat(16_384)],
  ] as const)
    test(`${what} ends at a limit`, async () => {
      await using meeting = await meet({ script: { greeting: endlessly(piece) } });
      await assertFails(meeting.open(), 'limit', 'protocol');
      assert.deepEqual(meeting.server.lines, []);
    });

  test('a million continuation lines end at a limit', async () => {
    await using meeting = await meet({ script: { SYST: `215-\r\n${'215-x\r\n'.repeat(1_000_000)}215 UNIX` } });
    await assertFails(meeting.open(), 'limit');
  });

  test('a line of 20 MB ends at a limit', async () => {
    await using meeting = await meet({ script: { PWD: `257 "/${'a'.repeat(20 * MIB)}"` } });
    await assertFails(meeting.open(), 'limit');
  });

  for (const reply of ['099 odd', '633 odd', '22 ready', 'hello', '2200 ready', '-220 ready', 'SSH-2.0-OpenSSH_9.2'])
    test(`no reply at all: ${reply}`, async () => {
      await using meeting = await meet({ script: { greeting: reply } });
      await assertFails(meeting.open(), 'protocol');
      assert.deepEqual(meeting.server.said('PASS'), []);
    });

  test('lines that end with LF only are read or refused, and never waited for', async () => {
    await using meeting = await meet({ script: { greeting: Buffer.from('220 ready\n') } });
    await meeting.open().then(
      (session) => assert.ok(session.isOpen),
      (error: unknown) => assertFails(Promise.reject(error as Error), 'protocol'),
    );
  });

  for (const [code, ...kinds] of [
    [421, 'too-many-connections', 'unreachable', 'busy'],
    [530, 'login-refused', 'denied', 'unreachable', 'too-many-connections'],
    [500, 'protocol', 'unreachable', 'rejected'],
  ] as const)
    test(`a greeting of ${code} is a refusal, and nothing is said to it`, async () => {
      await using meeting = await meet({ script: { greeting: `${code} go away` } });
      await assertFails(meeting.open(), ...kinds);
      assert.deepEqual(meeting.server.said('USER'), []);
    });
});

describe('silence', () => {
  for (const [what, script] of [
    ['no greeting', { greeting: new Uint8Array() }],
    ['a greeting without its end', { greeting: Buffer.from('220 ready') }],
    ['no answer to USER', { USER: new Uint8Array() }],
    ['no answer to FEAT', { FEAT: new Uint8Array() }],
    ['a reply of several lines without its last', { SYST: '215-and\r\n215-so on' }],
  ] as const)
    test(`${what} times out`, async () => {
      const clock = createManualClock();
      await using meeting = await meet({ script }, { clock });
      const failed = assertFails(meeting.open(), 'timed-out');
      const last = Object.keys(script)[0]!;
      if (last === 'greeting') await eventually(() => meeting.server.open > 0, 'the client is there');
      else await meeting.server.heard(last);
      await eventually(() => clock.waiting > 0, 'the client waits');
      clock.advance(30_000);
      await failed;
    });

  test('a byte a second does not keep a client for ever', async () => {
    const clock = createManualClock();
    let sent = 0;
    const drip: Act = async (conversation) => {
      for (; !conversation.socket.destroyed; sent += 1) {
        conversation.send('2');
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await using meeting = await meet({ script: { greeting: drip } }, { clock });
    const failed = assertFails(meeting.open(), 'timed-out', 'protocol');
    const gone = (): boolean => meeting.server.connections > 0 && meeting.server.open === 0;
    for (let second = 0; second < 60 && !gone(); second += 1) {
      const before = sent;
      await eventually(() => gone() || sent > before, 'another byte');
      clock.advance(1000);
    }
    await failed;
  });
});

describe('replies to commands that were never given', () => {
  test('honest twin: each command has its own reply', async () => {
    await using meeting = await meet({ files: { '/f': 'x' } });
    const session = await meeting.open();
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await session.command({ verb: 'SIZE', argument: '/f' })).lines.join(), '1');
      assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
    }
  });

  test('a reply that came before its command is not its reply', async () => {
    await using meeting = await meet({ files: { '/f': 'x' }, script: { NOOP: '200 fine\r\n213 666' } });
    const session = await meeting.open();
    await session.command({ verb: 'NOOP' });
    const answer = await session.command({ verb: 'SIZE', argument: '/f' }).then(
      (reply) => reply.lines.join(),
      (error: unknown) => assertFails(Promise.reject(error as Error), 'protocol', 'connection-lost'),
    );
    assert.notEqual(answer, '666');
  });

  test('thousands of them end the session', async () => {
    await using meeting = await meet({ script: { NOOP: '200 fine\r\n'.repeat(5000).trimEnd() } });
    const session = await meeting.open();
    await session.command({ verb: 'NOOP' });
    await eventually(() => !session.isOpen, 'the session ends');
  });
});
