/** Uploads over FTP are announced with who sent them, and a check that refuses keeps them from everybody. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { announced } from '../../src/files/index.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { testHook } from '../support/upload-hook.ts';

async function upload(client: RawFtp, command: string, content: string): Promise<number> {
  const data = await client.passive();
  await client.expect(150, command);
  data.end(content);
  return (await client.reply()).code;
}

test('who sent it is told; ALLO with the right size proves that it is whole, one with another does not', async () => {
  const { hook, told } = testHook();
  await using server = await startTestServer({ wrap: (files) => announced(files, hook) });
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  assert.equal(await upload(client, 'STOR a', 'hello'), 226);
  await client.expect(200, 'ALLO 5');
  assert.equal(await upload(client, 'STOR b', 'hello'), 226);
  assert.equal(await upload(client, 'STOR c', 'hello'), 226);
  await client.expect(200, 'ALLO 10');
  assert.equal(await upload(client, 'APPE a', 'world'), 226);
  await client.expect(200, 'ALLO 99');
  assert.equal(await upload(client, 'STOR d', 'hello'), 226);
  assert.deepEqual(
    told.map(({ path, sizeBytes, evidence }) => [path, sizeBytes, evidence]),
    [
      ['/a', 5, 'likely'],
      ['/b', 5, 'proven'],
      ['/c', 5, 'likely'],
      ['/a', 10, 'proven'],
      ['/d', 5, 'likely'],
    ],
  );
  const { account, protocol, session, peer } = told[0]!;
  const event = await server.event('transfer', ({ path }) => path === '/b');
  assert.deepEqual(
    { account, protocol, session, peer },
    { account: 'u', protocol: 'ftp', session: event.session, peer: event.peer },
  );
  assert.deepEqual([event.evidence, event.type], ['proven', 'image']);
});

test('refused by the check: 550, and nothing of it is left, not even to be continued', async () => {
  const { hook } = testHook({ decides: () => Promise.resolve(false) });
  await using server = await startTestServer({ wrap: (files) => announced(files, hook) });
  await using client = await RawFtp.login(server.port);
  await client.expect(200, 'TYPE I');
  assert.equal(await upload(client, 'STOR a', 'hello'), 550);
  assert.deepEqual(readdirSync(server.root), []);
  const { outcome, reason } = await server.event('transfer');
  assert.deepEqual([outcome, reason], ['failed', 'Refused by the upload check.']);
});
