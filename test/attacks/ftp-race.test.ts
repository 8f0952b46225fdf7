/** A folder that becomes a link to somewhere else, and back, as fast as can be, while commands run through it. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlive } from '../support/alive.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

const ROUNDS = 150;

/** One exchange that may succeed or fail, but must be answered. */
async function attempt(client: RawFtp, line: string, bytes?: string): Promise<string> {
  if (bytes === undefined && !/^(RETR|NLST|MLSD)/.test(line)) return (await client.command(line)).text;
  const data = await client.passive();
  const received: Buffer[] = [];
  data.on('data', (chunk: Buffer) => void received.push(chunk));
  const { code } = await client.command(line);
  if (code !== 150) {
    data.destroy();
    return '';
  }
  if (bytes !== undefined) data.end(bytes);
  await client.reply();
  return Buffer.concat(received).toString();
}

test('nothing outside is read, written, made, renamed or removed', async () => {
  await using server = await startTestServer();
  const outside = `${server.root}-outside`;
  const swapped = join(server.root, 'swapped');
  await mkdir(outside);
  await writeFile(join(outside, 'secret'), 'secret');
  await mkdir(join(server.root, 'folder'));
  await symlink(outside, join(server.root, 'link'));
  await rename(join(server.root, 'folder'), swapped);
  const over = new AbortController();
  const swapping = (async () => {
    while (!over.signal.aborted) {
      await rename(swapped, join(server.root, 'folder'));
      await rename(join(server.root, 'link'), swapped);
      await rename(swapped, join(server.root, 'link'));
      await rename(join(server.root, 'folder'), swapped);
    }
  })();
  try {
    const clients = await Promise.all([0, 1, 2].map(() => RawFtp.login(server.port)));
    const seen = await Promise.all(
      clients.map(async (client, index) => {
        const texts: string[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const name = `swapped/${index}-${round}`;
          await attempt(client, `MKD ${name}-d`);
          await attempt(client, `STOR ${name}`, 'from inside');
          texts.push(await attempt(client, 'RETR swapped/secret'), await attempt(client, 'NLST swapped'));
          await attempt(client, 'SITE CHMOD 777 swapped/secret');
          if ((await client.command(`RNFR ${name}`)).code === 350)
            await client.command(`RNTO swapped/${index}-renamed`);
          await attempt(client, 'DELE swapped/secret');
          await attempt(client, `RMD ${name}-d`);
        }
        await client[Symbol.asyncDispose]();
        return texts.join('');
      }),
    );
    assert.ok(!seen.join('').includes('secret'), 'what is outside was read');
    assert.deepEqual(await readdir(outside), ['secret']);
    assert.equal(await readFile(join(outside, 'secret'), 'utf8'), 'secret');
  } finally {
    over.abort();
    await swapping;
    await rm(outside, { recursive: true, force: true });
  }
  await assertAlive(server);
});
