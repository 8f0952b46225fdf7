/** What virtual devices cost: time to boot and memory for each, many in one process. */
import { parseArgs } from 'node:util';
import { makeLab } from '../src/app/device/run-devices.ts';
import { deviceSettings } from '../src/config/device-settings.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '500' }, platform: { type: 'string', default: 'c2911' } },
});
const count = Number(values.count);
const MIB = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'portcall-bench-devices-'));
const file = join(folder, 'lab.yaml');
const door = '127.0.0.1:0';
writeFileSync(
  file,
  `devices:\n  - { hostname: R, platform: ${values.platform}, count: ${count}, ssh: ${door}, telnet: ${door} }\n`,
);
// Timers of devices keep no process alive.
const alive = setInterval(() => undefined, 60_000);
const before = process.memoryUsage.rss();
const began = performance.now();
await using lab = await makeLab(deviceSettings({ fleet: file, pace: '0' }, folder), { observe: () => undefined });
const made = performance.now();
await lab.powerOn();
const up = performance.now();
const used = process.memoryUsage.rss() - before;
clearInterval(alive);
rmSync(folder, { recursive: true });
process.stdout.write(
  [
    `${count} devices (${values.platform}) with Telnet and SSH in one process`,
    `  made in    ${((made - began) / 1000).toFixed(1)} s`,
    `  booted in  ${((up - made) / 1000).toFixed(1)} s, without the waits of a real boot`,
    `  memory     ${(used / MIB).toFixed(0)} MiB, ${(used / MIB / count).toFixed(2)} MiB each, the image in memory included`,
    '',
  ].join('\n'),
);
