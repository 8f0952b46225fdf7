/** Names that try to lead out of the root, at the level of the protocol. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

/** A file beside the root, whose name begins as the root's does (the classic of prefix tests). */
async function withNeighbour(
  act: (server: TestServer, neighbour: string, client: RawFtp) => Promise<void>,
): Promise<void> {
  await using server = await startTestServer();
  const neighbour = `${server.root}0`;
  await mkdir(neighbour);
  await writeFile(join(neighbour, 'secret'), 'secret');
  try {
    await using client = await RawFtp.login(server.port);
    await client.expect(200, 'TYPE I');
    await act(server, neighbour, client);
    assert.deepEqual(await readdir(neighbour), ['secret'], 'something was written outside');
    assert.equal(await readFile(join(neighbour, 'secret'), 'utf8'), 'secret');
    await assertAlive(server);
  } finally {
    await rm(neighbour, { recursive: true, force: true });
  }
}

/** Asks for a name in every way there is; nothing may come of it. */
async function assertOutOfReach(client: RawFtp, name: string): Promise<void> {
  for (const verb of ['SIZE', 'MDTM', 'MLST', 'DELE', 'RNFR', 'CWD', 'RMD', 'STAT']) {
    const { code } = await client.command(`${verb} ${name}`);
    assert.ok(code >= 500, `${verb} ${name} answered ${code}`);
  }
  for (const verb of ['RETR', 'LIST', 'NLST', 'MLSD']) {
    await client.passivePort();
    const { code } = await client.command(`${verb} ${name}`);
    assert.ok(code >= 500, `${verb} ${name} answered ${code}`);
  }
}

test('dots and slashes of every kind stay inside', () =>
  withNeighbour(async (_server, neighbour, client) => {
    const beside = neighbour.slice(dirname(neighbour).length + 1);
    const ways = [
      `../${beside}/secret`,
      `/../${beside}/secret`,
      `//..//${beside}/secret`,
      `....//${beside}/secret`,
      `..\\${beside}\\secret`,
      `%2e%2e/${beside}/secret`,
      `..%2f${beside}/secret`,
      `\xc0\xae\xc0\xae/${beside}/secret`,
      `./.././../${beside}/secret`,
      `${neighbour}/secret`,
      `/${neighbour}/secret`,
      'file:///etc/passwd',
      '~root/.bashrc',
      'C:\\secret',
      '\\\\.\\C:\\secret',
      '//server/share',
      'secret::$DATA',
    ];
    for (const way of ways) await assertOutOfReach(client, way);
  }));

test('.. at the root is the root', () =>
  withNeighbour(async (server, _neighbour, client) => {
    await writeFile(join(server.root, 'here'), 'here');
    for (const name of ['../here', '../../../../here', '/../here', '/nowhere/../here', '/..//../here'])
      assert.equal((await client.fetch(`RETR ${name}`)).toString(), 'here', name);
    for (const name of ['..', '/..', '../..', '/../../']) {
      await client.expect(250, `CWD ${name}`);
      assert.match((await client.expect(257, 'PWD')).text, /^"\/" /);
    }
  }));

test('links that lead out lead nowhere', () =>
  withNeighbour(async (server, neighbour, client) => {
    await symlink(join(neighbour, 'secret'), join(server.root, 'file'));
    await symlink(`../${neighbour.slice(dirname(neighbour).length + 1)}/secret`, join(server.root, 'relative'));
    await symlink(neighbour, join(server.root, 'folder'));
    await symlink('folder', join(server.root, 'chain'));
    await symlink('loop', join(server.root, 'loop'));
    for (const name of ['file', 'relative', 'folder/secret', 'chain/secret', 'loop', 'loop/x'])
      for (const verb of ['RETR', 'SIZE', 'MDTM']) {
        if (verb === 'RETR') await client.passivePort();
        const { code } = await client.command(`${verb} ${name}`);
        assert.ok(code >= 400, `${verb} ${name} answered ${code}`);
      }
    for (const name of ['folder/new', 'chain/new']) {
      await client.passivePort();
      assert.ok((await client.command(`STOR ${name}`)).code >= 500, name);
      await client.expect(550, `MKD ${name}`);
    }
    for (const name of ['folder', 'chain', 'loop']) await client.expect(550, `CWD ${name}`);
    await client.expect(550, 'SITE CHMOD 777 file');
    await client.expect(550, 'MFMT 20200101000000 file');
    await writeFile(join(server.root, 'own'), 'own');
    await client.expect(350, 'RNFR own');
    assert.ok((await client.command('RNTO folder/own')).code >= 500);
    // A link itself may go.
    await client.expect(250, 'DELE file');
    const listing = (await client.fetch('LIST')).toString();
    assert.ok(!listing.includes(neighbour), `the real path is shown:\n${listing}`);
    const facts = (await client.fetch('MLSD')).toString();
    assert.ok(!facts.includes(neighbour), `the real path is shown:\n${facts}`);
  }));

test('an upload onto a dangling link writes nothing where it points', () =>
  withNeighbour(async (server, neighbour, client) => {
    await symlink(join(neighbour, 'new'), join(server.root, 'dangling'));
    const data = await client.passive();
    const { code } = await client.command('STOR dangling');
    if (code === 150) {
      data.end('x');
      await client.reply();
    } else data.destroy();
  }));

test('links cannot be made to lead out', () =>
  withNeighbour(async (server, neighbour, client) => {
    for (const target of [`../${neighbour.slice(dirname(neighbour).length + 1)}`, '../../etc/passwd', 'a/../../b'])
      assert.ok((await client.command(`SITE SYMLINK ${target} out`)).code >= 500, target);
    // An absolute target is one of the client's own tree.
    const { code } = await client.command(`SITE SYMLINK ${neighbour}/secret out`);
    if (code === 200) assert.ok((await client.command('SIZE out')).code >= 500);
    await client.command('DELE out');
    assert.deepEqual(await readdir(server.root), []);
  }));

test('names too long, too deep, or of nothing but oddities', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await client.expect(257, `MKD ${'n'.repeat(255)}`);
  for (const name of ['n'.repeat(256), 'n'.repeat(4000), 'x/'.repeat(1900), `${'é'.repeat(128)}x`]) {
    for (const verb of ['MKD', 'CWD', 'DELE', 'SIZE']) {
      const { code } = await client.command(`${verb} ${Buffer.from(name).toString('latin1')}`);
      assert.ok(code >= 500, `${verb} of ${name.length} answered ${code}`);
    }
    await client.passivePort();
    assert.ok((await client.command(`STOR ${Buffer.from(name).toString('latin1')}`)).code >= 500);
  }
  for (const name of ['CON', 'NUL.txt', 'trailing.', 'trailing ', 'C:x', ' ', '...', '*', '-', '"'])
    await client.expect(257, `MKD ${name}`);
  for (const name of ['CON', 'NUL.txt', 'trailing.', 'trailing ', 'C:x', ' ', '...', '*', '-', '"'])
    await client.expect(250, `RMD ${name}`);
  await assertAlive(server);
});

test('a rename goes neither over a folder nor into itself', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  await mkdir(join(server.root, 'a/b'), { recursive: true });
  await mkdir(join(server.root, 'full/x'), { recursive: true });
  await writeFile(join(server.root, 'file'), 'x');
  for (const [from, to] of [
    ['file', 'a'],
    ['a', 'full'],
    ['a', 'a/b/c'],
    ['a', 'a'],
    ['file', 'file/x'],
    ['file', 'nowhere/x'],
    ['file', '/'],
  ] as const) {
    await client.expect(350, `RNFR ${from}`);
    const { code } = await client.command(`RNTO ${to}`);
    assert.ok(code >= 500 || from === to, `${from} to ${to} answered ${code}`);
  }
  assert.ok((await client.command('RNFR /')).code >= 500 || (await client.command('RNTO x')).code >= 500);
  assert.deepEqual((await readdir(server.root)).sort(), ['a', 'file', 'full']);
});

test('what is no file is refused at once', async () => {
  await using server = await startTestServer();
  await using client = await RawFtp.login(server.port);
  const { runWell } = await import('../support/program.ts');
  await runWell('mkfifo', [join(server.root, 'fifo')]);
  for (const verb of ['RETR', 'STOR', 'APPE']) {
    await client.passivePort();
    const { code } = await client.command(`${verb} fifo`);
    assert.ok(code >= 500, `${verb} answered ${code}`);
  }
  await client.expect(550, 'SIZE fifo');
  await assertAlive(server);
});
