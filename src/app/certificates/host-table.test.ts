import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { testAuthority } from '../../../test/support/certificates.ts';
import { canonicalHost, findHost, hostsOf } from './host-table.ts';

describe('a host has one spelling', () => {
  const spellings: readonly (readonly [string, string | undefined])[] = [
    ['ftp.example.com', 'ftp.example.com'],
    ['FTP.Example.COM.', 'ftp.example.com'],
    ['*.Example.com', '*.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['_under.example', '_under.example'],
    ['*', undefined],
    ['f*.example.com', undefined],
    ['*.*.example.com', undefined],
    ['a..b', undefined],
    ['two words', undefined],
    ['', undefined],
    [`${'a'.repeat(64)}.com`, undefined],
  ];
  for (const [text, host] of spellings)
    test(`${JSON.stringify(text)} is ${host ?? 'no host'}`, () => {
      assert.equal(canonicalHost(text), host);
    });

  test('no text makes it throw, and what it gives is its own spelling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const host = canonicalHost(text);
        if (host !== undefined) assert.equal(canonicalHost(host), host);
      }),
    );
  });
});

describe('a client that names a host', () => {
  const table = new Map([
    ['ftp.example.com', 'exact'],
    ['*.example.com', 'wildcard'],
    ['localhost', 'short'],
  ]);
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['ftp.example.com', 'exact'],
    ['FTP.example.com', 'exact'],
    ['other.example.com', 'wildcard'],
    ['localhost', 'short'],
    ['example.com', undefined],
    ['a.b.example.com', undefined],
    ['*.example.com', 'wildcard'],
    ['elsewhere', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ];
  for (const [name, value] of cases)
    test(`"${name}" gets ${value ?? 'nothing'}`, () => {
      assert.equal(findHost(table, name), value);
    });
});

test('the hosts of a certificate are its names, not its addresses', async () => {
  const { certPem } = (await testAuthority()).server(['a.example', '*.b.example', '192.0.2.1', '::1', 'x@y.example']);
  assert.deepEqual(hostsOf(new X509Certificate(certPem)), ['a.example', '*.b.example']);
});
