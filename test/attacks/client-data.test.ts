/** Hostile data connections, each beside its honest twin: other hosts, absurd ports, strangers, other protocols. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { assertFails } from '../conformance/files-probe.ts';
import { fetchAll, meet, notesOf, storeAll } from '../support/meet-scripted.ts';
import type { Act } from '../support/scripted-ftp.ts';
import { eventually } from '../support/wait.ts';

const FILES = { '/f': 'the content' };
const NO_EPSV = { EPSV: '500 what?' };

/** PASV that names `host`, with a port that listens at the server's own address. */
const passiveAt =
  (host: string): Act =>
  async (conversation) => {
    const port = await conversation.listen();
    conversation.say(`227 Entering (${host.replaceAll('.', ',')},${port >> 8},${port & 255})`);
  };

describe('an address that is not the server’s own', () => {
  for (const host of ['127.0.0.2', '169.254.169.254', '10.1.2.3', '224.0.0.1', '0.0.0.0', '255.255.255.255'])
    test(`PASV names ${host}: the server itself is called, and a note says so`, async () => {
      await using meeting = await meet({ files: FILES, script: { ...NO_EPSV, PASV: passiveAt(host) } });
      const session = await meeting.open();
      assert.equal(String(await fetchAll(session)), 'the content');
      assert.match(notesOf(meeting), new RegExp(`PASV names ${host}`));
    });

  test('honest twin: PASV that names the server is followed without a note', async () => {
    await using meeting = await meet({ files: FILES, script: NO_EPSV });
    assert.equal(String(await fetchAll(await meeting.open())), 'the content');
    assert.doesNotMatch(notesOf(meeting), /PASV names/);
  });

  test('nobody at the other host is called, unless that was asked for', async () => {
    let callers = 0;
    await using stranger = createServer((socket) => {
      callers += 1;
      socket.end('what the other host has');
    });
    stranger.listen(0, '127.0.0.2');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    const script = {
      ...NO_EPSV,
      PASV: `227 Entering (127,0,0,2,${port >> 8},${port & 255})`,
      RETR: '150 from over there\r\n226 that was it',
    };
    await using meeting = await meet({ files: FILES, script });
    await assertFails(fetchAll(await meeting.open()), 'unreachable');
    assert.equal(callers, 0);
    const trusting = await meeting.open({ data: { mode: 'passive', otherHost: 'follow' } });
    assert.equal(String(await fetchAll(trusting)), 'what the other host has');
    assert.equal(callers, 1);
  });
});

describe('numbers that are no port', () => {
  const digits = '9'.repeat(1_000_000);
  for (const [what, reply] of [
    ['more than a byte', '227 (127,0,0,1,256,1)'],
    ['negative', '227 (127,0,0,1,-1,5)'],
    ['missing', '227 (127,0,0,1)'],
    ['no numbers', '227 somewhere'],
    ['empty', '227 (,,,,,)'],
    ['port 0', '227 (127,0,0,1,0,0)'],
    ['a million digits', `227 (127,0,0,1,${digits},1)`],
    ['hexadecimal', '227 (127,0,0,1,0x10,1)'],
  ] as const)
    test(`PASV: ${what}`, async () => {
      await using meeting = await meet({ files: FILES, script: { ...NO_EPSV, PASV: reply } });
      await assertFails(fetchAll(await meeting.open()), 'protocol', 'limit', 'unreachable');
      assert.deepEqual(meeting.server.said('RETR'), []);
    });

  for (const [what, reply] of [
    ['0', '229 (|||0|)'],
    ['too large', '229 (|||65536|)'],
    ['negative', '229 (|||-1|)'],
    ['missing', '229 (||||)'],
    ['an exponent', '229 (|||1e3|)'],
    ['no delimiters', '229 4242'],
  ] as const)
    test(`EPSV: ${what}: PASV is used, and EPSV is not asked for again`, async () => {
      await using meeting = await meet({ files: FILES, script: { EPSV: reply } });
      const session = await meeting.open();
      for (let round = 0; round < 2; round += 1) assert.equal(String(await fetchAll(session)), 'the content');
      assert.deepEqual([meeting.server.said('EPSV').length, meeting.server.said('PASV').length], [1, 2]);
    });

  test('EPSV: a million digits end at a limit', async () => {
    await using meeting = await meet({ files: FILES, script: { EPSV: `229 (|||${digits}|)` } });
    await assertFails(fetchAll(await meeting.open()), 'limit');
  });

  test('honest twin: EPSV that works is used again, and PASV never', async () => {
    await using meeting = await meet({ files: FILES });
    const session = await meeting.open();
    for (let round = 0; round < 3; round += 1) assert.equal(String(await fetchAll(session)), 'the content');
    assert.deepEqual([meeting.server.said('EPSV').length, meeting.server.said('PASV').length], [3, 0]);
  });
});

describe('EPSV whose port is dead', () => {
  test('PASV is used instead, and remembered', async () => {
    const dead = createServer().listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const { port } = dead.address() as AddressInfo;
    dead.close();
    await once(dead, 'close');
    await using meeting = await meet({ files: FILES, script: { EPSV: `229 Entering (|||${port}|)` } });
    const session = await meeting.open();
    for (let round = 0; round < 2; round += 1) assert.equal(String(await fetchAll(session)), 'the content');
    assert.deepEqual([meeting.server.said('EPSV').length, meeting.server.said('PASV').length], [1, 2]);
  });
});

describe('active mode', () => {
  const active = { data: { mode: 'active' } } as const;

  test('honest twin: the server’s own call is taken', async () => {
    await using meeting = await meet({ files: FILES });
    const session = await meeting.open(active);
    assert.equal(String(await fetchAll(session)), 'the content');
    await storeAll(session, Buffer.from('sent'));
    assert.equal(String(meeting.server.files.get('/up')), 'sent');
    assert.deepEqual([...meeting.server.said('EPSV'), ...meeting.server.said('PASV')], []);
  });

  const callFrom =
    (from: string): Act =>
    (conversation, argument) => {
      const numbers = argument.split(',').map(Number);
      conversation.call('127.0.0.1', numbers[4]! * 256 + numbers[5]!, from);
      conversation.say('200 will call');
    };

  test('a call from another host is hung up on, and its bytes are nobody’s', async () => {
    const clock = createManualClock();
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes');
      await conversation.give('forged');
      conversation.say('226 that was it');
    };
    const script = { PORT: callFrom('127.0.0.2'), RETR: retrieve };
    await using meeting = await meet({ files: FILES, script }, { clock });
    const fetched = assertFails(fetchAll(await meeting.open(active)), 'timed-out', 'unreachable', 'connection-lost');
    await eventually(() => /127\.0\.0\.2 is refused/.test(notesOf(meeting)), 'the stranger is noted');
    clock.advance(120_000);
    await fetched;
  });

  test('a call from another host does not keep the server’s own away', async () => {
    const retrieve: Act = async (conversation) => {
      conversation.say('150 here it comes');
      const stranger = await conversation.rawData();
      stranger.end('forged');
      const [, , , , high = 0, low = 0] = conversation.shared.lines
        .findLast((line) => line.startsWith('PORT'))!
        .split(',')
        .map(Number);
      conversation.call('127.0.0.1', high * 256 + low);
      await conversation.give('the content');
      conversation.say('226 that was it');
    };
    await using meeting = await meet({ files: FILES, script: { PORT: callFrom('127.0.0.2'), RETR: retrieve } });
    assert.equal(String(await fetchAll(await meeting.open(active))), 'the content');
  });

  test('a server that refuses passive mode is not told an address of ours', async () => {
    const script = { EPSV: '500 what?', PASV: '500 what?' };
    await using meeting = await meet({ files: FILES, script });
    await assertFails(fetchAll(await meeting.open()), 'unreachable', 'unsupported');
    assert.deepEqual([...meeting.server.said('PORT'), ...meeting.server.said('EPRT')], []);
  });
});
