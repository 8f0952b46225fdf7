/** TFTP servers that others wrote: files that block numbers do not suffice for, and a bad network both ways. */
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectTftp } from '../../src/protocols/tftp/client/connect-tftp.ts';
import { startLossyProxy } from '../support/lossy-proxy.ts';
import { needsTftpPeer, type RunningTftpPeer, startTftpPeer, TFTP_PEERS } from '../support/peers/tftp-peers.ts';
import { getFile, putFile } from '../support/tftp-files.ts';
import { sampleBytes } from '../support/tree.ts';
import { eventually } from '../support/wait.ts';

/** 65,536 blocks of 512 bytes are 32 MiB: behind the last one numbers begin again with 0. */
const BEYOND_ROLLOVER_BYTES = 32 * 1024 * 1024 + 100_001;
/** Small: tftpd-hpa and dnsmasq wait for a second and more, whatever they are told. */
const LOSSY_BYTES = 30_001;

const fileOf = ({ root }: RunningTftpPeer): string => join(root, 'file');

async function place(server: RunningTftpPeer, bytes: Buffer): Promise<void> {
  await writeFile(fileOf(server), bytes);
  await chmod(fileOf(server), 0o666);
}

async function becomes(server: RunningTftpPeer, bytes: Buffer): Promise<void> {
  await eventually(async () => (await readFile(fileOf(server))).equals(bytes), `${bytes.length} bytes are stored`);
}

for (const peer of TFTP_PEERS)
  describe(peer.name, needsTftpPeer(peer), () => {
    for (const windowBlocks of peer.windows === 'yes' ? [1, 16] : [1])
      test(`more than 65,535 blocks, windows of ${windowBlocks}`, async () => {
        await using server = await startTftpPeer(peer);
        await using files = await connectTftp({ ...server, blockBytes: 512, windowBlocks });
        const bytes = sampleBytes(BEYOND_ROLLOVER_BYTES);
        await place(server, bytes);
        assert.ok((await getFile(files, '/file')).equals(bytes));
        if (peer.writes === 'no') return;
        await rm(fileOf(server));
        await putFile(files, '/file', bytes);
        await becomes(server, bytes);
      });

    for (const windowBlocks of [1, 8])
      test(`there and back through a network that loses 5 % of packets, windows of ${windowBlocks}`, async () => {
        await using server = await startTftpPeer(peer);
        await using proxy = await startLossyProxy({ server, seed: 2 });
        const { host, port, count } = proxy;
        await using files = await connectTftp({ host, port, blockBytes: 512, windowBlocks, timeoutSeconds: 1 });
        const bytes = sampleBytes(LOSSY_BYTES);
        await place(server, bytes);
        assert.ok((await getFile(files, '/file')).equals(bytes));
        assert.ok(count.lost > 2, `${count.lost} of ${count.packets} packets were lost`);
        if (peer.writes === 'no') return;
        await rm(fileOf(server));
        await putFile(files, '/file', bytes);
        await becomes(server, bytes);
      });
  });
