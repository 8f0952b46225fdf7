/** Hashes that other programs made open for their password, and none can ask for more work than its scheme's bound. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createPasswordHasher } from '../password.ts';
import { isPasswordHash } from './schemes.ts';

const hasher = createPasswordHasher();

/** Who made it, the password, what it made. */
const MADE_BY_OTHERS: readonly (readonly [program: string, password: string, stored: string])[] = [
  [
    'openssl passwd -6',
    'cisco:Router 7',
    '$6$openssl1$DNSLUv0zZVVe7x0oHH8/G8yE/wEMK4zsjc5/KN834zQKwzRDml98GkCwfm6VzVgBO/15VLr1/4iQfJHLLFH220',
  ],
  [
    'crypt(3), salt alone',
    'Zürich port 21',
    '$6$saltstring$IZ0FIYBQFqwzJ3tNDj8ls1Gu7Z1laqG8mFgFoD0ECeUzuvfnWvHlRbtt7j3kQIH62uIXnG9xd0Pc9V/FjJisC0',
  ],
  [
    'crypt(3), 10,000 rounds',
    'Zürich port 21',
    '$6$rounds=10000$saltstringsaltst$c11T/ozTCwsWzJdjuHK/5CMAjh5zV20KbO/Oz9tU4UWNOphb/NcLTnBTSrgctCy0FhLRfbPaaVDIg13.jG2JN.',
  ],
  [
    'crypt(3), 63 bytes',
    'y'.repeat(63),
    '$6$rounds=1000$abcdefgh$Guq7VSNivFjK7j8u.pZO9H/NM1Btnu/4ZaCM4orqdnaeJdyvZvCEQHuNcxLAV8EYoAKB0UJkKWh7SEiIvkEj2/',
  ],
  [
    'crypt(3), 64 bytes',
    'y'.repeat(64),
    '$6$rounds=1000$abcdefgh$RYd5YSte9zc/NFanK3TfnoymqHwm5KZfVGsOYo.9lowDd1iVaUs759sKypJc.PjADpKiGtSfBasyNV.xJDw1z1',
  ],
  [
    'crypt(3), 128 bytes',
    'y'.repeat(128),
    '$6$rounds=1000$abcdefgh$SWreKGGCA9l4lfpEhkbYUk/c/.xkBikFYoK1XcYk3Zh4IQfzBYitvD3HGaIIQW19LJ3wdhWxFDhyqdTt9dQzK.',
  ],
  [
    'crypt(3), a byte that is not UTF-8',
    'caf\udce9',
    '$6$rounds=1000$abcdefgh$p1xvJ53b2N3GwjXxKp13LBGxzemGtUu4knGtd4gEtUedmI.im41nu6NljxE59NGRSadO62jdMvCGg8G2ZUFwF.',
  ],
  ['crypt(3), $2a$', 'Zürich port 21', '$2a$04$abcdefghijklmnopqrstuujR2oVlJgtOx.kJeyo3/9JW3LJqO58MO'],
  ['crypt(3), $2b$', 'Zürich port 21', '$2b$05$abcdefghijklmnopqrstuu0tX/Aj0n.BE5op3SJKtvFBjvP0F2EUe'],
  ['crypt(3), $2y$ as of htpasswd', 'Zürich port 21', '$2y$06$abcdefghijklmnopqrstuu3ukHQj.qkgiRp9YE8QkINxDDbK4daSK'],
  ['crypt(3), bcrypt beyond 72 bytes', 'k'.repeat(80), '$2b$04$abcdefghijklmnopqrstuuxC5zBssI9/6x/6iWxqqDBY.Vv9oVG2q'],
  [
    "Python's hashlib.scrypt",
    'cisco:Router 7',
    '$scrypt$ln=14,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$JpKATtREHJo7uHrqKvIzWsVAemDjFkkL9NKzlbj1cbQ',
  ],
];

for (const [program, password, stored] of MADE_BY_OTHERS)
  test(`the hash of ${program} opens for its password only`, async () => {
    assert.equal(await hasher.verify(password, stored), true);
    assert.equal(await hasher.verify(`x${password}`, stored), false);
    assert.equal(await hasher.verify('', stored), false);
  });

test('a password with a NUL, which bcrypt would take for a repetition, is denied', async () => {
  const stored = '$2b$05$abcdefghijklmnopqrstuu0tX/Aj0n.BE5op3SJKtvFBjvP0F2EUe';
  assert.equal(await hasher.verify('Zürich port 21\0Zürich port 21', stored), false);
});

const BCRYPT_TAIL = 'abcdefghijklmnopqrstuu0tX/Aj0n.BE5op3SJKtvFBjvP0F2EUe';
const SCRYPT_TAIL = 'MDEyMzQ1Njc4OWFiY2RlZg$JpKATtREHJo7uHrqKvIzWsVAemDjFkkL9NKzlbj1cbQ';
const SHA512_TAIL = `salt$${'a'.repeat(86)}`;

describe('the cost that a stored string may ask for', () => {
  for (const [stored, isTaken] of [
    [`$2b$15$${BCRYPT_TAIL}`, true],
    [`$2b$16$${BCRYPT_TAIL}`, false],
    [`$2b$03$${BCRYPT_TAIL}`, false],
    [`$2x$05$${BCRYPT_TAIL}`, false],
    [`$2b$05$${BCRYPT_TAIL}x`, false],
    [`$6$rounds=1000000$${SHA512_TAIL}`, true],
    [`$6$rounds=1000001$${SHA512_TAIL}`, false],
    [`$6$rounds=999$${SHA512_TAIL}`, false],
    [`$6$rounds=01000$${SHA512_TAIL}`, false],
    [`$6$${SHA512_TAIL}`, true],
    [`$6$a salt$${'a'.repeat(86)}`, false],
    [`$5$${SHA512_TAIL}`, false],
    [`$scrypt$ln=18,r=8,p=4$${SCRYPT_TAIL}`, true],
    [`$scrypt$ln=18,r=8,p=5$${SCRYPT_TAIL}`, false],
    [`$scrypt$ln=19,r=8,p=1$${SCRYPT_TAIL}`, false],
    [`$scrypt$ln=0,r=8,p=1$${SCRYPT_TAIL}`, false],
    [`$scrypt$ln=14,r=0,p=1$${SCRYPT_TAIL}`, false],
    ['', false],
  ] as const)
    test(`${stored || 'nothing'} is ${isTaken ? 'taken' : 'refused'}`, () =>
      assert.equal(isPasswordHash(stored), isTaken));
});

test('whatever is stored, reading it never throws', () => {
  const prefix = fc.constantFrom('$2b$', '$6$', '$6$rounds=', '$scrypt$ln=', '$argon2id$', '');
  fc.assert(fc.property(prefix, fc.string(), (start, rest) => typeof isPasswordHash(start + rest) === 'boolean'));
});

test('the event loop goes on while a slow hash is computed', async () => {
  let turns = 0;
  const progress = { isDone: false };
  const slow = hasher.verify('x', `$6$rounds=300000$${SHA512_TAIL}`).finally(() => (progress.isDone = true));
  while (!progress.isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  assert.equal(await slow, false);
  assert.ok(turns > 100, `only ${turns} turns`);
});
