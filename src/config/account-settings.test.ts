/** Who may in, as the file says it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configurationFolder, problemsOf } from '../../test/support/settle-file.ts';

const place = configurationFolder();
after(() => place[Symbol.dispose]());
const inPlace = (...names: string[]): string => join(place.path, ...names);

test('folders of accounts are relative to the file, and each is known by its line', () => {
  const { accounts, folders } = place.settle(`
accounts:
  - name: a
    password: "x"
    mounts:
      - { at: /, directory: a }
      - { at: /images, directory: images, access: read-only }
  - { name: b, password: "x", root: images }
`);
  assert.deepEqual(accounts[0]?.definition.mounts, [
    { at: '/', directory: inPlace('a'), access: 'read-write' },
    { at: '/images', directory: inPlace('images'), access: 'read-only' },
  ]);
  assert.deepEqual(
    folders.map(({ path, where, ifMissing }) => [path, where, ifMissing]),
    [
      [inPlace('a'), 'portcall.yaml:6: accounts[0].mounts[0].directory', 'refuse'],
      [inPlace('images'), 'portcall.yaml:8: accounts[1].root', 'refuse'],
    ],
  );
});

test('an account needs something that opens it, or to be switched off', () => {
  const account = (keys: string): string => `accounts: [{ name: a, ${keys} }]\ntls: { ca: ca.pem }\n`;
  const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`;
  for (const enough of [`publicKeys: ['${key}']`, 'certificateNames: [a]', 'enabled: false', 'password: "x"'])
    assert.deepEqual(place.settle(account(enough)).accounts.length, 1, enough);
  for (const tooLittle of ['root: .', 'publicKeys: []', 'enabled: true, certificateNames: []'])
    assert.match(
      problemsOf(() => place.settle(account(tooLittle))).join(),
      /must have passwordHash, password/,
      tooLittle,
    );
  const both = `password: "x", passwordHash: '$2b$12$${'a'.repeat(53)}'`;
  assert.match(problemsOf(() => place.settle(account(both))).join(), /must have either passwordHash or password/);
});

test('no account is made up where somebody else may in', () => {
  const open = [
    'networks: [{ clients: any, allow: [{ path: /, access: read-only }] }]',
    'accountDatabase: a.sqlite',
    'accountHook: { url: "https://example.net/" }',
    'anonymous: {}',
  ];
  for (const text of open) assert.deepEqual(place.settle(text).accounts, [], text);
  assert.equal(place.settle('networks: []').accounts[0]?.secret.kind, 'made-up');
});

test('networks without login', () => {
  const { networks, folders } = place.settle(`
networks:
  - clients: 10.20.0.0/16
    root: devices
    protocols: [ftp, tftp]
    allow: [{ path: /images, access: read-only }, { path: '/configs/{address}-*', allow: [write] }]
  - clients: [2001:db8::/32, 192.0.2.1]
    allow: [{ path: /, allow: [list] }]
  - { clients: any, allow: [{ path: '/{address}.cfg', access: read-write }] }
`);
  const mounts = [{ at: '/', directory: inPlace('devices'), access: 'read-write' }];
  assert.deepEqual(networks[0], {
    clients: ['10.20.0.0/16'],
    mounts,
    protocols: ['ftp', 'tftp'],
    permissions: [
      { path: '/images', allow: ['list', 'read'] },
      { path: '/configs/{address}-*', allow: ['write'] },
    ],
  });
  assert.deepEqual(networks[1]?.clients, ['2001:db8::/32', '192.0.2.1']);
  assert.deepEqual(networks[1].protocols, ['ftp', 'ftps', 'tftp']);
  assert.deepEqual(networks[2]?.clients, ['0.0.0.0/0', '::/0']);
  assert.deepEqual(
    folders.map(({ path, ifMissing }) => [path, ifMissing]),
    [
      [inPlace('devices'), 'refuse'],
      [inPlace('files'), 'create'],
    ],
  );
});

const wrongNetworks: readonly (readonly [string, RegExp])[] = [
  [
    'clients: 10.0.0.0/33, allow: [{ path: /, allow: all }]',
    /^portcall\.yaml:2: networks\[0\]\.clients: must be a net/,
  ],
  ['clients: [10.0.0.1, x], allow: [{ path: /, allow: all }]', /networks\[0\]\.clients\[1\]: must be a network/],
  ['clients: any', /networks\[0\]\.allow: must be a list of rows/],
  ['clients: any, allow: []', /networks\[0\]\.allow: must have at least one row$/],
  [
    'clients: any, protocols: [sftp], allow: [{ path: /, allow: all }]',
    /must be one of ftp, ftps, tftp: the others ask/,
  ],
  [
    "clients: any, allow: [{ path: '/{address}*', allow: all }]",
    /must have a hyphen or another mark between \{address\}/,
  ],
  ["clients: any, allow: [{ path: '/x1{address}', allow: all }]", /must have a hyphen or another mark/],
  ["clients: any, allow: [{ path: '/{name}', allow: all }]", /holds a placeholder other than \{address\}$/],
  ["clients: any, allow: [{ path: '/{address}/..', allow: all }]", /holds no \.\.$/],
];

for (const [row, message] of wrongNetworks)
  test(`refused: networks: [{ ${row} }]`, () => {
    const problems = problemsOf(() => place.settle(`networks:\n  - { ${row} }\n`));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  });

test('certificate names without an authority are told of', () => {
  const { warnings } = place.settle('accounts: [{ name: a, certificateNames: [a] }]');
  assert.match(warnings.join(), /^portcall\.yaml:1: accounts\[0\]\.certificateNames: opens nothing until tls\.ca/);
});
