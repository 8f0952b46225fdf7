/** Accounts as JSON, from a database or a hook: the same keys as in the file, absolute folders, nothing unknown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { problemsOf } from '../../test/support/settle-file.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import { PERMISSIONS } from '../accounts/permission.ts';
import { PROTOCOLS } from '../base/protocol.ts';
import { parseDefinition, writeDefinition } from './definition.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$EXAMPLESALTEXAMPLESALT$EXAMPLEHASHEXAMPLEHASHEXAMPLEHASHEXAMPLEHAS';
const KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)} ann@example.net`;

test('a whole account', () => {
  const account = {
    name: 'ann',
    passwordHash: HASH,
    publicKeys: [KEY],
    certificateNames: ['ann@example.net'],
    mounts: [
      { at: '/images/', directory: '/srv/images', access: 'read-only' },
      { at: '/', directory: '/srv/ann' },
    ],
    permissions: [
      { path: '/', allow: 'read-only' },
      { path: '/up//x/*', allow: ['write', 'list', 'write'] },
      { path: '/none', allow: [] },
      { path: '/all', allow: 'all' },
    ],
    networks: ['10.0.0.0/8'],
    protocols: ['ftps'],
    limits: { sessions: 2, uploadBytesPerSecond: '1 MiB', quotaBytes: 0 },
    expires: '2030-01-01',
  };
  assert.deepEqual(parseDefinition(account, 'hook'), {
    name: 'ann',
    passwordHash: HASH,
    publicKeys: [KEY],
    certificateNames: ['ann@example.net'],
    mounts: [
      { at: '/images', directory: '/srv/images', access: 'read-only' },
      { at: '/', directory: '/srv/ann', access: 'read-write' },
    ],
    permissions: [
      { path: '/', allow: ['list', 'read'] },
      { path: '/up/x/*', allow: ['list', 'write'] },
      { path: '/none', allow: [] },
      { path: '/all', allow: PERMISSIONS },
    ],
    networks: ['10.0.0.0/8'],
    protocols: ['ftps'],
    limits: { sessions: 2, uploadBytesPerSecond: 1_048_576, quotaBytes: 0 },
    expiresMs: Date.UTC(2030, 0, 1),
  });
});

test('the least account: a folder, read-write, and nothing that opens it', () => {
  const least: AccountDefinition = {
    name: 'a',
    publicKeys: [],
    certificateNames: [],
    mounts: [{ at: '/', directory: '/srv', access: 'read-write' }],
    permissions: [{ path: '/', allow: PERMISSIONS }],
    limits: {},
  };
  assert.deepEqual(parseDefinition({ name: 'a', root: '/srv' }, 'hook'), least);
  assert.deepEqual(parseDefinition({ name: 'a' }, 'hook', { directory: '/srv' }), least);
});

test('read-only holds twice: for the folder and for the permissions', () => {
  const { mounts, permissions } = parseDefinition({ name: 'a', root: '/srv', access: 'read-only' }, 'hook');
  assert.equal(mounts[0]?.access, 'read-only');
  assert.deepEqual(permissions, [{ path: '/', allow: ['list', 'read'] }]);
});

test('nobody gets into an account that is not enabled', () => {
  assert.equal(parseDefinition({ name: 'a', root: '/srv', enabled: false }, 'hook').expiresMs, 0);
  const later = { name: 'a', root: '/srv', enabled: false, expires: '2099-01-01' };
  assert.equal(parseDefinition(later, 'hook').expiresMs, 0);
});

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', 'ann', /^hook: must be an account/],
  ['nothing', undefined, /^hook: must be an account/],
  ['no name', { root: '/srv' }, /^hook: name: must be a name/],
  ['a name with a line end', { name: 'a\nb', root: '/srv' }, /^hook: name: must not hold control characters$/],
  ['a password in clear text', { name: 'a', root: '/srv', password: 'x' }, /^hook: password: is not a key/],
  ['an unknown key', { name: 'a', root: '/srv', admin: true }, /^hook: admin: is not a key that Portcall knows$/],
  ['a key of objects', JSON.parse('{"name":"a","root":"/srv","__proto__":{"x":1}}'), /^hook: __proto__: is not a key/],
  ['no folder', { name: 'a' }, /^hook: must have root or mounts$/],
  ['two trees', { name: 'a', root: '/a', mounts: [{ at: '/', directory: '/b' }] }, /^hook: must have either root or/],
  ['a relative root', { name: 'a', root: 'srv' }, /^hook: root: must be an absolute path$/],
  [
    'a relative folder',
    { name: 'a', mounts: [{ at: '/', directory: '../x' }] },
    /^hook: mounts\[0\]\.directory: must be/,
  ],
  ['a relative place', { name: 'a', mounts: [{ at: 'x', directory: '/x' }] }, /mounts\[0\]\.at: must be a path that/],
  [
    'one place twice',
    { name: 'a', mounts: ['/x', '/x/'].map((at) => ({ at, directory: '/y' })) },
    /^hook: mounts: shows two folders at one place$/,
  ],
  ['a path upwards', { name: 'a', root: '/s', permissions: [{ path: '/a/../b', allow: 'all' }] }, /holds no \.\.$/],
  [
    'no right',
    { name: 'a', root: '/s', permissions: [{ path: '/', allow: ['fly'] }] },
    /allow\[0\]: must be one of list/,
  ],
  [
    'no such right',
    { name: 'a', root: '/s', permissions: [{ path: '/', allow: 'fly' }] },
    /allow: must be all, read-only/,
  ],
  [
    'a rule without rights',
    { name: 'a', root: '/s', permissions: [{ path: '/' }] },
    /must have either allow or access$/,
  ],
  ['access twice', { name: 'a', root: '/s', access: 'read-only', permissions: [] }, /either access or permissions/],
  [
    'a placeholder',
    { name: 'a', root: '/s', permissions: [{ path: '/{address}', allow: 'all' }] },
    /must not hold \{address\}: it is for rows of networks$/,
  ],
  ['a malformed network', { name: 'a', root: '/s', networks: ['10.0.0.0/33'] }, /networks\[0\]: must be a network/],
  ['no network at all', { name: 'a', root: '/s', networks: [] }, /networks: must hold at least one network$/],
  ['an unknown door', { name: 'a', root: '/s', protocols: ['http'] }, /protocols\[0\]: must be one of ftp, ftps/],
  [
    'a private key',
    { name: 'a', root: '/s', publicKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] },
    /must be a public key/,
  ],
  [
    'a key with an option that nobody would keep',
    { name: 'a', root: '/s', publicKeys: [`tunnel="1" ${KEY}`] },
    /its option tunnel is not known here/,
  ],
  ['no speed', { name: 'a', root: '/s', limits: { uploadBytesPerSecond: 0 } }, /must be more than 0$/],
  ['no size', { name: 'a', root: '/s', limits: { quotaBytes: 'much' } }, /quotaBytes: must be a size such as 10 MiB/],
  ['no date', { name: 'a', root: '/s', expires: '2030-02-30' }, /expires: must be a date or a time in UTC/],
  ['a clear text for a hash', { name: 'a', root: '/s', passwordHash: 'x' }, /passwordHash: must be a hash made by/],
];

for (const [what, value, message] of refused) {
  test(`refused: ${what}`, () => {
    const problems = problemsOf(() => parseDefinition(value, 'hook'));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  });
}

const name = fc.stringMatching(/^[\w.-]{1,20}$/).filter((text) => !/^\.+$/.test(text));
const virtualPath = fc.array(name, { maxLength: 3 }).map((names) => `/${names.join('/')}`);
/** Objects as JSON makes them. */
const PLAIN = { noNullPrototype: true } as const;
const definitions: fc.Arbitrary<AccountDefinition> = fc.record(
  {
    name,
    passwordHash: fc.constant(HASH),
    publicKeys: fc.subarray([KEY]),
    certificateNames: fc.array(name, { maxLength: 2 }),
    mounts: fc.uniqueArray(
      fc.record(
        {
          at: virtualPath,
          directory: virtualPath,
          access: fc.constantFrom('read-only' as const, 'read-write' as const),
        },
        PLAIN,
      ),
      { minLength: 1, maxLength: 3, selector: ({ at }) => at },
    ),
    permissions: fc.array(fc.record({ path: virtualPath, allow: fc.subarray([...PERMISSIONS]) }, PLAIN), {
      maxLength: 3,
    }),
    networks: fc.array(fc.ipV4(), { minLength: 1, maxLength: 2 }),
    protocols: fc.subarray([...PROTOCOLS], { minLength: 1 }),
    limits: fc.record(
      { sessions: fc.integer({ min: 1, max: 9 }), quotaBytes: fc.nat() },
      { requiredKeys: [], ...PLAIN },
    ),
    expiresMs: fc.nat().map((seconds) => seconds * 1000),
  },
  { requiredKeys: ['name', 'publicKeys', 'certificateNames', 'mounts', 'permissions', 'limits'], ...PLAIN },
);

test('what is written as JSON is read back as the same account', () => {
  fc.assert(
    fc.property(definitions, (definition) => {
      const json: unknown = JSON.parse(JSON.stringify(writeDefinition(definition)));
      assert.deepEqual(parseDefinition(json, 'database'), definition);
    }),
  );
});

test('whatever a hook answers, it is an account or a refusal', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      problemsOf(() => parseDefinition(value, 'hook'));
    }),
  );
});
