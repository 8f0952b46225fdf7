/** How files of SSH's configuration are found and read: Include, rights and bounds. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { SshConfig } from '../../config/ssh-config.ts';
import { sshSettingsFor } from './client-settings.ts';

let folder: string;
let config: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcall-settings-'));
  config = join(folder, 'config');
});
afterEach(() => rm(folder, { recursive: true }));

const ADDRESS = { host: 'h', port: undefined, user: undefined };

/** What is said for a host by a configuration, where this folder is the home. */
async function settingsOf(text: string): Promise<SshConfig> {
  await writeFile(config, text, { mode: 0o600 });
  return inHome(() => sshSettingsFor(ADDRESS, { config }));
}

function inHome<T>(act: () => T): T {
  const before = process.env['HOME'];
  process.env['HOME'] = folder;
  try {
    return act();
  } finally {
    if (before === undefined) delete process.env['HOME'];
    else process.env['HOME'] = before;
  }
}

describe('Include', () => {
  beforeEach(async () => {
    await mkdir(join(folder, '.ssh'));
    await writeFile(join(folder, 'a.conf'), 'HostName a.lab\n', { mode: 0o600 });
    await writeFile(join(folder, 'b.conf'), 'HostName b.lab\nUser bob\n', { mode: 0o600 });
    await writeFile(join(folder, '.ssh', 'c.conf'), 'HostName c.lab\n', { mode: 0o600 });
  });
  test('begins at the home with ~', async () => {
    assert.equal((await settingsOf('Include ~/b.conf\n')).hostName, 'b.lab');
    assert.equal((await settingsOf('Include ~/*.conf\n')).hostName, 'a.lab');
  });
  test('begins at ~/.ssh without', async () => assert.equal((await settingsOf('Include c.conf\n')).hostName, 'c.lab'));
  test('takes the first of a pattern, in the order of the names', async () => {
    const { hostName, user } = await settingsOf(`Include ${folder}/*.conf\n`);
    assert.deepEqual({ hostName, user }, { hostName: 'a.lab', user: 'bob' });
  });
  test('of somebody else’s home is a line that makes no sense', () =>
    assert.rejects(settingsOf('Include ~root/x\n'), /config:1: cannot include ~root\/x: ~ means nobody/));
  test('of what others can write is refused', async () => {
    await chmod(join(folder, 'a.conf'), 0o666);
    await assert.rejects(settingsOf('Include ~/a.conf\n'), /a\.conf.*can be written by others/);
  });
  test('of what is not there is passed over', async () =>
    assert.equal((await settingsOf('Include ~/nix\n')).hostName, 'h'));
});

describe('a file', { skip: process.platform === 'win32' && 'rights are others there' }, () => {
  for (const mode of [0o620, 0o602])
    test(`that others can write (${mode.toString(8)}) is refused, and what to do is said`, async () => {
      await writeFile(config, '');
      await chmod(config, mode);
      assert.throws(() => sshSettingsFor(ADDRESS, { config }), {
        name: 'ConfigurationError',
        message: /can be written by others.*chmod 600/,
      });
    });
  test('in ~/.ssh that others can write is refused, too', async () => {
    await mkdir(join(folder, '.ssh'));
    await writeFile(join(folder, '.ssh', 'config'), '');
    await chmod(join(folder, '.ssh', 'config'), 0o666);
    assert.throws(() => inHome(() => sshSettingsFor(ADDRESS, {})), /can be written by others/);
  });
  test('that others can read is used', async () => {
    await writeFile(config, 'HostName x\n');
    await chmod(config, 0o644);
    assert.equal(sshSettingsFor(ADDRESS, { config }).hostName, 'x');
  });
  test('that is larger than any configuration is not read', async () => {
    await writeFile(config, '', { mode: 0o600 });
    await truncate(config, 1024 ** 4).catch(() => truncate(config, 1024 ** 3));
    assert.throws(() => sshSettingsFor(ADDRESS, { config }), /is larger than/);
  });
  test('/dev/null says nothing, and /dev/zero too much', () => {
    assert.equal(sshSettingsFor(ADDRESS, { config: '/dev/null' }).hostName, 'h');
    assert.throws(() => sshSettingsFor(ADDRESS, { config: '/dev/zero' }), /is larger than/);
  });
  test('that is a directory, not there, or of no sense', async () => {
    assert.throws(() => sshSettingsFor(ADDRESS, { config: folder }), /cannot be read \(EISDIR\)/);
    assert.throws(() => sshSettingsFor(ADDRESS, { config: join(folder, 'no') }), /there is no file/);
    await assert.rejects(settingsOf('Port 22\nPort x'), /config:2: port must be/);
  });
});
