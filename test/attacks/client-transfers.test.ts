/** Servers that fail or lie in the middle of a transfer, each beside its honest twin: nothing unconfirmed is a success. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import type { FileErrorKind } from '../../src/files/error.ts';
import { assertFails } from '../conformance/files-probe.ts';
import { fetchAll, meet, storeAll } from '../support/meet-scripted.ts';
import type { Act, Conversation } from '../support/scripted-ftp.ts';
import { sampleBytes } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';

const CONTENT = sampleBytes(300_000);
const FILES = { '/f': CONTENT };
const LOST: readonly FileErrorKind[] = ['connection-lost', 'protocol', 'integrity', 'timed-out', 'interrupted', 'io'];

/** Sends half of the file honestly, and then does what the case says. */
const half =
  (then: (conversation: Conversation) => void | Promise<void>): Act =>
  async (conversation) => {
    conversation.say('150 here it comes');
    await conversation.give(CONTENT.subarray(0, 150_000));
    await then(conversation);
  };

/** Takes some of the upload, and then does what the case says. */
const some =
  (then: (conversation: Conversation) => void | Promise<void>): Act =>
  async (conversation) => {
    conversation.say('150 go on');
    const socket = await conversation.data();
    await once(socket, 'data');
    await then(conversation);
    socket.destroy();
  };

describe('downloads', () => {
  test('honest twin: the end is where the server says it is', async () => {
    await using meeting = await meet({ files: FILES });
    const session = await meeting.open();
    assert.deepEqual(await fetchAll(session), CONTENT);
    assert.deepEqual(await fetchAll(session, '/f', { restartBytes: 100_000 }), CONTENT.subarray(100_000));
    await assertFails(fetchAll(session, '/none'), 'not-found');
    assert.deepEqual(await fetchAll(session), CONTENT);
  });

  test('honest twin: the confirmation may come before the last byte', async () => {
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes\r\n226 that was it');
      await conversation.give(CONTENT);
    };
    await using meeting = await meet({ files: FILES, script: { RETR: retrieve } });
    assert.deepEqual(await fetchAll(await meeting.open()), CONTENT);
  });

  for (const [answer, ...kinds] of [
    ['426 it broke', ...LOST],
    ['451 the disk', ...LOST, 'busy'],
    ['452 no space', ...LOST, 'full', 'busy'],
    ['550 gone', ...LOST, 'not-found', 'denied'],
    ['500 what?', ...LOST, 'unsupported'],
  ] as const)
    test(`half of it, then ${answer}: no success, and the session goes on`, async () => {
      const script = { RETR: half((conversation) => conversation.say(answer)) };
      await using meeting = await meet({ files: { ...FILES, '/g': 'g' }, script });
      const session = await meeting.open();
      await assertFails(fetchAll(session), ...kinds);
      assert.equal((await session.command({ verb: 'SIZE', argument: '/g' })).lines.join(), '1');
    });

  test('half of it, and the control connection ends: no success', async () => {
    const script = { RETR: half(({ socket }) => void socket.destroy()) };
    await using meeting = await meet({ files: FILES, script });
    await assertFails(fetchAll(await meeting.open()), 'connection-lost');
  });

  test('all of it, and no word: no success', async () => {
    const clock = createManualClock();
    const script = { RETR: half(() => undefined) };
    await using meeting = await meet({ files: FILES, script }, { clock });
    const session = await meeting.open();
    const closed = eventually(
      () => meeting.events.some((event) => event.kind === 'data-closed') || clock.waiting > 0,
      'the end of the data',
    );
    const failed = assertFails(fetchAll(session), 'timed-out');
    await closed;
    // Each wait is for a bounded time; a minute of silence is beyond all of them.
    let over = false;
    const watch = failed.then(() => void (over = true));
    await eventually(() => {
      clock.advance(5000);
      return over;
    }, 'the client gives up');
    await watch;
  });

  test('all of it and 226, and then the connection ends: that was a success, and the next call says what happened', async () => {
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes');
      await conversation.give(CONTENT);
      conversation.say('226 that was it');
      conversation.socket.end();
    };
    await using meeting = await meet({ files: FILES, script: { RETR: retrieve } });
    const session = await meeting.open();
    assert.deepEqual(await fetchAll(session), CONTENT);
    await assertFails(session.command({ verb: 'NOOP' }), 'connection-lost');
    assert.equal(session.isOpen, false);
  });

  test('a data connection that is reset, then 226: no success', async () => {
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes');
      const socket = await conversation.data();
      socket.write(CONTENT.subarray(0, 1000), () => socket.resetAndDestroy());
      await once(socket, 'close');
      conversation.say('226 that was it');
    };
    await using meeting = await meet({ files: FILES, script: { RETR: retrieve } });
    await assertFails(fetchAll(await meeting.open()), ...LOST);
  });

  test('226 without a data connection having been used: not one byte is made up', async () => {
    await using meeting = await meet({ files: FILES, script: { RETR: '150 here it comes\r\n226 that was it' } });
    const clock = createManualClock();
    const session = await meeting.open({ clock });
    const fetched = fetchAll(session).then(
      (content) => content.length,
      (error: unknown) => assertFails(Promise.reject(error as Error), ...LOST),
    );
    let over = false;
    void fetched.then(() => (over = true)).catch(() => undefined);
    await eventually(() => {
      clock.advance(5000);
      return over;
    }, 'the client gives up');
    assert.ok([0, undefined].includes((await fetched) ?? undefined));
  });
});

describe('uploads', () => {
  test('honest twin: what was confirmed is there', async () => {
    await using meeting = await meet({});
    const session = await meeting.open();
    await storeAll(session, CONTENT);
    assert.deepEqual(meeting.server.files.get('/up'), CONTENT);
    await storeAll(session, Buffer.alloc(0), '/empty');
    assert.equal(meeting.server.files.get('/empty')?.length, 0);
  });

  for (const [answer, ...kinds] of [
    ['426 it broke', ...LOST],
    ['451 the disk', ...LOST, 'busy'],
    ['452 no space', 'full'],
    ['552 no quota', 'quota', 'full'],
    ['550 not yours', 'denied', 'not-found', 'rejected'],
  ] as const)
    test(`some of it, then ${answer}: no success, and the session goes on`, async () => {
      const script = { STOR: some((conversation) => conversation.say(answer)) };
      await using meeting = await meet({ script });
      const session = await meeting.open();
      await assertFails(storeAll(session, sampleBytes(4_000_000)), ...kinds);
      assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
    });

  test('some of it, and 226 with a reset: no success', async () => {
    const store: Act = async (conversation) => {
      conversation.say('150 go on');
      const socket = await conversation.data();
      await once(socket, 'data');
      socket.resetAndDestroy();
      conversation.say('226 stored');
    };
    await using meeting = await meet({ script: { STOR: store } });
    await assertFails(storeAll(await meeting.open(), sampleBytes(20_000_000)), ...LOST);
  });

  test('is announced when the port for it is known: a server waits for no client that died before it dialled', async () => {
    const heard: number[] = [];
    const agree: Act = async (conversation) => {
      const port = await conversation.listen();
      await new Promise((resolve) => setTimeout(resolve, 50));
      heard.push(meeting.server.said('STOR').length);
      conversation.say(`229 go (|||${port}|)`);
    };
    await using meeting = await meet({ script: { EPSV: agree } });
    const session = await meeting.open();
    for (let upload = 0; upload < 5; upload += 1) await storeAll(session, CONTENT);
    assert.deepEqual(heard, [0, 1, 2, 3, 4]);
  });

  test('refused, and its port is closed before the words come: the words count, and the session goes on', async () => {
    const agree: Act = async (conversation) => {
      const port = conversation.count('EPSV') === 1 ? await conversation.listen() : 1;
      conversation.say(`229 go (|||${port}|)`);
    };
    const refuse: Act = async (conversation) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      conversation.say('550 not yours');
    };
    await using meeting = await meet({ script: { EPSV: agree, STOR: refuse }, files: { '/a': 'a' } });
    const session = await meeting.open();
    await fetchAll(session, '/a');
    await assertFails(storeAll(session, CONTENT), 'denied', 'not-found');
    assert.equal((await session.command({ verb: 'NOOP' })).code, 200);
  });

  test('all of it, and the control connection ends: no success', async () => {
    const store: Act = async (conversation) => {
      conversation.say('150 go on');
      await conversation.take();
      conversation.socket.destroy();
    };
    await using meeting = await meet({ script: { STOR: store } });
    await assertFails(storeAll(await meeting.open(), CONTENT), 'connection-lost');
  });

  test('all of it, and no word: no success', async () => {
    const clock = createManualClock();
    const store: Act = async (conversation) => {
      conversation.say('150 go on');
      await conversation.take();
    };
    await using meeting = await meet({ script: { STOR: store } }, { clock });
    const failed = assertFails(storeAll(await meeting.open(), CONTENT), 'timed-out');
    let over = false;
    const watch = failed.then(() => void (over = true));
    await eventually(() => {
      if (meeting.server.said('STOR').length > 0) clock.advance(1000);
      return over;
    }, 'the client gives up');
    await watch;
  });
});
