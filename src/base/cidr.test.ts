import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress, isPrivateAddress, networkContains, parseAddress, parseNetwork } from './cidr.ts';

const within = (network: string, address: string): boolean | undefined => {
  const parsed = parseNetwork(network);
  return parsed && networkContains(parsed, address);
};

const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('a network holds its addresses and no others', () => {
  const table: [string, string, boolean][] = [
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::/0', '::1', true],
    ['::/0', '::ffff:10.0.0.1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8', '::ffff:a00:1', true],
    ['::ffff:10.0.0.0/104', '10.0.0.1', true],
    ['10.0.0.0/8', 'localhost', false],
    ['10.0.0.0/8', '', false],
  ];
  for (const [network, address, expected] of table)
    assert.equal(within(network, address), expected, `${network} ∋ ${address}`);
});

test('what is malformed is no network', () => {
  const malformed =
    ' |10|10.0.0|10.0.0.0/33|10.0.0.0/-1|10.0.0.0/|10.0.0.0/8/8|010.0.0.0/8|256.0.0.0|10.0.0.0/08|any|::/129|:::|1::2::3|::ffff:10.0.0.0/8|fe80::1%eth0|12345::|1:2:3:4:5:6:7:8:9|1:2:3:4:5:6:7|::1.2.3|10.0.0.0/ 8|1.2.3.4::|1:2:3:4:5:6:7::8:9';
  for (const text of malformed.split('|')) assert.equal(parseNetwork(text), undefined, text);
});

test('one address has one spelling', () => {
  const table: [string, string][] = [
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['127.0.0.1', '127.0.0.1'],
    ['not an address', 'not an address'],
  ];
  for (const [text, expected] of table) assert.equal(canonicalAddress(text), expected);
});

test('agrees with the runtime about what an address is', () => {
  const pieces = fc.constantFrom('0', '1', '10', '255', '256', '01', 'ffff', 'F', ':', '::', '.', '%', '');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 17 }).map((parts) => parts.join('')),
        fc.ipV4(),
        fc.ipV6(),
      ),
      (text) => {
        if (!text.includes('%')) assert.equal(parseAddress(text) !== undefined, isIPv4(text) || isIPv6(text), text);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a canonical address is an address, stays as it is, and lies in its own network', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (address, bits) => {
      const canonical = canonicalAddress(address);
      assert.equal(canonicalAddress(canonical), canonical);
      assert.equal(within(canonical, address), true);
      assert.equal(within(`${canonical}/${Math.min(bits, isIPv4(canonical) ? 32 : 128)}`, address), true);
    }),
  );
});

test('no text makes anything throw', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      parseNetwork(text);
      canonicalAddress(text);
      within('10.0.0.0/8', text);
    }),
  );
});

test('addresses that the Internet does not lead to are known, in every spelling', () => {
  for (const address of [
    '10.0.0.5',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '127.0.0.1',
    '::1',
    'fd00::1',
    'fe80::1%eth0',
    '::ffff:10.0.0.5',
  ])
    assert.ok(isPrivateAddress(address), address);
  for (const address of ['11.0.0.5', '172.32.0.1', '203.0.113.5', '2001:db8::1', 'host', ''])
    assert.ok(!isPrivateAddress(address), address);
});
