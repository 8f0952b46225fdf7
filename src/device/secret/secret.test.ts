/** Passwords and secrets as they stand in configurations of IOS. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkSecret, hashSecret, secretTypeOf } from './secret.ts';
import { decode7, encode7 } from './type-7.ts';

/** What stands in the configuration, and the secret: 5 as OpenSSL makes it, 8 and 9 as published. */
const SECRETS = [
  ['$1$mERr$hx5rVt7rPNoS4wqbXKX7m0', 'cisco'],
  ['$1$mERr$y/Ce7lzaUL0HOujQUgwuB/', 'hello'],
  ['$1$mERr$tmUg7hRVlDjfNDqoWVXLY.', ''],
  ['$1$mERr$lK/mKqnOSlcd1qxidoppo/', 'pässwörd'],
  ['$1$mERr$5Q.Emu1Mugwi8JNN1iTI0/', '0123456789abcdef0'],
  ['$1$abcdefgh$HqBIPZ2tOYrJ/qitxtoyR/', 'a-much-longer-password-than-16-bytes'],
  ['$8$dsYGNam3K1SIJO$7nv/35M/qr6t.dVc7UY9zrJDWRVqncHub1PE9UlMQFs', 'cisco'],
  ['$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM', 'cisco'],
] as const;

describe('secrets', () => {
  for (const [stored, text] of SECRETS)
    test(`${stored} is ${JSON.stringify(text)}, and nothing else`, async () => {
      assert.equal(await checkSecret(stored, text), true);
      assert.equal(await checkSecret(stored, `${text}x`), false);
    });

  for (const type of [5, 8, 9] as const)
    test(`type ${type}: what is made is accepted, with a salt of its own`, async () => {
      const [one, other] = [await hashSecret(type, 'cisco', randomBytes), await hashSecret(type, 'cisco', randomBytes)];
      assert.notEqual(one, other);
      assert.equal(secretTypeOf(one), type);
      assert.equal(await checkSecret(one, 'cisco'), true);
      assert.equal(await checkSecret(one, 'Cisco'), false);
    });

  test('the salt comes from the randomness passed in', async () => {
    const stored = await hashSecret(9, 'cisco', (count) => new Uint8Array(count).fill(63));
    assert.equal(stored.slice(0, 18), `$9$${'z'.repeat(14)}$`);
  });

  test('text that is no stored secret is nobody’s', async () => {
    const stored = '$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM';
    for (const text of [
      '',
      'cisco',
      '$1$',
      '$9$$',
      `${stored}M`,
      stored.slice(1),
      `${stored}\n`,
      `$7$${stored.slice(3)}`,
    ])
      assert.equal(await checkSecret(text, 'cisco'), false, text);
    await assert.rejects(hashSecret(5, 'x'.repeat(2000), randomBytes), RangeError);
    assert.equal(await checkSecret(stored, 'x'.repeat(2000)), false);
  });
});

describe('type 7', () => {
  const KNOWN = [
    ['0822455D0A16', 'cisco'],
    ['05080F1C2243', 'cisco'],
    ['13061B13181F', 'class'],
    ['08204E', 'ab'],
    ['1513090F', 'abc'],
    ['104F0B1A011214', 'abcdef'],
  ] as const;
  for (const [stored, text] of KNOWN)
    test(`${stored} is ${text}`, () => {
      assert.equal(decode7(stored), text);
      assert.equal(encode7(text, Number(stored.slice(0, 2))), stored);
    });

  test('every password comes back, also those longer than the table', () => {
    const text = fc.string({ minLength: 1, maxLength: 42 });
    fc.assert(fc.property(text, fc.nat(), (any, offset) => assert.equal(decode7(encode7(any, offset)), any)));
  });

  test('text that is none is refused', () => {
    for (const text of ['', '08', '082', '0822455D0A1', 'zz22455D', '9922455D', '0822455G', `08${'00'.repeat(200)}`])
      assert.equal(decode7(text), undefined, text);
    fc.assert(
      fc.property(fc.string(), (any) => {
        decode7(any);
      }),
    );
  });
});
