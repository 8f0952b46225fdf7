/** Where a TFTP client that others wrote meets our server: a server and a folder for the client, both thrown away. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestTftp, type TestTftpOptions, type TestTftpServer } from './tftp-server.ts';

export interface TftpStage {
  readonly server: TestTftpServer;
  /** A folder for the client's own files, where it also runs. */
  readonly home: string;
}

/** The server must have met no bug of its own when all is done. */
export async function atTftpMeeting(
  { family = 4, server: options = {} }: { readonly family?: 4 | 6; readonly server?: TestTftpOptions },
  play: (stage: TftpStage) => Promise<void>,
): Promise<void> {
  await using server = await startTestTftp({ ...options, host: family === 4 ? '127.0.0.1' : '::1' });
  const home = await mkdtemp(join(tmpdir(), 'portcall-home-'));
  try {
    await play({ server, home });
    const faults = server.events.filter(({ kind }) => kind === 'fault');
    assert.deepEqual(faults, []);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
