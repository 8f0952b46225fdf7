/** The console of a device behind a port, as console servers offer it: one person at a time, and no login but the device's. */
import { attachConsole } from '../../device/index.ts';
import { startTelnetServer, type TelnetServer } from '../../protocols/telnet/index.ts';
import type { DoorSurroundings } from './ssh-door.ts';
import { telnetTerminal } from './visitor-terminal.ts';

export async function openConsoleDoor({ host, port, device, observe }: DoorSurroundings): Promise<TelnetServer> {
  let isTaken = false;
  return await startTelnetServer({
    host,
    port,
    observe,
    clock: device.world.clock,
    async onSession(session) {
      if (isTaken) {
        await session.write('The console is in use.\r\n');
        return;
      }
      isTaken = true;
      try {
        await attachConsole(device, telnetTerminal(session), session.signal);
      } finally {
        isTaken = false;
      }
    },
  });
}
