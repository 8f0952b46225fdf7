/** The end of a server: no new client, running transfers finish, the rest is told and closed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localFileSystem } from '../../src/files/local/local-file-system.ts';
import type { FtpServer } from '../../src/protocols/ftp/server/options.ts';
import { startFtpServer } from '../../src/protocols/ftp/server/server.ts';
import { testAuthenticator } from '../support/ftp-server.ts';
import { RawFtp, readAll } from '../support/raw-ftp.ts';
import { within } from '../support/wait.ts';

const BIG_BYTES = 64 * 1024 * 1024;

async function withServer(act: (server: FtpServer) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'portcall-end-'));
  using files = localFileSystem({ root });
  try {
    {
      await using file = await open(join(root, 'big'), 'w');
      await file.truncate(BIG_BYTES);
    }
    const observe = (): void => undefined;
    await using server = await startFtpServer({
      host: '127.0.0.1',
      port: 0,
      authenticator: testAuthenticator(files),
      observe,
    });
    await act(server);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

test('a running transfer finishes, idle sessions are told, nobody new comes in', () =>
  withServer(async (server) => {
    const idle = await RawFtp.login(server.port);
    const busy = await RawFtp.login(server.port);
    await busy.expect(200, 'TYPE I');
    const data = await busy.passive();
    await busy.expect(150, 'RETR big');
    const closed = server.close({ graceMs: 10_000 });
    assert.equal((await idle.reply()).code, 421);
    await idle.closed();
    const late = connect({ port: server.port, host: '127.0.0.1' });
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    assert.equal((await readAll(data)).length, BIG_BYTES);
    await busy.expect(226);
    await busy.expect(421);
    await busy.closed();
    await within(closed, 'the end of the server');
  }));

test('when the grace is over, everything ends', () =>
  withServer(async (server) => {
    const busy = await RawFtp.login(server.port);
    await busy.expect(200, 'TYPE I');
    (await busy.passive()).pause();
    await busy.expect(150, 'RETR big');
    const closed = server.close({ graceMs: 60_000 });
    await within(Promise.all([closed, server.close({ graceMs: 100 }), busy.closed()]), 'the end of the server', 5_000);
    assert.equal(server.sessionCount, 0);
  }));
