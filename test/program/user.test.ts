/** `portcall user`: accounts in a database, from the first to the last. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createPasswordHasher } from '../../src/accounts/password.ts';
import { sqliteAccounts } from '../../src/accounts/sqlite/sqlite-accounts.ts';
import { emptyFolder, portcall } from './portcall.ts';
import { runHere } from '../support/run-here.ts';

const STATE = ['--state', 'state'] as const;
const file = (folder: { readonly path: string }): string => join(folder.path, 'state', 'accounts.sqlite');

const isPassword = async (folder: { readonly path: string }, name: string, password: string): Promise<boolean> => {
  using accounts = sqliteAccounts(file(folder));
  const stored = accounts.list().find((account) => account.name === name)?.passwordHash ?? '';
  return await createPasswordHasher().verify(password, stored);
};

test('an account is added, listed, given another password, and removed', async () => {
  using folder = emptyFolder();
  mkdirSync(join(folder.path, 'images'));
  const options = { cwd: folder.path };
  const words = ['user', 'add', 'switch', ...STATE, '--root', 'images', '--read-only', '--network', '10.0.0.0/8'];
  const limits = [
    '--network',
    '2001:db8::/32',
    '--protocol',
    'ftps',
    '--expires',
    '2027-01-31',
    '--quota-bytes',
    '1000',
  ];
  const added = await portcall([...words, ...limits], { ...options, input: 'geheim\n' });
  assert.deepEqual(added, { code: 0, stdout: '', stderr: '' });
  if (process.platform !== 'win32') {
    assert.equal(statSync(join(folder.path, 'state')).mode & 0o777, 0o700);
    assert.equal(statSync(file(folder)).mode & 0o777, 0o600);
  }
  assert.ok(await isPassword(folder, 'switch', 'geheim'));

  const listed = await portcall(['user', 'list', ...STATE, '--json'], options);
  assert.deepEqual(JSON.parse(listed.stdout), [
    {
      name: 'switch',
      publicKeys: [],
      certificateNames: [],
      mounts: [{ at: '/', directory: join(folder.path, 'images'), access: 'read-only' }],
      permissions: [{ path: '/', allow: ['list', 'read'] }],
      limits: { quotaBytes: 1000 },
      networks: ['10.0.0.0/8', '2001:db8::/32'],
      protocols: ['ftps'],
      expiresMs: Date.UTC(2027, 0, 31),
      hasPassword: true,
    },
  ]);
  const text = await portcall(['user', 'list', ...STATE], options);
  const images = join(folder.path, 'images');
  assert.equal(
    text.stdout,
    `switch  read-only  / is ${images}  from 10.0.0.0/8, 2001:db8::/32  by ftps  until 2027-01-31T00:00:00.000Z\n`,
  );

  const environment = { PORTCALL_PASSWORD: 'neu' };
  assert.equal((await portcall(['user', 'passwd', 'switch', ...STATE], { ...options, environment })).code, 0);
  assert.ok(await isPassword(folder, 'switch', 'neu'));
  assert.equal((await portcall(['user', 'remove', 'switch', ...STATE], options)).code, 0);
  assert.equal((await portcall(['user', 'list', ...STATE, '--json'], options)).stdout, '[]\n');
});

test('a hash of another program is taken as it is', async () => {
  using folder = emptyFolder();
  const input = '$2y$06$abcdefghijklmnopqrstuu3ukHQj.qkgiRp9YE8QkINxDDbK4daSK\n';
  const words = ['user', 'add', 'x', ...STATE, '--hashed'];
  assert.equal((await portcall(words, { cwd: folder.path, input })).code, 0);
  assert.ok(await isPassword(folder, 'x', 'Zürich port 21'));
  const refused = await portcall(['user', 'passwd', 'x', ...STATE, '--hashed'], {
    cwd: folder.path,
    input: 'geheim\n',
  });
  assert.equal(refused.code, 2);
  assert.doesNotMatch(refused.stderr, /geheim/);
});

test('an account that exists is left alone (1), one that does not exist is named (3)', async () => {
  using folder = emptyFolder();
  const options = { cwd: folder.path, input: 'geheim\n' };
  assert.equal((await portcall(['user', 'add', 'x', ...STATE], options)).code, 0);
  const again = await portcall(['user', 'add', 'x', ...STATE], { ...options, input: 'other\n' });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^portcall: there is an account x already; .+\n$/);
  assert.ok(await isPassword(folder, 'x', 'geheim'));
  for (const command of ['passwd', 'remove']) {
    const { code, stderr } = await portcall(['user', command, 'nobody', ...STATE], options);
    assert.equal(code, 3);
    assert.match(stderr, /^portcall: there is no account nobody; .+\n$/);
  }
});

test('a database that is missing is made by add only, and what is no database is left alone', async () => {
  using folder = emptyFolder();
  const { code, stderr } = await portcall(['user', 'list', ...STATE], { cwd: folder.path });
  assert.equal(code, 3);
  assert.match(stderr, /^portcall: there is no .+accounts\.sqlite; portcall user add makes it\n$/);
  assert.ok(!existsSync(join(folder.path, 'state')));
  const spoilt = await portcall(['user', 'list', '--database', '.'], { cwd: folder.path });
  assert.equal(spoilt.code, 1);
  assert.match(spoilt.stderr, /cannot be opened/);
});

describe('wrong usage is told in sentences (2)', () => {
  for (const [words, sentence] of [
    [['user', 'add', 'x'], /either --database FILE or --state DIR/],
    [['user', 'add', 'x', ...STATE, '--database', 'a.sqlite'], /either --database FILE or --state DIR/],
    [['user', 'add', ...STATE], /missing required argument 'name'/],
    [['user', 'add', 'x', 'password', ...STATE], /too many arguments/],
    [['user', 'add', 'a\tb', ...STATE], /NAME: must have no control characters/],
    [['user', 'add', 'x', ...STATE, '--network', '10.0.0.0/33'], /--network 10\.0\.0\.0\/33: must be a network/],
    [['user', 'add', 'x', ...STATE, '--protocol', 'http'], /--protocol http: must be one of ftp, ftps/],
    [['user', 'add', 'x', ...STATE, '--expires', '2027-02-30'], /--expires 2027-02-30: must be a date/],
    [['user', 'add', 'x', ...STATE, '--quota-bytes', '1e9'], /--quota-bytes 1e9: must be a whole number/],
    [['user', 'add', 'x', ...STATE], /a password has 1 to 1024 bytes/],
  ] as const)
    test(words.join(' '), async () => {
      using folder = emptyFolder();
      const { code, stdout, stderr } = await runHere(words, { cwd: folder.path, input: '\n' });
      assert.equal(code, 2, stderr);
      assert.match(stderr, sentence);
      assert.equal(stdout, '');
    });

  test('a root that is no folder (3)', async () => {
    using folder = emptyFolder();
    const { code, stderr } = await portcall(['user', 'add', 'x', ...STATE, '--root', 'nowhere'], { cwd: folder.path });
    assert.equal(code, 3);
    assert.match(stderr, /nowhere is no folder; make it or name another with --root\n$/);
  });
});
