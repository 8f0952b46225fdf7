/** Hashes are made, checked and bounded; the costs that a stored string asks for cannot eat the machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPhc, parsePhc } from '../base/phc.ts';
import type { Argon2Request } from './hash/scheme.ts';
import { createPasswordHasher } from './password.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a hash is a PHC string of argon2id, and only its password fits', async () => {
  const hasher = createPasswordHasher();
  const stored = await hasher.hash('cisco:Größe ');
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.equal(await hasher.verify('cisco:Größe ', stored), true);
  assert.equal(await hasher.verify('cisco:Größe', stored), false);
  assert.notEqual(await hasher.hash('cisco:Größe '), stored, 'the salt is new each time');
});

test('the string of another program is understood', async () => {
  // Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.equal(await createPasswordHasher().verify('password', stored), true);
});

test('passwords that differ only in bytes that are not UTF-8 differ', async () => {
  const hasher = createPasswordHasher();
  const stored = await hasher.hash('caf\udce9');
  assert.equal(await hasher.verify('caf\udce8', stored), false);
  assert.equal(await hasher.verify('caf\udce9', stored), true);
});

const counting = (answer?: Uint8Array) => {
  const requests: Argon2Request[] = [];
  const hasher = createPasswordHasher({
    compute: (request) => {
      requests.push(request);
      return Promise.resolve(answer ?? new Uint8Array(request.tagBytes));
    },
  });
  return { hasher, requests };
};

const NO_PHC = [
  '',
  'plain',
  '$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$',
  '$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=262144,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=19456,t=9999,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=19456,t=2,p=200$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  '$argon2id$v=19$m=4,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
];

for (const stored of NO_PHC) {
  test(`${stored === '' ? 'an empty hash' : stored} denies, after one ordinary computation`, async () => {
    // Even a computation that answers what the stand-in holds (zeros) must not open.
    const { hasher, requests } = counting();
    assert.equal(await hasher.verify('', stored), false);
    assert.deepEqual(
      requests.map((request) => request.cost),
      [{ memoryKib: 19_456, passes: 2, lanes: 1 }],
    );
  });
}

test('a password beyond 1,024 bytes is refused after the same work, and is not hashed whole', async () => {
  const { hasher, requests } = counting();
  const stored = formatPhc({
    cost: { memoryKib: 64, passes: 3, lanes: 2 },
    salt: new Uint8Array(16),
    tag: new Uint8Array(32),
  });
  assert.equal(await hasher.verify('x'.repeat(1024), stored), true, 'the stand-in computation agrees with everything');
  assert.equal(await hasher.verify('x'.repeat(1_048_576), stored), false);
  assert.deepEqual(
    requests.map((request) => [request.password.length, request.cost.memoryKib]),
    [
      [1024, 64],
      [1024, 64],
    ],
  );
  await assert.rejects(hasher.hash('x'.repeat(1025)), RangeError);
  await assert.rejects(hasher.hash(''), RangeError);
});

test('no more run at once than the bound, no more wait than the bound, and a signal leaves the queue', async () => {
  const open: (() => void)[] = [];
  const hasher = createPasswordHasher({
    bounds: { running: 2, waiting: 2 },
    compute: ({ tagBytes }) => new Promise((resolve) => open.push(() => resolve(new Uint8Array(tagBytes)))),
  });
  const controller = new AbortController();
  const all = [1, 2, 3].map(() => hasher.verify('x', ''));
  const leaving = hasher.verify('x', '', controller.signal);
  await assert.rejects(hasher.verify('x', ''), { name: 'QueueFullError' });
  controller.abort(new Error('the client went away'));
  await assert.rejects(leaving, /went away/);
  all.push(hasher.verify('x', ''));
  for (let finished = 0; finished < 4; finished += 1) {
    await settled();
    assert.ok(open.length <= 2);
    open.shift()?.();
  }
  assert.deepEqual(await Promise.all(all), [false, false, false, false]);
});

test('a PHC string survives reading and printing', () => {
  const text = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  const stored = parsePhc(text);
  assert.ok(stored);
  assert.equal(formatPhc(stored), text);
});
