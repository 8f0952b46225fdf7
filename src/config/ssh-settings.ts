/** How SSH is settled. */
import { resolve } from 'node:path';
import { networkContains, parseNetwork } from '../base/cidr.ts';
import { formatMoment } from './moment.ts';
import type { Origin } from './origin.ts';
import { present } from './present.ts';
import type { SshSettings } from './serve-settings.ts';

/** Throws nothing: the schema has seen all of it. */
export function sshSettingsOf({ contents, directory, placeOf }: Origin): SshSettings {
  const { hostKeys, legacy = [], scp, keyboardInteractive, loginTries, ...times } = contents.ssh ?? {};
  const { idleSeconds, rekeySeconds, rekeySize } = times;
  const inMs = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : seconds * 1000;
  const named = hostKeys?.map((key, index) => ({
    path: resolve(directory, key),
    where: placeOf('ssh', 'hostKeys', index),
  }));
  return {
    scp: scp ?? 'served',
    keyboardInteractive: keyboardInteractive ?? true,
    legacy: legacy.map(({ until, ...row }) => ({ ...row, untilMs: until })),
    limits: {
      ...present('loginTries', loginTries),
      ...present('idleMs', inMs(idleSeconds)),
      ...present('rekeyBytes', rekeySize),
      ...present('rekeyMs', inMs(rekeySeconds)),
    },
    ...present('hostKeys', named),
  };
}

/** Hosts of the open Internet: a network that holds both is everybody. */
const FAR_APART = ['1.1.1.1', '203.0.113.1'] as const;

const isEverybody = (text: string): boolean => {
  const network = parseNetwork(text);
  return network !== undefined && (FAR_APART.every((host) => networkContains(network, host)) || text === '::/0');
};

/** What works but should be put right. `nowMs`: since 1970 (UTC). */
export function sshWarnings({ contents, placeOf }: Origin, nowMs: number): string[] {
  return (contents.ssh?.legacy ?? []).flatMap(({ clients, until, algorithms }, index) => [
    ...(until > nowMs
      ? []
      : [
          `${placeOf('ssh', 'legacy', index, 'until')}: was ${formatMoment(until)}, so that ${algorithms.join(', ')} are off again`,
        ]),
    ...(clients.some(isEverybody)
      ? [`${placeOf('ssh', 'legacy', index, 'clients')}: is everybody; name the networks of the old devices alone`]
      : []),
  ]);
}
