/** ssh_config: what it says for a host, and that OpenSSH reads the same. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { needs, run } from '../../test/support/program.ts';
import { splitWords } from './ssh/config-line.ts';
import { parseJumps } from './ssh/jump.ts';
import { resolveSshConfig, type SshConfig, type SshConfigRequest } from './ssh-config.ts';

const LOCAL_USER = userInfo().username;

const request = (text: string, more: Partial<SshConfigRequest> = {}): SshConfigRequest => ({
  host: 'r1',
  localUser: LOCAL_USER,
  localHost: 'desk.example.net',
  home: '/home/ann',
  variable: (name) => (name === 'KEYS' ? '/keys' : undefined),
  files: [{ file: 'config', text, scope: 'user' }],
  include: () => [],
  ...more,
});
const resolve = (text: string, more: Partial<SshConfigRequest> = {}): SshConfig =>
  resolveSshConfig(request(text, more));
const problemsOf = (text: string): string[] =>
  resolve(text).problems.map(({ file, line, what }) => `${file}:${line}: ${what}`);

describe('what a file says', () => {
  test('nothing: what OpenSSH takes then', () => {
    const config = resolve('');
    assert.equal(config.hostName, 'r1');
    assert.equal(config.port, 22);
    assert.equal(config.user, LOCAL_USER);
    assert.deepEqual(config.identityFiles, {
      from: 'default',
      files: ['/home/ann/.ssh/id_rsa', '/home/ann/.ssh/id_ecdsa', '/home/ann/.ssh/id_ed25519'],
    });
    assert.deepEqual(config.userKnownHostsFiles, ['/home/ann/.ssh/known_hosts', '/home/ann/.ssh/known_hosts2']);
    assert.equal(config.strictHostKeyChecking, 'ask');
    assert.deepEqual([config.warnings, config.problems], [[], []]);
  });
  test('what was asked for goes before files', () => {
    const { port, user } = resolve('Port 1\nUser bob', { port: 2, user: 'cy' });
    assert.deepEqual([port, user], [2, 'cy']);
  });
  test('the first value counts, across files', () => {
    const files = ['Host r*\n Port 1', 'Port 2\nUser bob'].map((text, index) => ({
      file: `f${index}`,
      text,
      scope: 'user' as const,
    }));
    const { port, user } = resolve('', { files });
    assert.deepEqual([port, user], [1, 'bob']);
  });
  test('tokens, the home and the environment in names of files', () => {
    const { identityFiles, warnings } = resolve(
      'HostName %h.lab\nUser bob\nPort 44\nIdentityFile ~/%h/%r-%p-%n-%u-%L\nIdentityFile ${KEYS}/%%d\nIdentityFile %d/k\nIdentityFile ~root/x\nIdentityFile %Z\nIdentityFile ${NO}',
    );
    assert.deepEqual(identityFiles, {
      from: 'config',
      files: [`/home/ann/r1.lab/bob-44-r1-${LOCAL_USER}-desk`, '/keys/%d', '/home/ann/k'],
    });
    assert.equal(warnings.length, 3);
  });
  test('what a token holds is not expanded again', () =>
    assert.deepEqual(resolve('IdentityFile /k/%r', { user: '${KEYS}%h' }).identityFiles.files, ['/k/${KEYS}%h']));
  test('IdentityFile none leaves none', () =>
    assert.deepEqual(resolve('IdentityFile none').identityFiles, { from: 'config', files: [] }));
  test('agents', () => {
    assert.equal(resolve('IdentityAgent none').identityAgent, 'none');
    assert.equal(resolve('IdentityAgent SSH_AUTH_SOCK').identityAgent, undefined);
    assert.equal(resolve('IdentityAgent ~/a.sock').identityAgent, '/home/ann/a.sock');
    assert.equal(resolve('IdentityAgent $KEYS').identityAgent, '/keys');
    assert.equal(resolve('IdentityAgent $NO').identityAgent, 'none');
  });
  test('algorithms keep their sign', () => {
    assert.deepEqual(
      resolve(
        'Ciphers +aes128-cbc\nMACs -hmac-sha1\nKexAlgorithms ^x\nPubkeyAcceptedKeyTypes +ssh-rsa\nHostKeyAlgorithms a,b',
      ).algorithms,
      {
        ciphers: '+aes128-cbc',
        macs: '-hmac-sha1',
        kex: '^x',
        publicKey: '+ssh-rsa',
        hostKey: 'a,b',
      },
    );
  });
  test('what is not done is told', () => {
    const { warnings } = resolve(
      'ProxyCommand nc %h %p\nCertificateFile ~/c\nStrictHostKeyChecking no\nMatch exec "touch /tmp/x"\n Port 99\nHost *\nHostnme x',
    );
    assert.equal(warnings.length, 5);
    assert.ok(warnings.some((text) => text.startsWith('config:4: Match exec')));
    assert.ok(warnings.some((text) => text.startsWith('config:7: hostnme')));
  });
  test('Match exec is not run, and its block does not count', () =>
    assert.equal(resolve('Match host r1 exec true\n Port 99').port, 22));
  test('Match exec behind what does not hold is not worth a word', () =>
    assert.deepEqual(resolve('Match host r2 exec true').warnings, []));
  test('IgnoreUnknown silences', () => assert.deepEqual(resolve('IgnoreUnknown Foo*,bar\nFooX 1\nBar 2').warnings, []));
  test('ProxyCommand none asks for nothing', () => assert.deepEqual(resolve('ProxyCommand none').warnings, []));
});

describe('Include', () => {
  const include = (pattern: string): SshConfigRequest['files'] => {
    if (pattern === 'loop') return [{ file: 'loop', text: 'Include loop', scope: 'user' }];
    if (pattern === 'broken') throw new Error('it is a directory');
    return [{ file: pattern, text: 'Host r2\n Port 2\nHost r1\n Port 3', scope: 'user' }];
  };
  test('is read where it stands, and its blocks end with it', () => {
    assert.equal(resolve('Include a\nPort 4', { include }).port, 3);
    assert.equal(resolve('Host r1\n Include a\n User bob', { include, host: 'r1' }).user, 'bob');
  });
  test('in a block for others it is not read', () =>
    assert.deepEqual(resolve('Host x\n Include broken', { include }).problems, []));
  test('a circle ends', () => assert.match(resolve('Include loop', { include }).problems[0]?.what ?? '', /16 deep/));
  test('what cannot be read is told', () =>
    assert.match(resolve('Include broken', { include }).problems[0]?.what ?? '', /directory/));
});

describe('lines that make no sense', () => {
  const bad: readonly string[] = [
    'Port',
    'Port x',
    'Port 0',
    'Port 70000',
    'Port 1 2',
    'Port 1#c',
    'User "a',
    'User ""',
    '=',
    'Compression 1',
    'ConnectTimeout x',
    'UserKnownHostsFile none a',
    'HostName %n',
    'ProxyJump :x',
    'ServerAliveCountMax x',
    'StrictHostKeyChecking maybe',
    'Match foo x',
    'Match host',
    'Match all host a',
    'Host a ""',
    'IdentityFile a b',
    'User a\0b',
  ];
  for (const line of bad)
    test(JSON.stringify(line), () => {
      const problems = problemsOf(`# first\n${line}`);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^config:2: /);
    });
  test('count in blocks for others, too', () => assert.equal(problemsOf('Host x\n Port y').length, 1));
  test('no text throws', () => {
    const words = fc.constantFrom(
      'Host',
      'Match',
      'final',
      'Port',
      '"',
      '\\',
      '=',
      ' ',
      '\n',
      '!',
      '*',
      '#',
      'all',
      '%',
      '${',
      'HostName',
      ',',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 40 }),
        (all) => void resolve(all.join('')),
      ),
    );
  });
});

test('words', () => {
  assert.deepEqual(splitWords(`a "b c" 'd "e' f\\ g h\\i "j\\"k" l"m"n #x "`), [
    'a',
    'b c',
    'd "e',
    'f g',
    'h\\i',
    'j"k',
    'lmn',
  ]);
  assert.deepEqual(splitWords('"" x#y'), ['', 'x#y']);
  assert.equal(splitWords('"a'), undefined);
});

test('hops', () => {
  assert.deepEqual(parseJumps('a, ssh://bob@[::1]:44'.replace(' ', '')), [
    { host: 'a' },
    { host: '::1', user: 'bob', port: 44 },
  ]);
  assert.deepEqual(parseJumps('b@c@d:1'), [{ host: 'd', user: 'b@c', port: 1 }]);
  assert.deepEqual(parseJumps('NONE'), []);
  for (const text of ['', 'a,', '-oProxyCommand=x', 'u@-x', '-u@h', 'a:0', 'a:b', 'a b', '::1'])
    assert.equal(parseJumps(text), undefined, text);
});

describe('beside ssh -G', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcall-config-'));
  });
  after(() => rm(folder, { recursive: true }));

  const name = fc.constantFrom('r1', 'r2', 'R1', 'real', 'a.lab', '10.0.0.1');
  const pattern = fc
    .tuple(fc.constantFrom('', '', '', '!'), fc.constantFrom('r1', 'r2', 'r?', '*', '*.lab', 'real', '10.*', 'R1'))
    .map((both) => both.join(''));
  const list = fc.array(pattern, { minLength: 1, maxLength: 3 });
  const criterion = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('host', 'originalhost', '!host', 'HOST'),
        list.map((all) => all.join(',')),
      )
      .map((both) => both.join(' ')),
    fc.constantFrom('user bob', '!user bob', `localuser ${LOCAL_USER}`, 'user *,!bob', 'final', '!final', 'canonical'),
  );
  const setting = fc.constantFrom(
    'Port 1',
    'Port=2',
    'port = 3',
    'User bob',
    'User "a b"',
    "User 'cy'",
    'User d\\ e',
    'HostName real',
    'HostName %h.lab',
    'Hostname 10.0.0.1',
    'IdentityFile /k/a',
    'IdentityFile /k/b',
    'IdentityFile "/k/c d" # more',
    'UserKnownHostsFile /h/a /h/b',
    'UserKnownHostsFile none',
    'GlobalKnownHostsFile "/g/a b"',
    'StrictHostKeyChecking accept-new',
    'StrictHostKeyChecking off',
    'StrictHostKeyChecking YES',
    'Ciphers aes128-ctr',
    'Ciphers aes256-ctr,aes128-ctr',
    'KexAlgorithms curve25519-sha256',
    'MACs hmac-sha2-256',
    'ConnectTimeout 1m30',
    'ConnectTimeout none',
    'ServerAliveInterval 2h',
    'ServerAliveCountMax 7',
    'Compression yes',
    'Compression NO',
    'BatchMode no',
    'IdentitiesOnly yes',
    'HashKnownHosts yes',
    'HostKeyAlias alias',
    'PreferredAuthentications publickey,password',
    'IdentityAgent /a/s',
    'ProxyJump none',
    'ProxyJump j1,bob@j2:44',
    'ProxyCommand none',
    '',
    '# a comment',
    '  ',
    'ForwardAgent no',
    'CheckHostIP yes',
  );
  const block = fc.oneof(
    { weight: 3, arbitrary: list.map((all) => `Host ${all.join(' ')}`) },
    {
      weight: 3,
      arbitrary: fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(' ')}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('Match all', 'Match final all', 'Match canonical all', 'Host=r1', 'Match !all'),
    },
  );
  const line = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom('', ' ', '\t'), setting, fc.constantFrom('', ' ', '\r'))
        .map((all) => all.join('')),
    },
    { weight: 1, arbitrary: block },
  );
  const file = fc.array(line, { maxLength: 14 }).map((all) => all.join('\n'));

  /** Our answer in the words of `ssh -G`. */
  const shown = (config: SshConfig): ReadonlyMap<string, string> =>
    new Map([
      ['hostname', config.hostName],
      ['port', String(config.port)],
      ['user', config.user],
      [
        'stricthostkeychecking',
        new Map([
          ['yes', 'true'],
          ['no', 'false'],
        ]).get(config.strictHostKeyChecking) ?? config.strictHostKeyChecking,
      ],
      ['ciphers', config.algorithms.ciphers ?? ''],
      ['kexalgorithms', config.algorithms.kex ?? ''],
      ['macs', config.algorithms.macs ?? ''],
      ['connecttimeout', String(config.connectTimeoutSeconds ?? 'none')],
      ['serveraliveinterval', String(config.serverAliveIntervalSeconds)],
      ['serveralivecountmax', String(config.serverAliveCountMax)],
      ['compression', config.compression],
      ['batchmode', config.batchMode],
      ['identitiesonly', config.identitiesOnly],
      ['hashknownhosts', config.hashKnownHosts],
      ['hostkeyalias', config.hostKeyAlias ?? ''],
      ['preferredauthentications', config.preferredAuthentications?.join(',') ?? ''],
      ['identityagent', config.identityAgent ?? ''],
      ['identityfile', config.identityFiles.from === 'default' ? '' : config.identityFiles.files.join('\n')],
      ['userknownhostsfile', config.userKnownHostsFiles.join(' ') || 'none'],
      ['globalknownhostsfile', config.globalKnownHostsFiles.join(' ')],
      [
        'proxyjump',
        config.proxyJump
          .map(
            ({ host, user, port }) =>
              `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`,
          )
          .join(','),
      ],
    ]);
  /** What OpenSSH says where we have nothing to say. */
  const ITS_OWN = new Set(['ciphers', 'kexalgorithms', 'macs', 'identityfile']);

  test('the same is understood', needs('ssh'), async () => {
    const path = join(folder, 'config');
    const home = userInfo().homedir;
    await fc.assert(
      fc.asyncProperty(file, name, async (text, host) => {
        await writeFile(path, text);
        const config = resolve(text, { host, home });
        const { output, code } = await run('ssh', ['-G', '-F', path, host]);
        assert.deepEqual([code, config.problems], [0, []], output);
        const theirs = new Map<string, string>();
        for (const [, key = '', value = ''] of output.matchAll(/^(\w+) (.*)$/gm))
          theirs.set(key, theirs.has(key) ? `${theirs.get(key) ?? ''}\n${value}` : value);
        for (const [key, value] of shown(config))
          if (value !== '' || !ITS_OWN.has(key)) assert.equal(value, theirs.get(key) ?? '', key);
      }),
      { numRuns: 60 },
    );
  });
});
