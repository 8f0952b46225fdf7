/**
 * The whole upgrade of the note, typed by expect at the console, over Telnet and over SSH of a virtual device, with images
 * from our server and from servers that others wrote.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { BIN, emptyFolder, serving } from '../program/portcall.ts';
import { type MadeImage, putImage } from '../support/images.ts';
import { startLab, type TestLab } from '../support/lab.ts';
import { needsPeer } from '../support/peers/packages.ts';
import { startPeer } from '../support/peers/start-peer.ts';
import { needsTftpPeer, startTftpPeer, TFTP_PEERS } from '../support/peers/tftp-peers.ts';
import { vsftpd } from '../support/peers/vsftpd.ts';
import { needs, run } from '../support/program.ts';

const SCRIPT = join(import.meta.dirname, 'upgrade.exp');
const NEW = { family: 'C2900', version: '15.7(3)M8', feature: 'universalk9' };
const OLD = 'c2900-universalk9-mz.SPA.151-4.M4.bin';
const SIZE_BYTES = 300_000;

async function upgrade(url: string, image: MadeImage, program: readonly string[]): Promise<void> {
  const { code, output } = await run('expect', [SCRIPT, url, image.name, image.version, OLD, ...program]);
  assert.equal(code, 0, output);
  assert.match(output, /upgraded\s*$/);
}

const telnet = (lab: TestLab): readonly string[] => ['telnet', '127.0.0.1', String(lab.port('telnet'))];

/** Keys of devices are new each time, and are no secret of anybody. */
const SSH = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
const ssh = (lab: TestLab): readonly string[] => ['ssh', ...SSH, '-p', String(lab.port('ssh')), 'admin@127.0.0.1'];

const DOORS = { telnet: '127.0.0.1:0', ssh: '127.0.0.1:0' };

describe('the upgrade of the note, from portcall serve', needs('expect'), () => {
  const WORDS = ['--root', '.', '--user', 'lab:pw', '--listen', 'ftp://127.0.0.1:0', '--listen', 'tftp://127.0.0.1:0'];

  test('at the console, which is the terminal', async () => {
    using folder = emptyFolder();
    const image = putImage(folder.path, NEW, SIZE_BYTES);
    await using server = await serving([...WORDS, '--state', join(folder.path, '.st')], { cwd: folder.path });
    const url = `ftp://127.0.0.1:${server.ready.listeners[0]?.port}/${image.name}`;
    await upgrade(url, image, [process.execPath, BIN, 'device', '--pace', '0']);
  });
  for (const [door, program, scheme] of [
    ['Telnet', telnet, 'ftp'],
    ['SSH', ssh, 'ftp'],
    ['Telnet', telnet, 'tftp'],
  ] as const)
    test(`over ${door}, the image by ${scheme}`, async () => {
      using folder = emptyFolder();
      const image = putImage(folder.path, NEW, SIZE_BYTES);
      await using server = await serving([...WORDS, '--anonymous', '--state', join(folder.path, '.st')], {
        cwd: folder.path,
      });
      await using lab = await startLab(DOORS);
      const port = server.ready.listeners.find(({ protocol }) => protocol === scheme)?.port;
      await upgrade(`${scheme}://127.0.0.1:${port}/${image.name}`, image, program(lab));
    });
});

test('the upgrade of the note, from vsftpd', needsPeer(vsftpd), async () => {
  await using peer = await startPeer(vsftpd);
  const image = putImage(peer.folder, NEW, SIZE_BYTES);
  await using lab = await startLab(DOORS);
  const { user, password } = peer.account;
  await upgrade(`ftp://${user}:${password}@${peer.host}:${peer.port}${peer.home}/${image.name}`, image, telnet(lab));
});

for (const peer of TFTP_PEERS.filter(({ name }) => name === 'tftpd-hpa'))
  test(`the upgrade of the note, from ${peer.name}`, needsTftpPeer(peer), async () => {
    await using server = await startTftpPeer(peer);
    const image = putImage(server.root, NEW, SIZE_BYTES);
    await using lab = await startLab(DOORS);
    await upgrade(`tftp://${server.host}:${server.port}/${image.name}`, image, telnet(lab));
  });
