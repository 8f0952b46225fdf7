/** Faults of a virtual device that were ordered: each does what it says, and leaves what the real thing would leave. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { madeImage } from '../support/images.ts';
import { startLab } from '../support/lab.ts';
import { privileged, Typist } from '../support/typist.ts';
import { eventually } from '../support/wait.ts';

const TELNET = { telnet: '127.0.0.1:0', console: '127.0.0.1:0' };
const IMAGE = madeImage({ family: 'C2900', version: '15.7(3)M8' }, 400_000);

async function serverWithImage(): Promise<TestServer> {
  const server = await startTestServer();
  await writeFile(join(server.root, IMAGE.name), IMAGE.bytes);
  return server;
}

interface Copied {
  readonly said: string;
  readonly dir: string;
}

/** `copy ftp: flash:` of an image of 400,000 bytes. */
async function copyWith(fault: readonly string[]): Promise<Copied> {
  await using server = await serverWithImage();
  await using lab = await startLab({ ...TELNET, fault });
  await using typist = await privileged(lab.port('telnet'));
  const url = `ftp://u:p@${server.host}:${server.port}/${IMAGE.name}`;
  await typist.type(`copy ${url} flash:`, ']? ');
  const said = await typist.type('', /R1#$/);
  const dir = await typist.type('dir', /R1#$/);
  return { said, dir };
}

describe('in a copy', () => {
  test('cut-at: the connection breaks, and nothing is left of the file', async () => {
    const { said, dir } = await copyWith(['cut-at=200000']);
    assert.match(said, /%Error reading ftp:\/\/.* \(Connection reset by peer\)/);
    assert.doesNotMatch(said, /bytes copied/);
    assert.ok(!dir.includes(IMAGE.name), dir);
  });
  test('full-at: flash is full, and nothing is left of the file', async () => {
    const { said, dir } = await copyWith(['full-at=100000']);
    assert.match(said, /%Error copying ftp:\/\/.* \(Not enough space on device\)/);
    assert.match(said, /\d+ bytes available \(\d+ bytes used\)/);
    assert.ok(!dir.includes(IMAGE.name), dir);
  });
  test('wrong-byte-at: the copy seems right, and its digest is not', async () => {
    await using server = await serverWithImage();
    await using lab = await startLab({ ...TELNET, fault: ['wrong-byte-at=300000'] });
    await using typist = await privileged(lab.port('telnet'));
    await typist.type(`copy ftp://u:p@${server.host}:${server.port}/${IMAGE.name} flash:x.bin`, ']? ');
    assert.match(await typist.type('', /R1#$/), /400000 bytes copied/);
    const verified = await typist.type('verify flash:x.bin', /R1#$/);
    assert.match(verified, /Digital signature is not valid|does not match/);
  });
  test('slow-link: the copy takes as long as the link lets it', async () => {
    const { said } = await copyWith(['slow-link=1000000']);
    const [, seconds = '0'] = /copied in ([\d.]+) secs/.exec(said) ?? [];
    assert.ok(Number(seconds) >= 0.35, said);
  });
});

describe('at a reload', () => {
  /** Reloads over Telnet, and waits until the line is closed. */
  async function reload(port: number): Promise<void> {
    await using typist = await privileged(port);
    await typist.type('reload', '[confirm]');
    await typist.send('\r');
    await typist.closed();
  }

  test('no-return: the device does not come back', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['no-return'] });
    await reload(lab.port('telnet'));
    const [device] = lab.devices;
    await eventually(() => device?.state.kind === 'off', 'the device is off');
    await assert.rejects(Typist.at(lab.port('telnet')), { kind: 'unreachable' });
  });
  test('rommon-after-reload: it stops in its loader, from where one boots it by hand', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['rommon-after-reload'] });
    await using console = await Typist.at(lab.port('console'));
    await reload(lab.port('telnet'));
    await console.until('rommon 1 > ');
    await console.type('boot', 'Press RETURN to get started!');
    await console.type('', 'R1>');
  });
  test('boot-forgotten: the boot variable is empty', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['boot-forgotten'] });
    await using typist = await privileged(lab.port('telnet'));
    await typist.type('configure terminal', '(config)#');
    await typist.type('boot system flash:c2900-universalk9-mz.SPA.151-4.M4.bin', '(config)#');
    await typist.type('end', /R1#$/);
    await typist.type('write', /R1#$/);
    assert.match(await typist.type('show bootvar', /R1#$/), /BOOT variable does not exist/);
  });
});

describe('to those who come', () => {
  test('vty-busy: the lines that are taken by others let nobody in', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['vty-busy=5'] });
    await using typist = await Typist.at(lab.port('telnet'));
    await typist.closed();
    assert.equal(typist.screen, '');
  });
  test('aaa-refuses: every login is refused, three times', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['aaa-refuses'] });
    await using typist = await Typist.at(lab.port('telnet'));
    for (let tries = 0; tries < 3; tries += 1) {
      await typist.until('Username: ');
      await typist.type('admin', 'Password: ');
      await typist.type('cisco', '% Login invalid');
    }
    await typist.closed();
  });
  test('noise: a message of the log appears within an output', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['noise'] });
    await using typist = await privileged(lab.port('telnet'));
    const said = await typist.type('show version', /R1#$/);
    assert.match(said, /%[A-Z_]+-\d-[A-Z_]+: /);
    assert.match(said, /Configuration register is 0x2102/);
  });
  test('slow-verify: a digest takes its time', async () => {
    await using lab = await startLab({ ...TELNET, fault: ['slow-verify=400'], imageSize: '1MiB' });
    await using typist = await privileged(lab.port('telnet'));
    const began = performance.now();
    await typist.type('verify /md5 flash:c2900-universalk9-mz.SPA.151-4.M4.bin', /= [0-9a-f]{32}/);
    assert.ok(performance.now() - began >= 390);
  });
});
