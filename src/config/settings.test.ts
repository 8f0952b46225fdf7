/** What is served follows from flags, file and defaults; what is wrong is told all at once, with its place. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configurationFolder, problemsOf } from '../../test/support/settle-file.ts';
import { simpleDefinition } from './definition.ts';
import { settle } from './settings.ts';
import { defaultStateDirectory } from './state-directory.ts';

const HASH = '$argon2id$v=19$m=19456,t=2,p=1$EXAMPLESALTEXAMPLESALT$EXAMPLEHASHEXAMPLEHASHEXAMPLEHASHEXAMPLEHAS';
const place = configurationFolder();
after(() => place[Symbol.dispose]());
const folder = place.path;
const settleFile = (text: string, flags?: Parameters<typeof settle>[0]): ReturnType<typeof settle> =>
  place.settle(text, flags);

const PLAIN_DOOR = {
  tls: 'offered',
  tlsChoice: 'default',
  dataBinding: 'auto',
  clientCertificates: 'off',
  trustedProxies: [],
} as const;

const UNENCRYPTED = { ...PLAIN_DOOR, tls: 'off', tlsChoice: 'asked', dataBinding: 'off' } as const;

/** What holds when nothing is said. */
const UNSAID = {
  tls: { names: [], minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', clearControl: 'refused' },
  tftp: { ports: 'one-per-transfer', fragments: 'allowed', broadcast: 'ignored', names: [], limits: {} },
  ssh: { scp: 'served', keyboardInteractive: true, legacy: [], limits: {} },
  networks: [],
  admission: { limits: {}, networks: {} },
  bans: { policy: {}, allow: [] },
  limits: {},
  login: {},
  state: { path: defaultStateDirectory(), where: 'state', choice: 'default' },
  log: 'text',
  graceMs: 10_000,
  warnings: [],
} as const;

const DEFAULT_LISTENERS = [
  { protocol: 'ftp', host: '127.0.0.1', port: 2121, masquerade: [], ...PLAIN_DOOR },
  { protocol: 'sftp', host: '127.0.0.1', port: 2222, masquerade: [], ...UNENCRYPTED },
  { protocol: 'tftp', host: '127.0.0.1', port: 6969, masquerade: [], ...UNENCRYPTED },
];

test('without flags: ./files, made when missing, on loopback, for an account that is made up; over TFTP to be read', () => {
  const root = { path: join(folder, 'files'), where: './files', ifMissing: 'create' };
  assert.deepEqual(settle({}, folder), {
    ...UNSAID,
    listeners: DEFAULT_LISTENERS,
    networks: [
      {
        clients: ['127.0.0.0/8', '::1/128'],
        mounts: [{ at: '/', directory: root.path, access: 'read-only' }],
        permissions: [{ path: '/', allow: ['list', 'read'] }],
        protocols: ['tftp'],
      },
    ],
    root,
    folders: [root],
    accounts: [{ definition: simpleDefinition('portcall', 'read-write', root.path), secret: { kind: 'made-up' } }],
  });
});

test('flags alone', () => {
  const settings = settle(
    {
      root: 'images',
      user: ['a:b:c:ro', 'd:ro', 'e:f'],
      anonymous: true,
      listen: ['ftp://[::1]:0', 'ftp://localhost'],
      passivePorts: '50000-50010',
      masquerade: ['10.0.0.0/8=10.1.1.1', 'example.net'],
      state: 'state',
      log: 'json',
    },
    folder,
  );
  const root = { path: join(folder, 'images'), where: '--root', ifMissing: 'refuse' };
  const masquerade = [
    { clients: '10.0.0.0/8', address: '10.1.1.1' },
    { clients: 'any', address: 'example.net' },
  ];
  const passivePorts = { first: 50_000, last: 50_010 };
  assert.deepEqual(settings, {
    ...UNSAID,
    listeners: [
      { protocol: 'ftp', host: '::1', port: 0, masquerade, passivePorts, ...PLAIN_DOOR },
      { protocol: 'ftp', host: 'localhost', port: 21, masquerade, passivePorts, ...PLAIN_DOOR },
    ],
    root,
    folders: [root],
    accounts: [
      { definition: simpleDefinition('a', 'read-only', root.path), secret: { kind: 'password', password: 'b:c' } },
      { definition: simpleDefinition('d', 'read-write', root.path), secret: { kind: 'password', password: 'ro' } },
      { definition: simpleDefinition('e', 'read-write', root.path), secret: { kind: 'password', password: 'f' } },
    ],
    anonymous: simpleDefinition('anonymous', 'read-only', root.path),
    log: 'json',
    state: { path: join(folder, 'state'), where: '--state', choice: 'asked' },
  });
});

test('a file is overruled by flags, and its paths are relative to it', () => {
  const text = `
root: images
accounts:
  - { name: a, passwordHash: '${HASH}', access: read-only, root: ../elsewhere }
  - { name: b, password: 'clear' }
anonymous: {}
graceSeconds: 0.5
limits: { idleSeconds: 1.5, connections: 7 }
login: { failureDelaySeconds: 0 }
listeners: [{ url: 'ftp://127.0.0.1:0', passivePorts: 1024-1030 }]
`;
  const settings = settleFile(text, { user: ['b:other:ro'] });
  const [first, second] = settings.accounts;
  assert.equal(first?.definition.passwordHash, HASH);
  assert.deepEqual(first.definition.mounts, [
    { at: '/', directory: join(folder, '../elsewhere'), access: 'read-only' },
  ]);
  assert.deepEqual(second, {
    definition: simpleDefinition('b', 'read-only', join(folder, 'images')),
    secret: { kind: 'password', password: 'other' },
  });
  assert.deepEqual(settings.anonymous, simpleDefinition('anonymous', 'read-only', join(folder, 'images')));
  assert.deepEqual(
    settings.folders.map(({ path, where }) => [path, where]),
    [
      [join(folder, 'images'), 'portcall.yaml:2: root'],
      [join(folder, '../elsewhere'), 'portcall.yaml:4: accounts[0].root'],
    ],
  );
  assert.equal(settings.configFile, join(folder, 'portcall.yaml'));
  assert.equal(settings.graceMs, 500);
  assert.deepEqual(settings.limits, { idleMs: 1500 });
  assert.deepEqual(settings.admission.limits, { connections: 7 });
  assert.deepEqual(settings.login, { failureDelayMs: 0 });
  assert.deepEqual(settings.listeners[0]?.passivePorts, { first: 1024, last: 1030 });
  assert.match(settings.warnings.join(), /^portcall\.yaml:5: accounts\[1\]\.password: is in clear text/);
});

const wrongFlags: readonly (readonly [Parameters<typeof settle>[0], RegExp])[] = [
  [{ user: ['secret'] }, /^--user: must be NAME:PASSWORD or NAME:PASSWORD:ro$/],
  [{ user: [':secret'] }, /^--user: must be/],
  [{ user: ['a:'] }, /^--user: must be/],
  [{ user: ['a::ro'] }, /^--user: must be/],
  [{ listen: ['scp://127.0.0.1:2222'] }, /^--listen: asks for scp: say sftp:\/\/, where SCP is served too$/],
  [{ listen: ['ftps://u:secret@127.0.0.1'] }, /must not hold a name or password/],
  [{ listen: ['ftps://127.0.0.1/images'] }, /must end behind the port/],
  [{ listen: ['ftps://127.0.0.1:99999'] }, /must be a URL such as/],
  [{ listen: ['ftps://127.0.0.1'], tls: 'offered' }, /^--tls: cannot be offered: ftps:\/\/ is encrypted/],
  [{ tls: 'on' }, /^--tls: must be off, offered, login or data$/],
  [{ key: 'key.pem' }, /^--key: is of no use without --certificate$/],
  [{ listen: ['tftp://u@127.0.0.1'] }, /must not hold a name or password/],
  [{ listen: ['http://127.0.0.1'] }, /must be a URL such as/],
  [{ listen: ['2121'] }, /must be a URL such as/],
  [{ listen: ['ftp://127.0.0.1:99999'] }, /must be a URL such as/],
  [{ listen: ['ftp://u:secret@127.0.0.1'] }, /must not hold a name or password/],
  [{ listen: ['ftp://127.0.0.1/images'] }, /must end behind the port/],
  [{ passivePorts: '5-4' }, /^--passive-ports: must be a range/],
  [{ passivePorts: '0-70000' }, /^--passive-ports: must be a range/],
  [{ masquerade: ['10.0.0.0/99=1.2.3.4'] }, /^--masquerade: must be an address/],
  [{ masquerade: ['a b'] }, /^--masquerade: must be an address/],
  [{ log: 'xml' }, /^--log: must be text or json$/],
  [{ config: 'none.yaml' }, /^--config none\.yaml: there is no such file/],
];

for (const [flags, message] of wrongFlags) {
  test(`refused: ${JSON.stringify(flags)}`, () => {
    const problems = problemsOf(() => settle(flags, folder));
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', message);
    assert.doesNotMatch(problems[0] ?? '', /secret/);
  });
}

test('everything wrong with a file is told at once, with key and line', () => {
  const text = `root: 5
colour: blue
listeners:
  - ftp://127.0.0.1:1
  - http://x
  - url: ftp://127.0.0.1
    foo: 1
  - scp://127.0.0.1:22
accounts:
  - name: a
    passwordHash: nonsense
    access: rw
  - password: 12345
limits:
  idleSeconds: -1
  lineBytes: 1.5
masquerade:
  - clients: somewhere
    address: 1.2.3.4
`;
  assert.deepEqual(problemsOf(() => settleFile(text)).sort(), [
    'portcall.yaml:11: accounts[0].passwordHash: must be a hash made by `portcall user hash`, or one of bcrypt, scrypt or sha512-crypt',
    'portcall.yaml:12: accounts[0].access: must be read-only or read-write',
    'portcall.yaml:13: accounts[1].name: must be a name in quotes',
    'portcall.yaml:13: accounts[1].password: must be a text; put it in quotes',
    'portcall.yaml:15: limits.idleSeconds: must be more than 0 seconds',
    'portcall.yaml:16: limits.lineBytes: must be a whole number',
    'portcall.yaml:18: masquerade[0].clients: must be a network such as 10.0.0.0/8, or any',
    'portcall.yaml:1: root: must be a path',
    'portcall.yaml:2: colour: is not a key that Portcall knows',
    'portcall.yaml:5: listeners[1]: must be a URL such as ftp://127.0.0.1:2121',
    'portcall.yaml:7: listeners[2].foo: is not a key that Portcall knows',
    'portcall.yaml:8: listeners[3]: asks for scp: say sftp://, where SCP is served too',
  ]);
});

const wrongFiles: readonly (readonly [string, RegExp])[] = [
  ['root: a\nroot: b\n', /^portcall\.yaml:2: Map keys must be unique$/],
  ['root: [\n', /^portcall\.yaml:\d: /],
  ['- 1\n', /^portcall\.yaml:1: must be a list of keys/],
  ['root: *x\n', /^portcall\.yaml:1: Unresolved alias/],
  ['root: !!js/function x\n', /^portcall\.yaml:1: Unresolved tag/],
  ['__proto__: 1\n', /^portcall\.yaml:1: __proto__: is not a key/],
  [
    'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n',
    /resource exhaustion/,
  ],
  [`#${'x'.repeat(1_048_576)}`, /is longer than 1048576 characters$/],
  [
    'accounts:\n  - name: a\n',
    /^portcall\.yaml:2: accounts\[0\]: must have passwordHash, password, publicKeys or certificateNames, or else/,
  ],
  [
    'accounts:\n  - {name: a, password: x}\n  - {name: a, password: y}\n',
    /^portcall\.yaml:3: accounts\[1\]\.name: is the name of accounts\[0\] too$/,
  ],
];

for (const [text, message] of wrongFiles) {
  test(`refused: ${JSON.stringify(text.slice(0, 40))}`, () => {
    const problems = problemsOf(() => settleFile(text));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  });
}

test('a file that cannot be read is told of', () => {
  assert.match(problemsOf(() => settle({ config: '.' }, folder)).join(), /cannot be read \(EISDIR\)/);
});

test('TFTP is served without being asked for only where somebody may in without a login', () => {
  const doors = (text: string, flags?: Parameters<typeof settle>[0]): string[] =>
    settleFile(text, flags).listeners.map(({ protocol }) => protocol);
  const guests = 'networks: [{ clients: 10.0.0.0/8, allow: [{ path: /, access: read-only }], protocols: [PROTOCOL] }]';
  assert.deepEqual(doors('', { user: ['a:b'] }), ['ftp', 'sftp']);
  assert.deepEqual(doors('anonymous: {}'), ['ftp', 'sftp', 'tftp']);
  assert.deepEqual(doors('', { user: ['a:b'], anonymous: true }), ['ftp', 'sftp', 'tftp']);
  assert.deepEqual(doors(guests.replace('PROTOCOL', 'tftp'), { user: ['a:b'] }), ['ftp', 'sftp', 'tftp']);
  assert.deepEqual(doors(guests.replace('PROTOCOL', 'ftp'), { user: ['a:b'] }), ['ftp', 'sftp']);
});

test('a TFTP listener that lets nobody in is warned of', () => {
  const warned = (flags: Parameters<typeof settle>[0]): boolean =>
    settle(flags, folder).warnings.some((text) => text.startsWith('tftp:// lets nobody in'));
  assert.equal(warned({ user: ['a:b'], listen: ['tftp://127.0.0.1:0'] }), true);
  assert.equal(warned({ user: ['a:b'], listen: ['tftp://127.0.0.1:0'], anonymous: true }), false);
});

test('the keys of ssh', () => {
  const text = `
ssh:
  hostKeys: [./key]
  scp: off
  keyboardInteractive: false
  loginTries: 3
  idleSeconds: 60
  rekeySize: 2 MiB
  rekeySeconds: 10
  legacy:
    - { clients: [10.0.0.0/8], algorithms: [group1-sha1], reason: old, until: 2099-01-01 }
`;
  const { ssh, warnings } = settleFile(text);
  assert.deepEqual(ssh, {
    hostKeys: [{ path: join(folder, 'key'), where: 'portcall.yaml:3: ssh.hostKeys[0]' }],
    scp: 'off',
    keyboardInteractive: false,
    limits: { loginTries: 3, idleMs: 60_000, rekeyBytes: 2_097_152, rekeyMs: 10_000 },
    legacy: [{ clients: ['10.0.0.0/8'], algorithms: ['group1-sha1'], reason: 'old', untilMs: Date.UTC(2099, 0, 1) }],
  });
  assert.deepEqual(warnings, []);
});

test('old algorithms need a reason and an end; those that have ended, or that are for everybody, are warned of', () => {
  const row = (rest: string): string => `ssh: { legacy: [{ clients: [0.0.0.0/0], algorithms: [ssh-rsa], ${rest} }] }\n`;
  assert.match(problemsOf(() => settleFile(row('until: 2099-01-01'))).join(), /legacy\[0\]\.reason: must be a text/);
  assert.match(problemsOf(() => settleFile(row('reason: x'))).join(), /legacy\[0\]\.until: must be a date/);
  const { warnings } = settleFile(row('reason: x, until: 2020-01-01'));
  assert.match(warnings.join(), /legacy\[0\]\.until: was 2020-01-01\S*, so that ssh-rsa are off again/);
  assert.match(warnings.join(), /legacy\[0\]\.clients: is everybody/);
});

test('a listener of SSH has no TLS and no data connections', () => {
  const problems = problemsOf(() => settleFile('listeners: [{ url: "sftp://127.0.0.1:1", tls: login }]\n'));
  assert.match(problems.join(), /is SSH, which has no TLS and no data connections/);
});

test('the keys of tftp', () => {
  const text = `
tftp:
  ports: single
  transferPorts: 40000-40010
  blockBytes: 1428
  windowBlocks: 16
  fragments: avoided
  broadcast: answered
  transfers: 5
  transfersPerAddress: 2
  uploadSize: 1G
  transferSeconds: 60
  names: { network-confg: '/{address}-confg' }
  nameMap: names.map
`;
  assert.deepEqual(settleFile(text).tftp, {
    ports: 'single',
    transferPorts: { first: 40_000, last: 40_010 },
    fragments: 'avoided',
    broadcast: 'answered',
    names: [['network-confg', '/{address}-confg']],
    nameMap: { path: join(folder, 'names.map'), where: 'portcall.yaml:14: tftp.nameMap' },
    limits: {
      blockBytes: 1428,
      windowBlocks: 16,
      transfers: 5,
      transfersPerAddress: 2,
      uploadBytes: 1024 ** 3,
      transferMs: 60_000,
    },
  });
});

test('what is wrong with tftp is told with its line', () => {
  const text = 'tftp:\n  ports: two\n  blockBytes: 100\n  windowBlocks: 0\n  names: { a: b }\n  colour: blue\n';
  assert.deepEqual(problemsOf(() => settleFile(text)).sort(), [
    'portcall.yaml:2: tftp.ports: must be one-per-transfer or single',
    'portcall.yaml:3: tftp.blockBytes: must be 512 or more',
    'portcall.yaml:4: tftp.windowBlocks: must be 1 or more',
    'portcall.yaml:5: tftp.names.a: must be a path that begins with / and holds no ..',
    'portcall.yaml:6: tftp.colour: is not a key that Portcall knows',
  ]);
});

test('an empty file means the defaults', () => {
  assert.equal(settleFile('').accounts[0]?.secret.kind, 'made-up');
});
