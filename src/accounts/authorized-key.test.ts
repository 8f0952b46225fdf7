import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type AuthorizedKey, keyFlaw, parseAuthorizedKey } from './authorized-key.ts';

const BASE64 = `AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;
const KEY = `ssh-ed25519 ${BASE64}`;

function parsed(line: string): AuthorizedKey {
  const key = parseAuthorizedKey(line);
  assert.ok(!('flaw' in key), `${line}: ${'flaw' in key ? key.flaw : ''}`);
  return key;
}

const flawOf = (line: string): string => {
  const key = parseAuthorizedKey(line);
  return 'flaw' in key ? key.flaw : 'none';
};

describe('a line of authorized_keys', () => {
  test('is a key with a comment', () => {
    const key = parsed(`${KEY} ann@example.net, at work`);
    assert.equal(key.type, 'ssh-ed25519');
    assert.equal(key.blob.length, 51);
    assert.equal(key.comment, 'ann@example.net, at work');
    assert.deepEqual(key.restrictions, { access: 'as-account' });
  });

  test('what an option promises is kept', () => {
    const key = parsed(`restrict,from="10.0.0.0/8,!10.9.9.9,*.1.2.3",command="internal-sftp -R -d /images" ${KEY}`);
    assert.deepEqual(key.restrictions, { access: 'read-only', only: 'sftp', startDirectory: '/images' });
    assert.equal(keyFlaw(key, '10.1.1.1', 0), undefined);
    assert.equal(keyFlaw(key, '10.9.9.9', 0), 'the key is not for that address');
    assert.equal(keyFlaw(key, '7.1.2.3', 0), undefined);
    assert.equal(keyFlaw(key, '192.0.2.1', 0), 'the key is not for that address');
  });

  test('it ends at its time, to the second', () => {
    const key = parsed(`expiry-time="20270131235959Z" ${KEY}`);
    const end = Date.UTC(2027, 0, 31, 23, 59, 59);
    assert.equal(keyFlaw(key, '192.0.2.1', end - 1), undefined);
    assert.equal(keyFlaw(key, '192.0.2.1', end), 'the key has expired');
    assert.equal(parsed(`expiry-time="20270131" ${KEY}`).expiresMs, new Date(2027, 0, 31).getTime());
  });

  for (const [line, flaw] of [
    [`tunnel="1" ${KEY}`, /its option tunnel is not known here/],
    [`command="rm -rf /" ${KEY}`, /must be internal-sftp/],
    [`command="internal-sftp -x" ${KEY}`, /must not have -x/],
    [`expiry-time="20270231" ${KEY}`, /must be a day such as/],
    [`cert-authority ${KEY}`, /for certificates/],
    [`environment="A=b" ${KEY}`, /has no meaning here/],
    [`from="" ${KEY}`, /must name addresses/],
    [`from="x ${KEY}`, /no public key/],
    ['ssh-ed25519', /no public key/],
    ['ssh-ed25519 AAAA', /damaged/],
    [`ssh-rsa ${BASE64}`, /damaged/],
    [`ssh-dss ${BASE64}`, /no public key/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', /no public key/],
    ['x'.repeat(20_000), /too long/],
  ] as const)
    test(`refused: ${line.slice(0, 40)}`, () => assert.match(flawOf(line), flaw));

  test('a short RSA key is refused, with its length', () => {
    const number = (bytes: number[]): Buffer =>
      Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), Buffer.from(bytes)]);
    const modulus = [0, ...Array.from({ length: 128 }, () => 0xff)];
    const blob = Buffer.concat([number([...Buffer.from('ssh-rsa')]), number([1, 0, 1]), number(modulus)]);
    assert.match(flawOf(`ssh-rsa ${blob.toString('base64')}`), /has 1024 bits, and RSA needs 2048/);
  });

  test('no line makes it throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseAuthorizedKey(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseAuthorizedKey(`${text} ${KEY}`)));
  });
});
