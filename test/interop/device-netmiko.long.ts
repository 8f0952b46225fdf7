/** netmiko at a virtual device: what a network engineer's script does. It takes its time by design. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { emptyFolder } from '../program/portcall.ts';
import { startLab } from '../support/lab.ts';
import { run } from '../support/program.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'device-netmiko.py');
const DOORS = { telnet: '127.0.0.1:0', ssh: '127.0.0.1:0' };

const needsNetmiko = {
  skip:
    !existsSync('/usr/lib/python3/dist-packages/netmiko') && process.env['CI'] === undefined
      ? 'netmiko is not installed'
      : false,
};

describe('netmiko', { ...needsNetmiko, concurrency: true }, () => {
  for (const [kind, door] of [
    ['cisco_ios', 'ssh'],
    ['cisco_ios_telnet', 'telnet'],
  ] as const)
    test(`connects, enables, configures, saves and copies over ${door}`, { timeout: 60_000 }, async () => {
      using folder = emptyFolder();
      await using lab = await startLab(DOORS);
      const { code, output } = await run(PYTHON, [SCRIPT, kind, String(lab.port(door)), folder.path], {
        cwd: folder.path,
        patienceMs: 50_000,
      });
      assert.equal(code, 0, output);
      assert.match(output, /done/);
    });
});
