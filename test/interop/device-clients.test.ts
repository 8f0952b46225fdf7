/** Programs that others wrote to drive Cisco devices, at a virtual one: netmiko, OpenSSH, RANCID's clogin. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { emptyFolder } from '../program/portcall.ts';
import { startLab, type TestLab } from '../support/lab.ts';
import { needs, run, runWell } from '../support/program.ts';
import { sampleBytes } from '../support/tree.ts';

const CLOGIN = '/usr/lib/rancid/bin/clogin';
const DOORS = { telnet: '127.0.0.1:0', ssh: '127.0.0.1:0' };

/** Logs in with a password, as the device wants it. */
const OPTIONS = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'];
const openssh = (
  program: 'ssh' | 'scp',
  lab: TestLab,
  { words, cwd }: { readonly words: readonly string[]; readonly cwd: string },
): Promise<{ readonly code: number | null; readonly output: string }> => {
  const port = [program === 'ssh' ? '-p' : '-P', String(lab.port('ssh'))];
  return run('sshpass', ['-p', 'cisco', program, ...OPTIONS, ...port, ...words], { cwd });
};

describe('OpenSSH', needs('sshpass'), () => {
  const HOST = 'admin@127.0.0.1';
  /** With SCP switched on, as `ip scp server enable` does. */
  async function scpLab(folder: string): Promise<TestLab> {
    const lab = await startLab({ ...DOORS, user: 'admin:cisco:15' }, folder);
    for (const { state } of lab.devices) if (state.kind === 'running') await state.system.merge('ip scp server enable');
    return lab;
  }

  test('runs a command without a terminal', async () => {
    using folder = emptyFolder();
    await using lab = await startLab(DOORS);
    const { code, output } = await openssh('ssh', lab, { words: [HOST, 'show', 'privilege'], cwd: folder.path });
    assert.deepEqual([code, output.trim()], [0, 'Current privilege level is 1']);
  });
  for (const name of ['flash:x.bin', 'flash:/x.bin', 'x.bin', 'flash0:/x.bin'])
    test(`scp -O puts and gets ${name}`, async () => {
      using folder = emptyFolder();
      const bytes = Buffer.from(sampleBytes(200_001));
      await writeFile(join(folder.path, 'here'), bytes);
      await using lab = await scpLab(folder.path);
      const put = await openssh('scp', lab, { words: ['-O', 'here', `${HOST}:${name}`], cwd: folder.path });
      assert.equal(put.code, 0, put.output);
      const get = await openssh('scp', lab, { words: ['-O', `${HOST}:${name}`, 'back'], cwd: folder.path });
      assert.equal(get.code, 0, get.output);
      assert.deepEqual(await readFile(join(folder.path, 'back')), bytes);
    });
  test('scp -O gets the running configuration, and types in what it puts there', async () => {
    using folder = emptyFolder();
    await using lab = await scpLab(folder.path);
    const get = await openssh('scp', lab, { words: ['-O', `${HOST}:running-config`, 'back'], cwd: folder.path });
    assert.equal(get.code, 0, get.output);
    assert.match(await readFile(join(folder.path, 'back'), 'utf8'), /^hostname R1$/m);
    await writeFile(join(folder.path, 'more'), 'hostname NEW\n');
    const put = await openssh('scp', lab, { words: ['-O', 'more', `${HOST}:running-config`], cwd: folder.path });
    assert.equal(put.code, 0, put.output);
    const [{ state } = { state: undefined }] = lab.devices;
    assert.equal(state?.kind === 'running' && state.system.hostname, 'NEW');
  });
  test('is told what is not there, and that SCP is not switched on', async () => {
    using folder = emptyFolder();
    await using lab = await scpLab(folder.path);
    const missing = await openssh('scp', lab, { words: ['-O', `${HOST}:flash:nix`, '.'], cwd: folder.path });
    assert.match(missing.output, /flash:nix: No such file or directory/);
    await using closed = await startLab(DOORS);
    const refused = await openssh('scp', closed, { words: ['-O', `${HOST}:x`, '.'], cwd: folder.path });
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /Administratively disabled/);
  });
});

test('RANCID’s clogin logs in, enables and runs commands', needs(CLOGIN), async () => {
  using folder = emptyFolder();
  await using lab = await startLab(DOORS);
  const lines = [
    'add user 127.0.0.1 admin',
    'add password 127.0.0.1 cisco cisco',
    `add method 127.0.0.1 {telnet:${lab.port('telnet')}}`,
    'add autoenable 127.0.0.1 0',
    '',
  ];
  await writeFile(join(folder.path, 'cloginrc'), lines.join('\n'), { mode: 0o600 });
  const commands = 'show version;show redundancy secondary;show bootvar;dir /all nvram:;show running-config;write term';
  const { output } = await runWell(CLOGIN, ['-f', 'cloginrc', '-c', commands, '127.0.0.1'], { cwd: folder.path });
  assert.match(output, /Configuration register is 0x2102/);
  assert.match(output, /Directory of nvram:\//);
  assert.match(output, /R1#write term[\s\S]*\nend\r?\n/);
});
