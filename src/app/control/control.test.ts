/** The control socket: who may reach it, what it answers, and what becomes of sockets that outlived their server. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { within } from '../../../test/support/wait.ts';
import { systemClock } from '../../base/clock.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import type { ServerEvent } from '../../observe/event.ts';
import type { SessionInfo } from '../../observe/session-info.ts';
import { controlAddress } from './address.ts';
import { askAll, RefusedError, UnreachableError } from './client.ts';
import { type Controls, sessionControls } from './controls.ts';
import { fitting, MESSAGE_BYTES, parseRequest } from './message.ts';
import { type ControlSocket, openControlSocket } from './server.ts';

const info = (session: string, peer: string): SessionInfo => ({
  protocol: 'ftp',
  session,
  peer,
  account: 'ann',
  encrypted: 'no',
  sinceMs: 5000,
  idleMs: 0,
  state: 'idle',
});

/** Controls over sessions that go away when they are kicked. */
function fakeControls(...sessions: SessionInfo[]) {
  const calls: string[] = [];
  const holder = {
    sessions: () => sessions,
    kick(session: string, reason: string) {
      calls.push(`kick ${session}: ${reason}`);
      return true;
    },
  };
  const controls: Controls = {
    ...sessionControls([holder]),
    reload: () => Promise.resolve({ ok: true, text: 'Reloaded.' }),
    bans: () => [{ group: '192.0.2.9', untilMs: 1000, reason: 'guessing' }],
    lift(address) {
      if (!/^[0-9a-f.:]+$/.test(address)) throw new RangeError(`${address} is no address; give one like 192.0.2.1`);
      return address === '192.0.2.9';
    },
  };
  return { controls, calls };
}

function open(directory: string, pid: number, controls: Controls) {
  const events: ServerEvent[] = [];
  const observe = (event: ServerEvent): void => void events.push(event);
  const opening = openControlSocket({ directory, pid, controls, clock: systemClock, observe });
  return opening.then((socket): { socket: ControlSocket; events: ServerEvent[] } => ({ socket, events }));
}

test('for its owner only, also in a folder that was open to others; gone when the server is', async () => {
  using folder = emptyFolder();
  const directory = join(folder.path, 'state');
  const { socket } = await open(directory, 77, fakeControls().controls);
  assert.equal(socket.file, join(directory, 'control.77.sock'));
  if (process.platform !== 'win32') {
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(socket.file).mode & 0o777, 0o600);
  }
  await socket.close();
  assert.deepEqual(readdirSync(directory), []);
});

test('each request has its answer', async () => {
  using folder = emptyFolder();
  const asking = { directory: folder.path, clock: systemClock };
  const { controls, calls } = fakeControls(info('7', '192.0.2.1:4000'), info('8', '[2001:db8::1]:9'));
  const { socket } = await open(folder.path, 77, controls);
  await using closing = socket;
  assert.ok(closing);
  const [who] = await askAll<'who'>({ ask: 'who' }, asking);
  assert.deepEqual(who, { pid: 77, result: { sessions: controls.who(), left: 0 } });
  const find = (session: string) => askAll<'find'>({ ask: 'find', session }, asking);
  assert.deepEqual((await find('8'))[0]?.result, ['8@[2001:db8::1]:9']);
  assert.deepEqual((await find('9'))[0]?.result, []);
  const kick = (session: string) => askAll<'kick'>({ ask: 'kick', session, reason: 'why' }, asking);
  assert.equal((await kick('8@[2001:db8::1]:9'))[0]?.result, true);
  assert.equal((await kick('9'))[0]?.result, false);
  assert.deepEqual(calls, ['kick 8: why']);
  assert.deepEqual((await askAll<'reload'>({ ask: 'reload' }, asking))[0]?.result, { ok: true, text: 'Reloaded.' });
  assert.deepEqual((await askAll<'bans'>({ ask: 'bans' }, asking))[0]?.result, { bans: controls.bans(), left: 0 });
  assert.equal((await askAll<'lift'>({ ask: 'lift', address: '192.0.2.9' }, asking))[0]?.result, true);
  await assert.rejects(askAll<'lift'>({ ask: 'lift', address: 'x y' }, asking), RefusedError);
});

test('several servers over one folder are all asked', async () => {
  using folder = emptyFolder();
  await using one = (await open(folder.path, 77, fakeControls(info('1', 'a:1')).controls)).socket;
  await using other = (await open(folder.path, 1234, fakeControls(info('1', 'b:1')).controls)).socket;
  assert.notEqual(one.file, other.file);
  const answers = await askAll<'find'>({ ask: 'find', session: '1' }, { directory: folder.path, clock: systemClock });
  assert.deepEqual(answers, [
    { pid: 77, result: ['1@a:1'] },
    { pid: 1234, result: ['1@b:1'] },
  ]);
});

test('sessions of two listeners with the same name: the plain name kicks neither', () => {
  const kicked: string[] = [];
  const holders = ['a:1', 'b:1'].map((peer) => ({
    sessions: () => [info('1', peer)],
    kick: (session: string) => kicked.push(`${session} of ${peer}`) > 0,
  }));
  const controls = sessionControls(holders);
  assert.equal(controls.kick('1', ''), false);
  assert.equal(controls.kick('1@b:1', ''), true);
  assert.deepEqual(kicked, ['1 of b:1']);
});

test('no server, no folder, and a server that crashed: a sentence that says what to do', async () => {
  using folder = emptyFolder();
  const ask = (directory: string) => askAll<'who'>({ ask: 'who' }, { directory, clock: systemClock });
  await assert.rejects(ask(folder.path), UnreachableError);
  await assert.rejects(ask(join(folder.path, 'none')), { name: 'UnreachableError', message: /portcall serve/ });
});

test(
  'a socket that a killed server left is passed over by commands, and cleared away by the next server',
  { skip: process.platform === 'win32' && 'pipes go away with their process' },
  async () => {
    using folder = emptyFolder();
    const left = join(folder.path, 'control.4000000.sock');
    const source = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', source]);
    assert.ok(existsSync(left));
    await assert.rejects(
      askAll<'who'>({ ask: 'who' }, { directory: folder.path, clock: systemClock }),
      UnreachableError,
    );
    await using living = (await open(folder.path, 77, fakeControls().controls)).socket;
    await using other = (await open(folder.path, 78, fakeControls().controls)).socket;
    assert.deepEqual(readdirSync(folder.path).sort(), ['control.77.sock', 'control.78.sock']);
    assert.ok(existsSync(living.file) && existsSync(other.file));
  },
);

/** A reset is an end as well. */
const ended = (socket: Socket): Promise<void> =>
  within(
    new Promise((resolve) => socket.on('error', () => undefined).once('close', () => resolve())),
    'the server to close',
  );

/** What the server says to these bytes until it closes. */
async function say(file: string, text: string): Promise<string> {
  const socket = connect(file);
  let heard = '';
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
  socket.write(text);
  await ended(socket);
  return heard;
}

test('nonsense is answered, too much and half a request are not, and the server goes on', async () => {
  using folder = emptyFolder();
  const { socket, events } = await open(folder.path, 77, fakeControls().controls);
  await using closing = socket;
  assert.ok(closing);
  for (const text of ['\n', 'who\n', '{"ask":"format"}\n', '{"ask":"kick"}\n', '[1]\nmore\n'])
    assert.match(await say(socket.file, text), /^\{"ok":false,"error":"the server does not understand that/);
  assert.equal(await say(socket.file, 'x'.repeat(MESSAGE_BYTES + 100_000)), '');
  const half = connect(socket.file);
  half.end('{"ask"');
  half.resume();
  await ended(half);
  assert.match(await say(socket.file, '{"ask":"who"}\n'), /^\{"ok":true/);
  assert.deepEqual(events, []);
});

test('who sends nothing is not waited for', async () => {
  using folder = emptyFolder();
  const clock = createManualClock();
  const { controls } = fakeControls();
  await using socket = await openControlSocket({
    directory: folder.path,
    pid: 77,
    controls,
    clock,
    observe: () => undefined,
  });
  const silent = connect(socket.file);
  silent.on('error', () => undefined);
  const closed = once(silent, 'close');
  await once(silent, 'connect');
  // The server has taken the connection once it answers another.
  await say(socket.file, '{"ask":"who"}\n');
  clock.advance(5_000);
  await within(closed, 'the server to close');
});

test('a bug in what was asked is a fault on the log, not the end of the server', async () => {
  using folder = emptyFolder();
  const { controls } = fakeControls();
  const broken: Controls = {
    ...controls,
    bans: () => {
      throw new TypeError('bug');
    },
  };
  const { socket, events } = await open(folder.path, 77, broken);
  await using closing = socket;
  assert.ok(closing);
  assert.equal(await say(socket.file, '{"ask":"bans"}\n'), '');
  assert.equal(events[0]?.kind, 'fault');
  assert.match(await say(socket.file, '{"ask":"who"}\n'), /^\{"ok":true/);
});

test('more sessions than a line holds are cut, and the rest is counted', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => info(String(index), '192.0.2.1:4000'));
  const { shown, left } = fitting(many);
  assert.equal(shown.length + left, 10_000);
  assert.ok(left > 0 && JSON.stringify({ ok: true, result: { sessions: shown, left } }).length < MESSAGE_BYTES);
  assert.deepEqual(fitting([1, 2]), { shown: [1, 2], left: 0 });
});

test('no line makes the reader of requests throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseRequest(line)));
  assert.deepEqual(parseRequest('{"ask":"kick","session":"7","reason":""}'), { ask: 'kick', session: '7', reason: '' });
});

test('on Windows the server listens on a pipe of the folder and the process', () => {
  const { endpoint } = controlAddress('/state', 77, 'win32');
  assert.match(endpoint, /^\\\\\.\\pipe\\portcall-[0-9a-f]{16}-77$/);
  assert.notEqual(controlAddress('/other', 77, 'win32').endpoint, endpoint);
});
