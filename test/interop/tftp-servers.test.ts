/** Our TFTP client, as a library and as a program, against TFTP servers that others wrote. */
import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connectTftp } from '../../src/protocols/tftp/client/connect-tftp.ts';
import type { TftpClientOptions } from '../../src/protocols/tftp/client/options.ts';
import { at } from '../support/file-tree.ts';
import { needsTftpPeer, type RunningTftpPeer, startTftpPeer, TFTP_PEERS } from '../support/peers/tftp-peers.ts';
import { runHere } from '../support/run-here.ts';
import { sampleBytes } from '../support/tree.ts';
import { getFile, putFile } from '../support/tftp-files.ts';
import { eventually } from '../support/wait.ts';

type Asked = Pick<TftpClientOptions, 'blockBytes' | 'windowBlocks' | 'options' | 'timeoutSeconds'>;

const HOWS: readonly (readonly [string, Asked])[] = [
  ['as the client likes it', {}],
  ['by RFC 1350 alone', { options: 'plain' }],
  ['in blocks of 512 bytes, 16 at once', { blockBytes: 512, windowBlocks: 16 }],
  ['in blocks of 8192 bytes', { blockBytes: 8_192, windowBlocks: 1 }],
  ['in blocks of 65464 bytes, with a time-out', { blockBytes: 65_464, windowBlocks: 1, timeoutSeconds: 3 }],
];
/** None; less than a block; blocks and no more, of 512 as of 1428 bytes; and some. */
const SIZES: readonly number[] = [0, 1, 512 * 1428, 100_001];
const TEXT = 'one\ntwo\r\n\nfour\r five, at the end';

/** A file that the peer's own user may read and write. */
async function place({ root }: RunningTftpPeer, name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(root, name);
  await writeFile(path, bytes);
  await chmod(path, 0o666);
  return path;
}

/** tftpd-hpa confirms the last block before it has written it. */
async function becomes(path: string, bytes: Buffer): Promise<void> {
  await eventually(async () => (await readFile(path)).equals(bytes), `${bytes.length} bytes are stored`, 2_000);
}

for (const peer of TFTP_PEERS)
  describe(peer.name, needsTftpPeer(peer), () => {
    test('files of all sizes, in every way', async () => {
      await using server = await startTftpPeer(peer);
      for (const [how, asked] of HOWS)
        for (const size of SIZES) {
          const bytes = sampleBytes(size);
          const path = await place(server, 'file', bytes);
          await using files = await connectTftp({ ...server, ...asked });
          assert.ok((await getFile(files, '/file')).equals(bytes), `${size} bytes, ${how}`);
          if (peer.writes === 'no') continue;
          await rm(path);
          await putFile(files, '/file', bytes);
          await becomes(path, bytes);
        }
    });

    test('what is not there is not found, and the size of what is there is known', async () => {
      await using server = await startTftpPeer(peer);
      await place(server, 'file', 'four');
      await using files = await connectTftp(server);
      await assert.rejects(files.stat(at('/nothing')), { kind: 'not-found', path: '/nothing' });
      assert.equal((await files.stat(at('/file'))).sizeBytes, 4);
    });

    test('a text', { skip: peer.netascii === 'no' && 'it does not convert a CR' }, async () => {
      await using server = await startTftpPeer(peer);
      await using files = await connectTftp({ ...server, mode: 'netascii' });
      await place(server, 'text', TEXT);
      assert.equal((await getFile(files, '/text')).toString(), TEXT);
      await putFile(files, '/other', Buffer.from(TEXT));
      await becomes(join(server.root, 'other'), Buffer.from(TEXT));
    });

    test('portcall get and put', async () => {
      await using server = await startTftpPeer(peer);
      const { host, port, root } = server;
      const bytes = sampleBytes(100_001);
      const url = (name: string): string => `tftp://${host}:${port}/${name}`;
      await place(server, 'file', bytes);
      const got = await runHere(['get', url('file'), '-o', 'got'], { cwd: root });
      assert.deepEqual([got.code, got.stderr], [0, '']);
      assert.ok((await readFile(join(root, 'got'))).equals(bytes));
      const put = await runHere(['put', 'got', url('put')], { cwd: root });
      if (peer.writes === 'no') {
        assert.equal(put.code, 1);
        assert.match(put.stderr, /the server refuses: “ERROR 4 unsupported request/);
      } else {
        assert.equal(put.code, 0, put.stderr);
        await becomes(join(root, 'put'), bytes);
      }
    });
  });
