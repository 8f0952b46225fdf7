/** Accounts in a file: private, shared by processes, and of one version. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AccountDefinition } from '../definition.ts';
import { sqliteAccounts, type SqliteAccounts } from './sqlite-accounts.ts';

function place(): { readonly file: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'portcall-sqlite-'));
  return { file: join(folder, 'accounts.sqlite'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

const SWITCH: AccountDefinition = {
  name: 'switch',
  passwordHash: '$6$a hash',
  publicKeys: ['ssh-ed25519 AAAA switch'],
  certificateNames: ['switch.example.net'],
  mounts: [{ at: '/', directory: '/srv/images', access: 'read-only' }],
  permissions: [{ path: '/', allow: ['list', 'read'] }],
  networks: ['10.0.0.0/8'],
  protocols: ['ftp', 'ftps'],
  limits: { quotaBytes: 1_000_000 },
  expiresMs: 1_800_000_000_000,
};

const bare = (name: string): AccountDefinition => ({
  name,
  publicKeys: [],
  certificateNames: [],
  mounts: [],
  permissions: [],
  limits: {},
});

const find = async (accounts: SqliteAccounts, name: string): Promise<AccountDefinition | undefined> =>
  (await accounts.find({ name, password: '', address: '192.0.2.1', protocol: 'ftp' }))?.definition;

test('an account is found as it was added, once', async () => {
  using here = place();
  using accounts = sqliteAccounts(here.file);
  assert.equal(accounts.add(SWITCH), true);
  assert.equal(accounts.add(bare('switch')), false);
  assert.deepEqual(await find(accounts, 'switch'), SWITCH);
  for (const name of ['Switch', 'switch ', "switch' OR 1=1 --", '', 'switch\0']) {
    assert.equal(await find(accounts, name), undefined, name);
  }
});

test('what one process changes, another sees at its next login', async () => {
  using here = place();
  using server = sqliteAccounts(here.file);
  {
    using tool = sqliteAccounts(here.file);
    tool.add(SWITCH);
    assert.equal(tool.setPassword('switch', 'new'), true);
    assert.equal(tool.setPassword('nobody', 'new'), false);
  }
  assert.equal((await find(server, 'switch'))?.passwordHash, 'new');
  using tool = sqliteAccounts(here.file);
  tool.add(bare('access point'));
  assert.deepEqual(
    server.list().map(({ name }) => name),
    ['access point', 'switch'],
  );
  assert.equal(tool.remove('switch'), true);
  assert.equal(tool.remove('switch'), false);
  assert.equal(await find(server, 'switch'), undefined);
});

test('the file, and what SQLite lays beside it, is its owner’s alone', { skip: process.platform === 'win32' }, () => {
  using here = place();
  using accounts = sqliteAccounts(here.file);
  accounts.add(SWITCH);
  for (const beside of ['', '-wal', '-shm']) assert.equal(statSync(here.file + beside).mode & 0o777, 0o600, beside);
});

test('names whose bytes are not UTF-8 are nobody’s, and cannot be added', async () => {
  using here = place();
  using accounts = sqliteAccounts(here.file);
  accounts.add(bare('caf\ufffd'));
  assert.equal(await find(accounts, 'caf\udce9'), undefined);
  assert.throws(() => accounts.add(bare('caf\udce9')), RangeError);
});

test('an unknown name is given some stored hash, the same each time; without accounts none', () => {
  using here = place();
  using accounts = sqliteAccounts(here.file);
  assert.equal(accounts.standIn?.(7), undefined);
  for (const name of ['a', 'b', 'c']) accounts.add({ ...bare(name), passwordHash: `hash of ${name}` });
  accounts.remove('b');
  const given = Array.from({ length: 30 }, (_, spread) => accounts.standIn?.(spread));
  assert.deepEqual(new Set(given), new Set(['hash of a', 'hash of c']));
  assert.equal(accounts.standIn?.(4_294_967_295), accounts.standIn?.(4_294_967_295));
});

test('a file of a newer Portcall, and one that is no database, is refused and left as it is', () => {
  using here = place();
  const newer = new DatabaseSync(here.file);
  newer.exec('PRAGMA user_version = 2');
  newer.close();
  assert.throws(() => sqliteAccounts(here.file), /newer Portcall \(version 2\)/);
  writeFileSync(here.file, 'accounts: []\n'.repeat(100));
  assert.throws(() => sqliteAccounts(here.file), /not a database/);
});

test('a row that somebody else spoilt makes the login fail, and is nobody’s account', async () => {
  using here = place();
  using accounts = sqliteAccounts(here.file);
  accounts.add(SWITCH);
  const other = new DatabaseSync(here.file);
  other.exec("UPDATE accounts SET definition = '{'");
  other.close();
  await assert.rejects(find(accounts, 'switch'), SyntaxError);
});
