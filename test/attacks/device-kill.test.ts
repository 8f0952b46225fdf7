/** A virtual device whose process is killed: what its hardware keeps is there when it is started again. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { emptyFolder, running, type Serving } from '../program/portcall.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { madeImage } from '../support/images.ts';
import { privileged } from '../support/typist.ts';

const IMAGE = madeImage({ family: 'C2900', version: '15.7(3)M8' }, 1_000_000);
const FACTORY = 'c2900-universalk9-mz.SPA.151-4.M4.bin';

const portOf = ({ ready }: Serving): number => ready.listeners.find(({ protocol }) => protocol === 'telnet')?.port ?? 0;

const device = (cwd: string, ...more: readonly string[]): Promise<Serving> =>
  running('device', ['--state', 'R1', '--telnet', '127.0.0.1:0', '--pace', '0', ...more], { cwd });

test('a device that is killed in the middle of a copy boots what it had, and holds no half file', async () => {
  using folder = emptyFolder();
  await using server = await startTestServer();
  await writeFile(join(server.root, IMAGE.name), IMAGE.bytes);
  {
    await using killed = await device(folder.path, '--fault', 'slow-link=200000');
    await using typist = await privileged(portOf(killed));
    await typist.type('configure terminal', '(config)#');
    await typist.type('hostname KEPT', '(config)#');
    await typist.type(`boot system flash:${FACTORY}`, '(config)#');
    await typist.type('config-register 0x2142', '(config)#');
    await typist.type('no config-register', '(config)#');
    await typist.type('end', /KEPT#$/);
    await typist.type('write', /KEPT#$/);
    await typist.type('configure terminal', '(config)#');
    await typist.type('hostname LOST', '(config)#');
    await typist.type('end', /LOST#$/);
    await typist.type(`copy ftp://u:p@${server.host}:${server.port}/${IMAGE.name} flash:`, ']? ');
    await typist.type('', '!!!');
    killed.child.kill('SIGKILL');
    await killed.finished;
  }
  await using again = await device(folder.path);
  await using typist = await privileged(portOf(again));
  assert.match(await typist.type('show version', /#$/), /KEPT uptime is[\s\S]*Configuration register is 0x2102/);
  assert.match(await typist.type('show bootvar', /#$/), new RegExp(`BOOT variable = flash:${FACTORY},1;`));
  const dir = await typist.type('dir', /#$/);
  assert.ok(dir.includes(FACTORY), dir);
  assert.ok(!dir.includes(IMAGE.name), dir);
});

test('state that is damaged is told, and what to do about it', async () => {
  using folder = emptyFolder();
  await writeFile(join(folder.path, 'hardware.json'), '{"serial":');
  await assert.rejects(running('device', ['--state', '.', '--telnet', '127.0.0.1:0'], { cwd: folder.path }), {
    message: /ended with 2 before it was ready: .*--state.*is damaged/s,
  });
});
