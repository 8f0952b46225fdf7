/** The commands that talk to running servers: what they print, and their exit codes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { type Controls, sessionControls } from '../../app/control/controls.ts';
import { type ControlSocket, openControlSocket } from '../../app/control/server.ts';
import { systemClock } from '../../base/clock.ts';
import type { SessionInfo } from '../../observe/session-info.ts';
import { run } from '../run.ts';
import type { World } from '../world.ts';

/** Runs a command line in a folder whose `state` is the state folder. */
async function portcall(cwd: string, line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const world: World = {
    stdout: { writableLength: 0, write: (text) => (stdout += String(text)) },
    stderr: { writableLength: 0, write: (text) => (stderr += String(text)) },
    stdin: process.stdin,
    cwd,
    pid: 1,
    onStopSignal: () => () => undefined,
    exitNow: () => undefined,
    setTitle: () => undefined,
  };
  const code = await run([...line.split(' '), '--state', 'state'], world);
  return { code, stdout, stderr };
}

const session = (name: string, peer: string, more: Partial<SessionInfo> = {}): SessionInfo => ({
  protocol: 'ftp',
  session: name,
  peer,
  encrypted: 'no',
  sinceMs: 65_000,
  idleMs: 2_000,
  state: 'logging in',
  ...more,
});

const sending = session('8', '[2001:db8::1]:9', {
  account: 'a\x1b[31mnn',
  encrypted: 'control and data',
  state: 'transferring',
  transfer: { verb: 'RETR', path: '/big', bytes: 1024, totalBytes: 4096, rateBytesPerSecond: 512 },
});

function open(cwd: string, pid: number, sessions: SessionInfo[], more: Partial<Controls> = {}): Promise<ControlSocket> {
  const kick = (name: string): boolean =>
    sessions.splice(
      sessions.findIndex((each) => each.session === name),
      1,
    ).length > 0;
  const controls: Controls = {
    ...sessionControls([{ sessions: () => sessions, kick }]),
    reload: () => Promise.resolve({ ok: true, text: 'The configuration was read anew.' }),
    bans: () => [{ group: '2001:db8::/64', untilMs: Date.UTC(2026, 10, 23), reason: '5 wrong passwords' }],
    lift: (address) => address === '2001:db8::1',
    ...more,
  };
  const observe = (): void => undefined;
  return openControlSocket({ directory: join(cwd, 'state'), pid, controls, clock: systemClock, observe });
}

test('who: a table for people, nothing in it acts on the terminal; JSON for programs', async () => {
  using folder = emptyFolder();
  await using socket = await open(folder.path, 77, [session('7', '192.0.2.1:4000'), sending]);
  assert.ok(socket);
  const { code, stdout } = await portcall(folder.path, 'who');
  assert.equal(code, 0);
  assert.equal(
    stdout,
    [
      'SESSION  PROTOCOL  ACCOUNT      CLIENT           ENCRYPTED         SINCE      IDLE   DOING',
      '7        ftp       -            192.0.2.1:4000   no                1 min 5 s  2.0 s  logging in',
      String.raw`8        ftp       a\x1b[31mnn  [2001:db8::1]:9  control and data  1 min 5 s  2.0 s  RETR /big, 1.0 KiB of 4.0 KiB, 512 bytes/s`,
      '',
    ].join('\n'),
  );
  const json = await portcall(folder.path, 'who --json');
  assert.deepEqual(JSON.parse(json.stdout), [
    { pid: 77, ...session('7', '192.0.2.1:4000') },
    { pid: 77, ...sending },
  ]);
});

test('kick: the one session that has the name; of several none, but each by its full name', async () => {
  using folder = emptyFolder();
  const [one, other] = [[session('7', 'a:1'), session('8', 'a:2')], [session('7', 'b:1')]];
  await using first = await open(folder.path, 77, one);
  await using second = await open(folder.path, 78, other);
  assert.notEqual(first.file, second.file);
  const unclear = await portcall(folder.path, 'kick 7');
  assert.equal(unclear.code, 2);
  assert.match(unclear.stderr, /say which: 7@a:1, 7@b:1/);
  assert.equal((await portcall(folder.path, 'kick 7@b:1')).code, 0);
  assert.deepEqual([one.length, other.length], [2, 0]);
  assert.equal((await portcall(folder.path, 'kick 8')).code, 0);
  assert.deepEqual(
    one.map((each) => each.session),
    ['7'],
  );
  const nobody = await portcall(folder.path, 'kick 99');
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /there is no session 99; portcall who lists them/);
  assert.equal((await portcall(folder.path, 'kick')).code, 2);
});

test('reload: what is in force now, or why it is the old', async () => {
  using folder = emptyFolder();
  await using good = await open(folder.path, 77, []);
  assert.ok(good);
  assert.deepEqual(await portcall(folder.path, 'reload'), {
    code: 0,
    stdout: 'The configuration was read anew.\n',
    stderr: '',
  });
  const reload = () => Promise.resolve({ ok: false, text: 'portcall.yaml:3: root is missing' });
  await using bad = await open(folder.path, 78, [], { reload });
  assert.ok(bad);
  const { code, stderr } = await portcall(folder.path, 'reload');
  assert.deepEqual([code, stderr], [1, 'portcall: portcall.yaml:3: root is missing\n']);
});

test('ban list and lift', async () => {
  using folder = emptyFolder();
  await using socket = await open(folder.path, 77, []);
  assert.ok(socket);
  assert.equal(
    (await portcall(folder.path, 'ban list')).stdout,
    'ADDRESS        UNTIL                     REASON\n2001:db8::/64  2026-11-23T00:00:00.000Z  5 wrong passwords\n',
  );
  const json = JSON.parse((await portcall(folder.path, 'ban list --json')).stdout) as object[];
  assert.deepEqual(json, [
    { pid: 77, group: '2001:db8::/64', untilMs: 1_795_392_000_000, reason: '5 wrong passwords' },
  ]);
  assert.equal((await portcall(folder.path, 'ban lift 2001:db8::1')).code, 0);
  const stranger = await portcall(folder.path, 'ban lift 192.0.2.1');
  assert.equal(stranger.code, 3);
  assert.match(stranger.stderr, /192\.0\.2\.1 is not kept out/);
});

for (const line of ['who', 'kick 7', 'reload', 'ban list', 'ban lift 192.0.2.1'])
  test(`${line}, when no server runs: exit code 6, and what to do`, async () => {
    using folder = emptyFolder();
    const { code, stdout, stderr } = await portcall(folder.path, line);
    assert.deepEqual([code, stdout], [6, '']);
    assert.match(stderr, /no server runs over the state folder .*state; start one with portcall serve/);
  });
