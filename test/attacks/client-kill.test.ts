/** SIGKILL of the client or of the server in the middle of a transfer: the next attempt continues, and every byte is right. */
import { test } from 'node:test';
import { needsPeer } from '../support/peers/packages.ts';
import { vsftpd } from '../support/peers/vsftpd.ts';
import { surviveKills } from './kill-rounds.ts';

const seed = Date.now() % 1_000_000;

test(`get survives a kill of the client, seed ${seed}`, async (context) => {
  const plan = { direction: 'get', killed: 'client', kills: 1, seed } as const;
  context.diagnostic(`continued at ${await surviveKills(plan)}`);
});

test(`put to vsftpd survives a kill of the client, seed ${seed}`, needsPeer(vsftpd), async (context) => {
  const plan = { peer: vsftpd, direction: 'put', killed: 'client', kills: 1, seed } as const;
  context.diagnostic(`continued at ${await surviveKills(plan)}`);
});
