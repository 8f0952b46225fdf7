/** RETR and STOR of one large file, and of many small ones, one after another on one control connection. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { smallFilesLabel, timed, type Sample, type Stage, type Timed } from './measurement.ts';
import { sha256 } from './workload.ts';

const run = promisify(execFile);

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Small files of the warm-up, which is not timed. */
const WARM_UP_FILES = 200;

/** A little more than a socket stays in TIME_WAIT. */
const TIME_WAIT_MS = 70_000;

export async function retrieveLarge(stage: Stage): Promise<Sample[]> {
  const { client, workload } = stage;
  await client.say('open');
  await retrieveOnce(stage);
  const samples: Sample[] = [];
  for (let count = 0; count < workload.sizes.transfers; count++)
    samples.push(...largeSamples(stage, 'RETR', await timed(stage, `get /big ${workload.bigBytes}`)));
  await client.say('close');
  return samples;
}

/** The warm-up; in the first round what comes is compared with what was sent. */
async function retrieveOnce({ client, workload, check }: Stage): Promise<void> {
  if (check === 'sizes') {
    await client.say(`get /big ${workload.bigBytes}`);
    return;
  }
  const received = join(workload.root, 'received');
  await client.say(`get /big ${workload.bigBytes} ${received}`);
  if ((await sha256(received)) !== (await sha256(workload.big))) throw new Error('RETR gave wrong bytes');
  await rm(received);
}

export async function storeLarge(stage: Stage): Promise<Sample[]> {
  const { client, workload } = stage;
  const samples: Sample[] = [];
  await client.say('open');
  await storeOnce(stage, 0, stage.check);
  for (let count = 1; count <= workload.sizes.transfers; count++)
    samples.push(...largeSamples(stage, 'STOR', await storeOnce(stage, count, 'sizes')));
  await client.say('close');
  return samples;
}

/** Under a new name each time, and the disk at rest: overwriting and another's unwritten pages are not what is measured. */
async function storeOnce(stage: Stage, index: number, check: Stage['check']): Promise<Timed> {
  const { workload } = stage;
  await run('sync', ['--file-system', workload.root]);
  const result = await timed(stage, `put /up/large${index} ${workload.big}`);
  await workload.checkUploads(1, workload.big, check);
  await workload.clearUploads();
  return result;
}

function largeSamples(stage: Stage, verb: string, { seconds, bytes, cpuSeconds }: Timed): Sample[] {
  const { transferMiB } = stage.workload.sizes;
  const size = transferMiB >= 1024 ? `${transferMiB / 1024} GiB` : `${transferMiB} MiB`;
  const way = stage.protection === 'tls' ? ' over TLS' : '';
  const label = `${verb} ${size}${way}, ${stage.place}`;
  return [
    { row: { label, unit: 'MiB/s', better: 'more' }, value: bytes / MIB / seconds },
    { row: { label: `${label}: CPU`, unit: 's/GiB', better: 'less' }, value: (cpuSeconds / bytes) * GIB },
  ];
}

export async function retrieveSmall(stage: Stage): Promise<Sample[]> {
  const { smallFiles, smallFileBytes } = stage.workload.sizes;
  await freshPorts(stage);
  await stage.client.say('open');
  await stage.client.say(`gets /small/f ${Math.min(WARM_UP_FILES, smallFiles)} ${smallFileBytes}`);
  const result = await timed(stage, `gets /small/f ${smallFiles} ${smallFileBytes}`);
  await stage.client.say('close');
  return smallSamples(stage, 'RETR', result);
}

export async function storeSmall(stage: Stage): Promise<Sample[]> {
  const { client, workload } = stage;
  const original = workload.smallFile(0);
  await freshPorts(stage);
  await client.say('open');
  await client.say(`puts /up/w ${Math.min(WARM_UP_FILES, workload.sizes.smallFiles)} ${original}`);
  await workload.clearUploads();
  const result = await timed(stage, `puts /up/f ${workload.sizes.smallFiles} ${original}`);
  await workload.checkUploads(workload.sizes.smallFiles, original, stage.check);
  await workload.clearUploads();
  await client.say('close');
  return smallSamples(stage, 'STOR', result);
}

function smallSamples(stage: Stage, verb: string, { seconds, cpuSeconds }: Timed): Sample[] {
  const { sizes } = stage.workload;
  const label = `${verb} ${smallFilesLabel(sizes)}`;
  return [
    { row: { label, unit: 'files/s', better: 'more' }, value: sizes.smallFiles / seconds },
    { row: { label: `${label}: CPU`, unit: 'ms/file', better: 'less' }, value: (cpuSeconds / sizes.smallFiles) * 1000 },
  ];
}

/** Waits until most sockets of the contestant before are gone: thousands of them slow the kernel's choice of ports. */
async function freshPorts({ workload }: Stage): Promise<void> {
  const end = Date.now() + TIME_WAIT_MS;
  while ((await timeWaitSockets()) > workload.sizes.timeWaitSockets && Date.now() < end) await pause(500);
}

async function timeWaitSockets(): Promise<number> {
  const text = await readFile('/proc/net/sockstat', 'latin1');
  return Number(/^TCP:.* tw (\d+)/m.exec(text)?.[1] ?? 0);
}
