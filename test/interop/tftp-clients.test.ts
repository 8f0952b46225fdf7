/** TFTP clients that others wrote against our TFTP server. */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startLossyProxy } from '../support/lossy-proxy.ts';
import { needs } from '../support/program.ts';
import { TFTP_CLIENTS, type TftpErrand, type TftpProgram } from '../support/tftp-clients.ts';
import { QUICK } from '../support/tftp-server.ts';
import { atTftpMeeting, type TftpStage } from '../support/tftp-meeting.ts';
import { sampleBytes } from '../support/tree.ts';

type Asked = Pick<TftpErrand, 'blockBytes' | 'windowBlocks' | 'mode'>;

const LOCAL = 'local.bin';
const REMOTE = 'remote.bin';
/** None; less than a block; blocks and no more, of 512 as of 1428 bytes; and some. */
const SIZES: readonly number[] = [0, 1, 512 * 1428 * 2, 100_001];
const TEXT = 'one\ntwo\r\n\nfour\r five, at the end';
/** The same on the wire (RFC 764): CR LF ends a line, CR NUL is a CR. */
const WIRE_TEXT = 'one\r\ntwo\r\0\r\n\r\nfour\r\0 five, at the end';

const errand = ({ home, server }: TftpStage, asked: Asked = {}): TftpErrand => ({
  host: server.host,
  port: server.port,
  local: LOCAL,
  remote: REMOTE,
  home,
  ...asked,
});

/** curl makes no file for no bytes. */
const noBytes = (): Buffer => Buffer.alloc(0);

/** A file there and back, compared byte by byte. */
async function thereAndBack(client: TftpProgram, stage: TftpStage, asked: Asked, bytes: Buffer): Promise<void> {
  const [remote, local] = [join(stage.server.root, REMOTE), join(stage.home, LOCAL)];
  await writeFile(local, bytes);
  await client.put(errand(stage, asked));
  await stage.server.event('transfer', ({ direction }) => direction === 'upload');
  assert.ok((await readFile(remote)).equals(bytes), `${bytes.length} bytes were put`);
  await rm(local);
  await client.get(errand(stage, asked));
  assert.ok((await readFile(local).catch(noBytes)).equals(bytes), `${bytes.length} bytes were got`);
}

for (const client of TFTP_CLIENTS) {
  const { program, families, options } = client;
  describe(program, needs(program), () => {
    for (const family of families)
      for (const size of family === 4 ? SIZES : SIZES.slice(-1))
        test(`${size} bytes there and back, IPv${family}`, () =>
          atTftpMeeting({ family }, (stage) => thereAndBack(client, stage, {}, sampleBytes(size))));

    if (options.includes('blockBytes'))
      for (const blockBytes of [512, 1428, 8192, 65_464])
        test(`blocks of ${blockBytes} bytes`, () =>
          atTftpMeeting({}, (stage) => thereAndBack(client, stage, { blockBytes }, sampleBytes(200_001))));

    if (options.includes('windowBlocks'))
      for (const windowBlocks of [2, 16])
        test(`windows of ${windowBlocks} blocks`, () =>
          atTftpMeeting({}, (stage) =>
            thereAndBack(client, stage, { blockBytes: 1428, windowBlocks }, sampleBytes(300_001)),
          ));

    if (options.includes('netascii')) test('a text has its own line ends on both sides', () => moveText(client));

    test('one port for all transfers', () =>
      atTftpMeeting({ server: { ports: 'single' } }, (stage) =>
        thereAndBack(client, stage, {}, sampleBytes(SIZES.at(-1) ?? 0)),
      ));

    test('what is not there is said not to be there', () =>
      atTftpMeeting({}, async (stage) => {
        const { code, output } = await client.get(errand(stage));
        // Of these, tftp-hpa ends with 0 whatever happens, and curl has a code for it.
        assert.ok(/not found/i.test(output) || code === 68, output);
      }));

    test('a get through a network that loses 5 % of packets', () =>
      atTftpMeeting({ server: { timing: { ...QUICK, tries: 40 } } }, async (stage) => {
        const bytes = sampleBytes(60_001);
        await writeFile(join(stage.server.root, REMOTE), bytes);
        await using proxy = await startLossyProxy({ server: stage.server, seed: 2 });
        await client.get({ ...errand(stage), host: proxy.host, port: proxy.port, patience: 'short' });
        assert.ok((await readFile(join(stage.home, LOCAL))).equals(bytes));
        assert.ok(proxy.count.lost > 5, `${proxy.count.lost} of ${proxy.count.packets} packets were lost`);
      }));
  });
}

async function moveText(client: TftpProgram): Promise<void> {
  await atTftpMeeting({}, async (stage) => {
    const [remote, local] = [join(stage.server.root, REMOTE), join(stage.home, LOCAL)];
    const seenByClient = client.leavesNetascii === true ? WIRE_TEXT : TEXT;
    await writeFile(local, seenByClient);
    await client.put(errand(stage, { mode: 'netascii' }));
    await stage.server.event('transfer');
    assert.equal(await readFile(remote, 'latin1'), TEXT);
    await rm(local);
    await client.get(errand(stage, { mode: 'netascii' }));
    assert.equal(await readFile(local, 'latin1'), seenByClient);
  });
}
