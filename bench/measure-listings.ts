/** LIST and MLSD of a large directory: when the first byte comes, and when the last. */
import { NotOfferedError } from './load-client.ts';
import { thousands, type Sample, type Stage } from './measurement.ts';

export async function listDirectory(stage: Stage): Promise<Sample[]> {
  await stage.client.say('open');
  const samples: Sample[] = [];
  for (const verb of ['LIST', 'MLSD'])
    for (let count = 0; count < stage.workload.sizes.listings; count++) samples.push(...(await listOnce(stage, verb)));
  await stage.client.say('close');
  return samples;
}

async function listOnce({ client, workload }: Stage, verb: string): Promise<Sample[]> {
  const { entries } = workload.sizes;
  const label = `${verb} ${thousands(entries)} entries`;
  try {
    const { seconds, firstByteSeconds } = await client.say(`list ${entries} ${verb} /directory`);
    return [
      { row: { label: `${label}: first byte`, unit: 'ms', better: 'less' }, value: firstByteSeconds * 1000 },
      { row: { label: `${label}: total`, unit: 'ms', better: 'less' }, value: seconds * 1000 },
    ];
  } catch (error) {
    // vsftpd has no MLSD.
    if (error instanceof NotOfferedError) return [];
    throw error;
  }
}
