/** Which doors the configuration opens: Telnet and SSH by the vty lines, TFTP by `tftp-server`. */
import type { RunningSystem } from './command.ts';
import { transportsOf, vtyCount } from './lines.ts';
import type { DoorWishes } from './ports.ts';

/** `flash:c2900.bin alias image.bin`: what is served, and as what. */
function served(system: RunningSystem): ReadonlyMap<string, string> {
  return new Map(
    system.config.under('tftp-server').map(({ text }) => {
      const [, url = '', alias] = /^tftp-server (?:flash )?(\S+)(?: alias (\S+))?/.exec(text) ?? [];
      const file = url.includes(':') ? url : `flash:${url}`;
      return [alias ?? file.replace(/^[^:]*:\/?/, ''), file] as const;
    }),
  );
}

export function doorWishes(system: RunningSystem): DoorWishes {
  const lines = Array.from({ length: vtyCount(system) }, (_, number) => transportsOf(system, { kind: 'vty', number }));
  const { rsaKey } = system.hardware.facts;
  const wantsSsh = lines.some((doors) => doors.has('ssh')) && rsaKey !== undefined;
  return {
    telnet: lines.some((doors) => doors.has('telnet')),
    ssh: wantsSsh ? { hostKey: rsaKey.pem } : undefined,
    tftp: served(system),
  };
}
