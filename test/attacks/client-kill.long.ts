/** The same many times, before our server and one that others wrote; the seed of each round is in its name. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { needsPeer } from '../support/peers/packages.ts';
import { vsftpd } from '../support/peers/vsftpd.ts';
import { surviveKills } from './kill-rounds.ts';

const ROUNDS = 8;
const KILLS = 4;
const first = Date.now() % 1_000_000;

for (const peer of [undefined, vsftpd])
  for (const direction of ['get', 'put'] as const)
    for (const killed of ['client', 'server'] as const)
      describe(
        `${direction}, the ${killed} killed, before ${peer?.name ?? 'our server'}`,
        peer && needsPeer(peer),
        () => {
          let continued = 0;
          for (let seed = first; seed < first + ROUNDS; seed += 1)
            test(`seed ${seed}`, async () => {
              const plan = { direction, killed, kills: KILLS, seed, ...(peer && { peer }) };
              if ((await surviveKills(plan)) > 0) continued += 1;
            });
          // Our server forgets uploads that it had open when it was killed: nobody knows how much of them had reached the disk.
          const forgets = peer === undefined && direction === 'put' && killed === 'server';
          test('some of them continued what was there', { skip: forgets }, () => assert.ok(continued > 0));
        },
      );
