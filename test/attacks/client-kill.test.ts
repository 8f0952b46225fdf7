/** SIGKILL of the client or of the server in the middle of a transfer: the next attempt continues, and every byte is right. */
import { test } from 'node:test';
import { needsPeer } from '../support/peers/packages.ts';
import { vsftpd } from '../support/peers/vsftpd.ts';
import { surviveKills } from './kill-rounds.ts';

const seed = Date.now() % 1_000_000;

for (const direction of ['get', 'put'] as const)
  for (const killed of ['client', 'server'] as const)
    test(`${direction} survives kills of the ${killed}, seed ${seed}`, async (context) => {
      context.diagnostic(`continued at ${await surviveKills({ direction, killed, kills: 2, seed })}`);
    });

test(`put to vsftpd survives kills of the client, seed ${seed}`, needsPeer(vsftpd), async (context) => {
  const plan = { peer: vsftpd, direction: 'put', killed: 'client', kills: 2, seed } as const;
  context.diagnostic(`continued at ${await surviveKills(plan)}`);
});
