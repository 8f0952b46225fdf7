import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findNetrcEntry } from './netrc.ts';

const FILE = `
# machine commented.example login nobody password none
machine ftp.example.net login ann password "a b\\"c" account books
machine FTP.two.example
  login bob
  password secret#1
macdef init
  machine trap.example login evil password evil

machine two.example login one password first
machine two.example login two password second
default login anonymous password me@
`;

describe('~/.netrc', () => {
  const CASES: readonly (readonly [host: string, user: string | undefined, expected: unknown])[] = [
    ['ftp.example.net', undefined, { login: 'ann', password: 'a b"c', account: 'books' }],
    ['ftp.two.example', undefined, { login: 'bob', password: 'secret#1', account: undefined }],
    ['two.example', undefined, { login: 'one', password: 'first', account: undefined }],
    ['two.example', 'two', { login: 'two', password: 'second', account: undefined }],
    ['other.example', undefined, { login: 'anonymous', password: 'me@', account: undefined }],
    ['other.example', 'ann', undefined],
    ['trap.example', 'evil', undefined],
    ['commented.example', 'nobody', undefined],
  ];
  for (const [host, user, expected] of CASES)
    test(`${user ?? 'anybody'} at ${host}`, () => assert.deepEqual(findNetrcEntry(FILE, host, user), expected));
  test('nothing in nothing', () => assert.equal(findNetrcEntry('machine', 'b'), undefined));
});
