/** Commands that speak with a running server, as an operator types them. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RawFtp } from '../support/raw-ftp.ts';
import { eventually } from '../support/wait.ts';
import { emptyFolder, portcall, serving } from './portcall.ts';

const CONFIGURATION = `listeners: ['ftp://127.0.0.1:0']
accountDatabase: state/accounts.sqlite
accounts:
  - {name: u, password: p}
`;

test('who, kick, reload and ban reach a running server; user add is seen at the next login', async () => {
  using folder = emptyFolder();
  const cwd = folder.path;
  mkdirSync(join(cwd, 'files'));
  mkdirSync(join(cwd, 'state'));
  writeFileSync(join(cwd, 'portcall.yaml'), CONFIGURATION);
  const state = ['--state', 'state'];
  await using server = await serving(['--config', 'portcall.yaml', ...state], { cwd });
  const port = server.ready.listeners[0]?.port ?? 0;
  await using client = await RawFtp.login(port, 'u');

  const { stdout: table } = await portcall(['who', ...state], { cwd });
  assert.match(table, /\bu\b.*127\.0\.0\.1/s);
  const { stdout: json } = await portcall(['who', '--json', ...state], { cwd });
  const [session] = JSON.parse(json) as { session: string; account: string }[];
  assert.equal(session?.account, 'u');

  const kicked = await portcall(['kick', session.session, '--reason', 'maintenance', ...state], { cwd });
  assert.equal(kicked.code, 0);
  assert.match((await client.expect(421)).text, /maintenance/);
  assert.equal((await portcall(['kick', 'nobody', ...state], { cwd })).code, 3);

  const added = await portcall(['user', 'add', 'late', ...state], { cwd, input: 'secret\n' });
  assert.equal(added.code, 0, added.stderr);
  await using late = await RawFtp.open(port);
  await late.expect(331, 'USER late');
  await late.expect(230, 'PASS secret');

  writeFileSync(join(cwd, 'portcall.yaml'), `${CONFIGURATION}  - {name: v, password: p}\n`);
  const reloaded = await portcall(['reload', ...state], { cwd });
  assert.equal(reloaded.code, 0);
  assert.match(reloaded.stdout, /2 accounts are in force/);
  server.child.kill('SIGHUP');
  await eventually(() => server.stderr().split('reloaded: ').length >= 3, 'SIGHUP reloads too');

  assert.equal((await portcall(['ban', 'list', ...state], { cwd })).code, 0);
  assert.equal((await portcall(['ban', 'lift', '192.0.2.7', ...state], { cwd })).code, 3);
  server.child.kill('SIGTERM');
  assert.equal((await server.finished).code, 0);
  assert.equal((await portcall(['who', ...state], { cwd })).code, 6);
});
