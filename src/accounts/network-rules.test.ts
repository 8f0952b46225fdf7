import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressComponent, definitionFor, findRule, type NetworkRule } from './network-rules.ts';

const rule = (...clients: string[]): NetworkRule => ({
  clients,
  mounts: [{ at: '/', directory: '/srv/devices', access: 'read-write' }],
  permissions: [
    { path: '/images', allow: ['list', 'read'] },
    { path: '/configs/{address}-*', allow: ['write'] },
  ],
  protocols: ['ftp', 'tftp'],
});

test('the first row whose network holds the client counts', () => {
  const [narrow, wide, six] = [rule('10.20.0.0/16'), rule('192.0.2.1', '10.0.0.0/8'), rule('2001:db8::/32')];
  const rules = [narrow, wide, six];
  assert.equal(findRule(rules, '10.20.3.4'), narrow);
  assert.equal(findRule(rules, '::ffff:10.20.3.4'), narrow, 'an IPv4 address however it is spelled');
  assert.equal(findRule(rules, '10.21.3.4'), wide);
  assert.equal(findRule(rules, '192.0.2.1'), wide);
  assert.equal(findRule(rules, '2001:db8::1'), six);
  assert.equal(findRule(rules, '203.0.113.1'), undefined);
  assert.equal(findRule(rules, 'not an address'), undefined);
});

test('a malformed network is never passed over in silence', () => {
  assert.throws(() => findRule([rule('10.20.0.0/99'), rule('0.0.0.0/0')], '10.20.0.1'), /"10\.20\.0\.0\/99"/);
});

test('a client gets what the rule says, with its own address in it', () => {
  const { name, mounts, permissions, networks, protocols, passwordHash } = definitionFor(
    rule('10.0.0.0/8'),
    '10.20.0.7',
  );
  assert.deepEqual(
    [name, networks, protocols, passwordHash],
    ['anonymous', ['10.0.0.0/8'], ['ftp', 'tftp'], undefined],
  );
  assert.equal(mounts[0]?.directory, '/srv/devices');
  assert.deepEqual(permissions, [
    { path: '/images', allow: ['list', 'read'] },
    { path: '/configs/10.20.0.7-*', allow: ['write'] },
  ]);
});

test('an address is one component of a path, the same however it is spelled', () => {
  assert.equal(addressComponent('::ffff:10.20.0.7'), '10.20.0.7');
  assert.equal(addressComponent('2001:DB8::7%eth0'), '2001-0db8-0000-0000-0000-0000-0000-0007');
  for (const wrong of ['', '..', '../10.0.0.1', '10.0.0', '*'])
    assert.throws(() => addressComponent(wrong), /is no IP address/);
});

test('no client can name files as another: its component does not begin as the other with a hyphen', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
      const [first, second] = [addressComponent(one), addressComponent(other)];
      assert.match(first, /^[\da-f.-]+$/);
      assert.ok(first === second || !`${second}-`.startsWith(`${first}-`), `${first} ${second}`);
    }),
  );
});
