/** TFTP clients that others wrote: files that block numbers do not suffice for, and uploads through a bad network. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startLossyProxy } from '../support/lossy-proxy.ts';
import { needs } from '../support/program.ts';
import { TFTP_CLIENTS, type TftpErrand } from '../support/tftp-clients.ts';
import { atTftpMeeting, type TftpStage } from '../support/tftp-meeting.ts';
import { sampleBytes } from '../support/tree.ts';

/** 65,536 blocks of 512 bytes are 32 MiB: behind the last one numbers begin again with 0. */
const BEYOND_ROLLOVER_BYTES = 32 * 1024 * 1024 + 100_001;
/** Small: some of the clients always wait for a second and more. */
const LOSSY_BYTES = 30_001;

const errandAt = (stage: TftpStage, { host, port }: { readonly host: string; readonly port: number }): TftpErrand => ({
  host,
  port,
  home: stage.home,
  local: 'local.bin',
  remote: 'remote.bin',
  patience: 'short',
});

for (const client of TFTP_CLIENTS)
  describe(client.program, needs(client.program), () => {
    test('more than 65,535 blocks there and back', () =>
      atTftpMeeting({}, async (stage) => {
        const bytes = sampleBytes(BEYOND_ROLLOVER_BYTES);
        const errand = errandAt(stage, stage.server);
        const [local, remote] = [join(stage.home, errand.local), join(stage.server.root, errand.remote)];
        await writeFile(local, bytes);
        const put = await client.put(errand);
        assert.equal(put.code, 0, put.output);
        await stage.server.event('transfer');
        assert.ok((await readFile(remote)).equals(bytes));
        await rm(local);
        const got = await client.get(errand);
        assert.equal(got.code, 0, got.output);
        assert.ok((await readFile(local)).equals(bytes));
      }));

    test('there and back through a network that loses 5 % of packets', () =>
      atTftpMeeting({ server: { timing: { leastMs: 50, tries: 40, silenceMs: 30_000 } } }, async (stage) => {
        await using proxy = await startLossyProxy({ server: stage.server, seed: 2 });
        const bytes = sampleBytes(LOSSY_BYTES);
        const errand = errandAt(stage, proxy);
        const [local, remote] = [join(stage.home, errand.local), join(stage.server.root, errand.remote)];
        await writeFile(local, bytes);
        const put = await client.put(errand);
        await stage.server.event('transfer');
        assert.ok((await readFile(remote)).equals(bytes), put.output);
        await rm(local);
        const got = await client.get(errand);
        assert.ok((await readFile(local)).equals(bytes), got.output);
        assert.ok(proxy.count.lost > 2, `${proxy.count.lost} of ${proxy.count.packets} packets were lost`);
      }));
  });
