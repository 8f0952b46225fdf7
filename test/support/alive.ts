/** What every attack must leave behind: a server that serves everybody else, and has met no bug of its own. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultsOf, type TestServer } from './ftp-server.ts';
import { RawFtp } from './raw-ftp.ts';

/** A new client logs in and fetches a file. */
export async function assertAlive(server: TestServer): Promise<void> {
  await writeFile(join(server.root, 'alive.txt'), 'alive');
  await using client = await RawFtp.login(server.port, 'u', { host: server.host });
  await client.expect(200, 'TYPE I');
  assert.equal((await client.fetch('RETR /alive.txt')).toString(), 'alive');
  assert.deepEqual(faultsOf(server), []);
}
