/** What the hook is told, and that nothing but a clear yes lets anybody in. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { createManualClock } from '../base/manual-clock.ts';
import type { LoginAttempt } from './account.ts';
import type { AccountDefinition, ParseDefinition } from './definition.ts';
import { httpHook, type HttpHookOptions } from './http-hook.ts';
import type { AccountSource } from './source.ts';

const SWITCH: AccountDefinition = {
  name: 'switch',
  publicKeys: [],
  certificateNames: [],
  mounts: [{ at: '/', directory: '/srv', access: 'read-only' }],
  permissions: [],
  limits: {},
};

const ATTEMPT: LoginAttempt = { name: 'switch', password: 'geheim', address: '192.0.2.1', protocol: 'ftps' };

const parse: ParseDefinition = (value, where) => {
  if (typeof value !== 'object' || value === null || !('name' in value)) throw new Error(`${where}: name is missing`);
  return value as AccountDefinition;
};

interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, asked: Asked) => void;

const give =
  (status: number, body: unknown = SWITCH, headers = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

/** A hook on loopback that answers so, and what it was asked. */
async function hookServer(answer: Answer) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      answer(response, { headers: request.headers, body });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const clock = createManualClock();
  const hook = (options: Partial<HttpHookOptions> = {}): AccountSource =>
    httpHook({ url: `http://127.0.0.1:${port}/login?key=k`, timeoutMs: 1_000, cacheMs: 0, clock, parse, ...options });
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { asked, clock, hook, port, close, [Symbol.asyncDispose]: close };
}

test('an account in the answer is let in; the hook has judged the password', async () => {
  await using server = await hookServer(give(200));
  const hook = server.hook({ secret: 'shared' });
  assert.deepEqual(await hook.find({ ...ATTEMPT, certificateNames: ['sw1'] }), { definition: SWITCH, proof: 'given' });
  const [{ headers, body } = { headers: {}, body: '' }] = server.asked;
  assert.deepEqual(JSON.parse(body), { ...ATTEMPT, certificateNames: ['sw1'] });
  assert.equal(headers['content-type'], 'application/json');
  const signature = createHmac('sha256', 'shared').update(body).digest('hex');
  assert.equal(headers['x-portcall-signature'], `sha256=${signature}`);
  assert.equal(hook.name, `http://127.0.0.1:${server.port}/login`, 'logs do not show the query');
});

test('without a secret nothing is signed, and without a cache every login is asked', async () => {
  await using server = await hookServer(give(200));
  const hook = server.hook();
  await hook.find(ATTEMPT);
  await hook.find(ATTEMPT);
  assert.equal(server.asked.length, 2);
  assert.equal(server.asked[0]?.headers['x-portcall-signature'], undefined);
});

for (const status of [403, 404])
  test(`${status} is a no`, async () => {
    await using server = await hookServer(give(status, 'no'));
    assert.equal(await server.hook().find(ATTEMPT), undefined);
  });

describe('anything else lets nobody in', () => {
  const cases: readonly (readonly [string, Answer, RegExp])[] = [
    ['another status', give(500), /answered with status 500/],
    ['401, which is no answer about the client', give(401), /status 401/],
    ['204', give(204, ''), /status 204/],
    ['a redirect', give(302, '', { location: '/elsewhere' }), /status 302/],
    ['no JSON', give(200, 'password geheim is right'), /^Error: the answer is no JSON$/],
    ['JSON that is no account', give(200, '{}'), /login: name is missing/],
    ['an empty answer', give(200, ''), /no JSON/],
    ['a body over 64 KiB', give(200, JSON.stringify({ ...SWITCH, x: 'x'.repeat(65_536) })), /longer than 65536 bytes/],
    ['a connection that breaks', (response) => void response.destroy(), /cannot be reached|terminated|closed/],
  ];
  for (const [what, answer, message] of cases)
    test(what, async () => {
      await using server = await hookServer(answer);
      await assert.rejects(server.hook({ cacheMs: 60_000 }).find(ATTEMPT), message);
      assert.equal(server.asked.length, 1, 'it is asked once, and nowhere else');
    });

  test('nobody there', async () => {
    await using server = await hookServer(give(200));
    const hook = server.hook();
    await server.close();
    await assert.rejects(hook.find(ATTEMPT), /cannot be reached \(ECONNREFUSED\)/);
  });
});

test('no answer in time is no, whether nothing comes or half of it', async () => {
  for (const begin of [() => undefined, (response: ServerResponse) => response.writeHead(200).write('{"name":')]) {
    const asked = Promise.withResolvers<undefined>();
    await using server = await hookServer((response) => {
      begin(response);
      asked.resolve(undefined);
    });
    const finding = server.hook().find(ATTEMPT);
    finding.catch(() => undefined);
    await asked.promise;
    server.clock.advance(1_000);
    await assert.rejects(finding, /no answer within 1000 ms/);
  }
});

test('a client that goes away ends the question', async () => {
  const asked = Promise.withResolvers<undefined>();
  await using server = await hookServer(() => asked.resolve(undefined));
  const controller = new AbortController();
  const finding = server.hook().find({ ...ATTEMPT, signal: controller.signal });
  finding.catch(() => undefined);
  await asked.promise;
  controller.abort(new Error('gone'));
  await assert.rejects(finding, /gone/);
  assert.equal(server.clock.waiting, 0, 'no timer is left');
});

test('a yes is remembered for its time, and for this name, password, address and protocol only', async () => {
  await using server = await hookServer(give(200));
  const hook = server.hook({ cacheMs: 60_000 });
  const others = [{ password: 'x' }, { name: 'x' }, { address: '192.0.2.2' }, { protocol: 'ftp' } as const];
  for (const attempt of [ATTEMPT, ATTEMPT, ...others.map((other) => ({ ...ATTEMPT, ...other }))]) {
    assert.deepEqual((await hook.find(attempt))?.definition, SWITCH);
  }
  assert.equal(server.asked.length, 5);
  server.clock.advance(60_000);
  await hook.find(ATTEMPT);
  assert.equal(server.asked.length, 6);
});

test('a no is not remembered', async () => {
  const answers = [give(403), give(200)];
  await using server = await hookServer((response, asked) => answers.shift()?.(response, asked));
  const hook = server.hook({ cacheMs: 60_000 });
  assert.equal(await hook.find(ATTEMPT), undefined);
  assert.ok(await hook.find(ATTEMPT));
});

test('no more than ten thousand are remembered', async () => {
  let asked = 0;
  const hook = httpHook({
    url: 'http://hook.example.net/',
    timeoutMs: 1_000,
    cacheMs: 60_000,
    clock: createManualClock(),
    parse,
    fetch: async () => ((asked += 1), Response.json(SWITCH)),
  });
  for (let host = 0; host <= 10_000; host += 1) await hook.find({ ...ATTEMPT, name: `host ${host}` });
  assert.equal(asked, 10_001);
  await hook.find({ ...ATTEMPT, name: 'host 10000' });
  assert.equal(asked, 10_001, 'the last is known');
  await hook.find({ ...ATTEMPT, name: 'host 0' });
  assert.equal(asked, 10_002, 'the first was forgotten');
});

for (const url of ['ftp://hook.example.net/', 'hook', 'http://user:secret@hook.example.net/'])
  test(`${url} cannot be a hook`, () => {
    assert.throws(() => httpHook({ url, timeoutMs: 1, cacheMs: 0, clock: createManualClock(), parse }), RangeError);
  });
