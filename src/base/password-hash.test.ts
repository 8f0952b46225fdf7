import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPasswordHash } from './password-hash.ts';

const ARGON = '$argon2id$v=19$m=19456,t=2,p=1$EXAMPLESALTEXAMPLESALT$EXAMPLEHASHEXAMPLEHASHEXAMPLEHASHEXAMPLEHAS';

test('the hashes that other programs store', () => {
  const right = [
    ARGON,
    `$2b$12$${'a'.repeat(53)}`,
    `$2y$05$${'./AZaz09'.repeat(6)}abcde`,
    `$scrypt$ln=17,r=8,p=1$${'A'.repeat(22)}$${'B'.repeat(43)}`,
    `$6$saltsalt$${'x'.repeat(86)}`,
    `$6$rounds=656000$salt$${'x'.repeat(86)}`,
  ];
  for (const text of right) assert.equal(isPasswordHash(text), true, text);
});

test('clear text, weak hashes and torn ones', () => {
  const wrong = [
    '',
    'secret',
    'x'.repeat(100),
    ARGON.slice(0, -30),
    ARGON.replace('m=19456', 'm=9999999'),
    `$1$salt$${'x'.repeat(22)}`,
    `$5$salt$${'x'.repeat(43)}`,
    `$2b$12$${'a'.repeat(52)}`,
    `$2x$12$${'a'.repeat(53)}`,
    `$6$salt$${'x'.repeat(85)}`,
    `$6$salt$${'x'.repeat(86)}\n`,
    '$argon2i$v=19$m=19456,t=2,p=1$EXAMPLESALTEXAMPLESALT$EXAMPLEHASHEXAMPLEHASH',
  ];
  for (const text of wrong) assert.equal(isPasswordHash(text), false, text);
});
