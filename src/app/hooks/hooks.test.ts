/** What a web server and a program hear of uploads, and what their silence costs: nothing, or the upload. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { eventually } from '../../../test/support/wait.ts';
import { systemClock } from '../../base/clock.ts';
import { createManualClock } from '../../base/manual-clock.ts';
import { announced, memoryFileSystem, type UploadNotice } from '../../files/index.ts';
import { assertFails, path, put } from '../../../test/conformance/files-probe.ts';
import type { ServerEvent } from '../../observe/event.ts';
import { createHttpHook, signatureOf } from './http.ts';
import { createProgramHook } from './program.ts';
import { uploadHook } from './receiver.ts';
import { type Delivery, pauseAfter, ToldQueue } from './told-queue.ts';

const notice: UploadNotice = {
  sequence: 1,
  time: '2026-11-23T01:02:03.000Z',
  account: 'ann',
  protocol: 'ftp',
  session: '7',
  peer: '192.0.2.1:4000',
  path: '/configs/r1; rm -rf $HOME',
  sizeBytes: 5,
  sha256: 'ab',
  evidence: 'likely',
};

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A web server that remembers requests and gives these answers in turn, the last one for ever. */
async function webServer(...answers: readonly (number | RequestListener)[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const answer = answers[Math.min(seen.length, answers.length - 1)] ?? 200;
      seen.push({ headers: request.headers, body });
      if (typeof answer === 'number') response.writeHead(answer, { Location: '/elsewhere' }).end('text');
      else answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=hunter2`;
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url, seen, stop, [Symbol.asyncDispose]: async () => (server.listening ? await stop() : undefined) };
}

function recorder() {
  const events: ServerEvent[] = [];
  const texts = (): string[] =>
    events.map((event) => (event.kind === 'note' ? event.text : event.kind === 'fault' ? event.where : event.kind));
  return { events, texts, observe: (event: ServerEvent): void => void events.push(event) };
}

test('HTTP: the notice is posted as JSON, signed over the very bytes of the body', async () => {
  await using web = await webServer(204);
  const { observe, events } = recorder();
  const hook = createHttpHook({ url: web.url, secret: 'key', clock: systemClock, observe });
  hook.told(notice);
  await hook.close(10_000);
  const [{ headers, body } = { headers: {}, body: '' }] = web.seen;
  assert.deepEqual(JSON.parse(body), notice);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-portcall-signature'], signatureOf(body, 'key'));
  assert.match(signatureOf('', 'key'), /^sha256=5d5d139563c95b5967b9bd9a8c9b233a9dedb45072794cd232dc1b74832607d0$/);
  assert.deepEqual(events, []);
});

test('HTTP: what is told is sent again while the server fails, in order, and the trouble is told once', async () => {
  await using web = await webServer(500, 503, 200);
  const { observe, texts } = recorder();
  const clock = createManualClock();
  const hook = createHttpHook({ url: web.url, secret: 'key', timeoutMs: 1e9, clock, observe });
  hook.told(notice);
  hook.told({ ...notice, sequence: 2 });
  // Time goes on until the pauses between the attempts are over.
  const sentBoth = (): boolean => {
    clock.advance(100);
    return web.seen.length === 4;
  };
  await eventually(sentBoth, 'both notices');
  await eventually(() => clock.waiting === 0, 'the last answer');
  await hook.close(1);
  assert.deepEqual(
    web.seen.map(({ body }) => (JSON.parse(body) as UploadNotice).sequence),
    [1, 1, 1, 2],
  );
  assert.match(texts()[0] ?? '', /^the upload hook http:\/\/127\.0\.0\.1:\d+\/hook; notices wait/);
  assert.match(texts()[1] ?? '', /takes notices again/);
  assert.equal(texts().length, 2);
  assert.doesNotMatch(texts().join(''), /hunter2/);
});

test('HTTP: a refusal or a redirection is final and told on the log; nobody is redirected', async () => {
  await using web = await webServer(404, 307, 200);
  const { observe, events, texts } = recorder();
  const hook = createHttpHook({ url: web.url, secret: 'key', clock: systemClock, observe });
  for (const sequence of [1, 2, 3]) hook.told({ ...notice, sequence });
  await hook.close(10_000);
  assert.equal(web.seen.length, 3);
  assert.equal(events[0]?.kind, 'fault');
  assert.match(texts().at(-1) ?? '', /was not told of 2 uploads/);
});

test('HTTP: 2xx agrees; any other answer, a late one and none refuse, and the log says why', async () => {
  const silence: RequestListener = () => undefined;
  await using web = await webServer(200, 403, 302, 500, silence);
  const { observe, texts } = recorder();
  const hook = createHttpHook({ url: web.url, secret: 'key', timeoutMs: 500, clock: systemClock, observe });
  for (const answer of [true, false, false, false, false]) assert.equal(await hook.decides(notice), answer);
  await web.stop();
  assert.equal(await hook.decides(notice), false);
  assert.deepEqual(
    texts().map((text) => /status \d+|was refused$/.exec(text)?.[0]),
    ['status 403', 'status 302', 'status 500', 'was refused', 'was refused'],
  );
});

/** A program of these lines of JavaScript, in a folder; `out` is where it may write. */
function program(folder: string, source: string) {
  const script = join(folder, 'hook.mjs');
  const out = join(folder, 'out');
  writeFileSync(
    script,
    `import { readFileSync, writeFileSync } from 'node:fs';\nconst out = ${JSON.stringify(out)};\n${source}`,
  );
  return { what: { file: process.execPath, arguments: [script, 'a b', '$HOME'] }, out };
}

test('program: the notice comes on standard input and in the environment, and no shell reads anything', async () => {
  using folder = emptyFolder();
  const { out, what } = program(
    folder.path,
    `const { argv, env } = process;
     writeFileSync(out, JSON.stringify({ argv: argv.slice(2), env, input: JSON.parse(readFileSync(0, 'utf8')) }));`,
  );
  const { observe, texts } = recorder();
  const hook = createProgramHook({ ...what, environment: { LANG: 'C' }, clock: systemClock, observe });
  assert.equal(await hook.decides(notice), true);
  assert.deepEqual(texts(), []);
  const { argv, env, input } = JSON.parse(readFileSync(out, 'utf8')) as Record<string, Record<string, string>>;
  assert.deepEqual([argv, input], [['a b', '$HOME'], notice]);
  assert.deepEqual(
    [env?.['PORTCALL_PATH'], env?.['PORTCALL_SIZE_BYTES'], env?.['PORTCALL_SHA256']],
    [notice.path, '5', 'ab'],
  );
  assert.equal(env?.['LANG'], 'C');
  assert.equal(env['HOME'], undefined);
});

test('program: another exit code, a missing program and a name it cannot be told refuse, with a reason', async () => {
  using folder = emptyFolder();
  const { what } = program(folder.path, `console.error('it holds a virus'); process.exit(3);`);
  const { observe, texts } = recorder();
  const common = { clock: systemClock, observe };
  assert.equal(await createProgramHook({ ...what, ...common }).decides(notice), false);
  assert.equal(await createProgramHook({ file: join(folder.path, 'none'), ...common }).decides(notice), false);
  assert.equal(await createProgramHook({ ...what, ...common }).decides({ ...notice, path: '/a\0b' }), false);
  assert.match(texts()[0] ?? '', /it ended with 3, saying it holds a virus$/);
  assert.match(texts()[1] ?? '', /could not be started: .*ENOENT/);
  assert.match(texts()[2] ?? '', /could not be started/);
});

test('program: one that does not end is killed with what it started, and has refused', async () => {
  using folder = emptyFolder();
  const { out, what } = program(
    folder.path,
    `const { spawn } = await import('node:child_process');
     const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' });
     writeFileSync(out, String(child.pid));
     setInterval(() => 0, 1000);`,
  );
  const { observe, texts } = recorder();
  const clock = createManualClock();
  const hook = createProgramHook({ ...what, timeoutMs: 5_000, clock, observe });
  const answer = hook.decides(notice);
  const pid = (): number => {
    try {
      return Number(readFileSync(out, 'utf8'));
    } catch {
      return 0;
    }
  };
  await eventually(() => pid() > 0, 'the program to start another');
  clock.advance(5_000);
  assert.equal(await answer, false);
  assert.match(texts()[0] ?? '', /killed because it did not end within 5 s/);
  if (process.platform === 'linux') await eventually(() => !isAlive(pid()), 'what it started to be gone');
});

/** A zombie that nobody reaped has ended too. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('program: at most four run at once', async () => {
  using folder = emptyFolder();
  const { what } = program(
    folder.path,
    `const { readdirSync, rmSync } = await import('node:fs');
     const mine = out + '.' + process.pid;
     writeFileSync(mine, '');
     const running = readdirSync(${JSON.stringify(folder.path)}).filter((name) => name.startsWith('out.')).length;
     await new Promise((resolve) => setTimeout(resolve, 50));
     rmSync(mine);
     process.exit(running > 4 ? 1 : 0);`,
  );
  const { observe, texts } = recorder();
  const hook = createProgramHook({ ...what, clock: systemClock, observe });
  const answers = await Promise.all(Array.from({ length: 10 }, () => hook.decides(notice)));
  assert.deepEqual([answers.every(Boolean), texts()], [true, []]);
});

/** A queue whose deliveries the test ends, one by one. */
function heldQueue(limit: number) {
  const { observe, events, texts } = recorder();
  const clock = createManualClock();
  const sent: { readonly sequence: number; readonly end: (delivery: Delivery) => void }[] = [];
  const queue = new ToldQueue({
    name: 'the hook',
    clock,
    observe,
    atOnce: 1,
    limit,
    tries: 3,
    send: ({ sequence }) => new Promise((end) => sent.push({ sequence, end })),
  });
  return { queue, clock, sent, events, texts };
}

test('a full queue drops notices, counts them, and says so', async () => {
  const { queue, sent, texts } = heldQueue(2);
  for (const sequence of [1, 2, 3, 4, 5]) queue.add({ ...notice, sequence });
  assert.equal(queue.dropped, 2);
  for (const turn of [0, 1, 2]) {
    await eventually(() => sent.length > turn, 'the next notice');
    sent[turn]?.end({ outcome: 'taken' });
  }
  await queue.close(1_000);
  assert.deepEqual(
    sent.map(({ sequence }) => sequence),
    [1, 2, 3],
  );
  assert.deepEqual(texts(), ['the hook', 'the hook was not told of 2 uploads']);
});

test('a notice that is never taken is given up after its attempts, and the next has its turn', async () => {
  const { queue, clock, sent, texts } = heldQueue(10);
  queue.add(notice);
  queue.add({ ...notice, sequence: 2 });
  for (const attempt of [1, 2, 3]) {
    sent.at(-1)?.end({ outcome: 'failed', cause: 'down' });
    await eventually(() => clock.waiting === 1, `a pause after attempt ${attempt}`);
    clock.advance(pauseAfter(attempt));
    await eventually(() => sent.length === attempt + 1, 'the next attempt');
  }
  assert.equal(sent.at(-1)?.sequence, 2);
  sent.at(-1)?.end({ outcome: 'taken' });
  await queue.close(1_000);
  assert.equal(queue.dropped, 1);
  assert.match(texts().join('\n'), /was not told of 1 uploads$/);
});

test('at the end what waits is sent for a while; then it is counted and told', async () => {
  const { queue, clock, sent, texts } = heldQueue(10);
  queue.add(notice);
  queue.add({ ...notice, sequence: 2 });
  const closed = queue.close(5_000);
  sent[0]?.end({ outcome: 'failed', cause: 'down' });
  await eventually(() => clock.waiting === 2, 'the pause');
  clock.advance(900);
  await nextTurn();
  assert.equal(queue.dropped, 0);
  clock.advance(100);
  await eventually(() => sent.length === 2, 'another attempt');
  sent[1]?.end({ outcome: 'failed', cause: 'down' });
  await eventually(() => clock.waiting === 2, 'the pause');
  clock.advance(2_000);
  await eventually(() => sent.length === 3, 'another attempt');
  clock.advance(2_000);
  sent[2]?.end({ outcome: 'failed', cause: 'down' });
  await closed;
  assert.equal(texts().at(-1), 'the hook was not told of 2 uploads');
});

test('the pauses grow to a minute', () => {
  assert.deepEqual([1, 2, 3, 7, 1000].map(pauseAfter), [1_000, 2_000, 4_000, 60_000, 60_000]);
});

test('of several receivers all must agree, and all are told', async () => {
  const told: string[] = [];
  const answers = new Map([['/bad', false]]);
  const tell = ['one', 'two'].map((name) => ({
    told: ({ path: what, sequence }: UploadNotice) => void told.push(`${name} ${what} ${sequence}`),
  }));
  const decide = [
    { decides: () => Promise.resolve(true) },
    { decides: ({ path: what }: UploadNotice) => Promise.resolve(answers.get(what) ?? true) },
  ];
  const files = announced(memoryFileSystem(), uploadHook({ decide, tell, clock: createManualClock() }));
  await put(files, '/good', 'x');
  const upload = await files.openUpload(path('/bad'));
  await assertFails(upload.commit(), 'rejected');
  await put(files, '/better', 'x');
  assert.deepEqual(told, ['one /good 1', 'two /good 1', 'one /better 3', 'two /better 3']);
});

test('a dead hook that is only told costs a session nothing', async () => {
  const { observe } = recorder();
  const clock = createManualClock();
  const dead = createHttpHook({ url: 'http://127.0.0.1:1/', secret: 'key', clock, observe });
  const files = announced(memoryFileSystem(), uploadHook({ decide: [], tell: [dead], clock }));
  for (let index = 0; index < 20; index += 1) await put(files, `/f${index}`, 'x');
  const closed = dead.close(0);
  clock.advance(0);
  await closed;
});
