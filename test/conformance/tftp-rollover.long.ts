/** More blocks than a block number counts, in every direction and with every pair of our own. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectTftp } from '../../src/protocols/tftp/index.ts';
import { RawTftp, rrq } from '../support/raw-tftp.ts';
import { sampleBytes, sha256 } from '../support/tree.ts';
import { startTestTftp } from '../support/tftp-server.ts';
import { path } from './files-probe.ts';

/** Twice round, and a little. */
const CONTENT = sampleBytes(8 * 131_080 + 3, 7);

describe('a file of more than 65,535 blocks', () => {
  for (const rollover of [0, 1])
    test(`is read on with block ${rollover}, as it was agreed on`, async () => {
      await using served = await startTestTftp();
      await writeFile(join(served.root, 'f'), CONTENT);
      using client = await RawTftp.open(served);
      const request = rrq('f', 'octet', 'blksize', '8', 'windowsize', '64', 'rollover', String(rollover));
      const taken = await client.receive(request, { blockBytes: 8, windowBlocks: 64, rollover });
      assert.ok(taken.equals(CONTENT));
    });

  test('goes both ways between our client and our server', async () => {
    await using served = await startTestTftp();
    await using files = await connectTftp({ host: served.host, port: served.port, blockBytes: 8, windowBlocks: 64 });
    const upload = await files.openUpload(path('/f'), { sizeBytes: CONTENT.length });
    await upload.write(CONTENT, 0);
    await upload.commit();
    assert.equal(sha256(await readFile(join(served.root, 'f'))), sha256(CONTENT));
    await using reader = await files.openReader(path('/f'));
    const whole = new Uint8Array(CONTENT.length);
    for (let position = 0; position < whole.length;) position += await reader.read(whole.subarray(position), position);
    assert.equal(await reader.read(new Uint8Array(1), whole.length), 0);
    assert.equal(sha256(whole), sha256(CONTENT));
  });
});
