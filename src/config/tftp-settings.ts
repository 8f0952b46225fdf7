/** How TFTP is settled. */
import { type Origin, pathIn } from './origin.ts';
import { present } from './present.ts';
import type { TftpSettings } from './serve-settings.ts';

/** Throws nothing: the schema has seen all of it. */
export function tftpSettingsOf(origin: Origin): TftpSettings {
  const { names = {}, nameMap, ...written } = origin.contents.tftp ?? {};
  const map = pathIn(origin, nameMap);
  return {
    ports: written.ports ?? 'one-per-transfer',
    fragments: written.fragments ?? 'allowed',
    broadcast: written.broadcast ?? 'ignored',
    names: Object.entries(names),
    limits: {
      ...present('blockBytes', written.blockBytes),
      ...present('windowBlocks', written.windowBlocks),
      ...present('transfers', written.transfers),
      ...present('transfersPerAddress', written.transfersPerAddress),
      ...present('uploadBytes', written.uploadSize),
      ...present('transferMs', written.transferSeconds === undefined ? undefined : written.transferSeconds * 1000),
    },
    ...present('transferPorts', written.transferPorts),
    ...present('nameMap', map === undefined ? undefined : { path: map, where: origin.placeOf('tftp', 'nameMap') }),
  };
}
