/** Logins in a row and several at a time, and what a session costs in memory while it does nothing. */
import { setTimeout as pause } from 'node:timers/promises';
import { thousands, timed, type Measurement, type Sample, type Stage } from './measurement.ts';

/** Logins between two looks at the clock; divisible by every `parallel`. */
const BATCH = 16;

/** Sessions opened and closed before the first look at memory, so that code loaded once is not counted for each session. */
const WARM_UP_SESSIONS = 20;

/** For a server to finish what it does at a login before its memory is read. */
const REST_MS = 1000;

export async function logInOften(stage: Stage, account: Measurement['account']): Promise<Sample[]> {
  const kind = account === 'anonymous' ? 'Anonymous logins' : 'Logins';
  await stage.client.say(`logins ${BATCH} 1`);
  return [
    ...(await loginSamples(stage, `${kind}, one after another`, 1)),
    ...(await loginSamples(stage, `${kind}, 8 at a time`, 8)),
  ];
}

async function loginSamples(stage: Stage, label: string, parallel: number): Promise<Sample[]> {
  const { processes } = stage.server.memory();
  const before = stage.server.cpuSeconds();
  let [logins, seconds] = [0, 0];
  while (seconds < stage.workload.sizes.loginSeconds) {
    seconds += (await stage.client.say(`logins ${BATCH * parallel} ${parallel}`)).seconds;
    logins += BATCH * parallel;
  }
  await stage.server.quiet(processes);
  const cpuMs = (stage.server.cpuSeconds() - before) * 1000;
  return [
    { row: { label, unit: 'logins/s', better: 'more' }, value: logins / seconds },
    { row: { label: `${label}: CPU`, unit: 'ms/login', better: 'less' }, value: cpuMs / logins },
  ];
}

export async function keepIdle(stage: Stage): Promise<Sample[]> {
  const atRest = stage.server.memory();
  const samples: Sample[] = [
    { row: { label: 'Server at rest: PSS', unit: 'MiB', better: 'less' }, value: atRest.pssKiB / 1024 },
  ];
  await stage.client.say(`idle ${WARM_UP_SESSIONS}`);
  for (const sessions of stage.workload.sizes.idleSessions) {
    await stage.client.say('close');
    await stage.server.quiet(atRest.processes);
    samples.push(...(await idleSamples(stage, sessions)));
  }
  await stage.client.say('close');
  await stage.server.quiet(atRest.processes);
  return samples;
}

async function idleSamples(stage: Stage, sessions: number): Promise<Sample[]> {
  const label = `${thousands(sessions)} idle sessions`;
  const before = stage.server.memory();
  const { seconds } = await timed(stage, `idle ${sessions}`);
  await pause(REST_MS);
  const after = stage.server.memory();
  const rss = (after.rssKiB - before.rssKiB) / sessions;
  const pss = (after.pssKiB - before.pssKiB) / sessions;
  return [
    { row: { label: `${label}: RSS`, unit: 'KiB/session', better: 'less' }, value: rss },
    { row: { label: `${label}: PSS`, unit: 'KiB/session', better: 'less' }, value: pss },
    { row: { label: `${label}: time to open`, unit: 's', better: 'less' }, value: seconds },
  ];
}
