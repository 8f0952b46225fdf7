/** The console of a device behind a port, as console servers offer it: one person at a time, and no login but the device's. */
import { listenError } from '../listen-error.ts';
import { attachConsole } from '../../device/index.ts';
import { startTelnetServer, type TelnetServer, type TelnetSession } from '../../protocols/telnet/index.ts';
import type { DoorSurroundings } from './ssh-door.ts';
import { telnetTerminal } from './visitor-terminal.ts';

export async function openConsoleDoor({ host, port, device, observe }: DoorSurroundings): Promise<TelnetServer> {
  let isTaken = false;
  const onSession = async (session: TelnetSession): Promise<void> => {
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
  };
  try {
    return await startTelnetServer({ host, port, observe, clock: device.world.clock, onSession });
  } catch (cause) {
    throw listenError({ host, port, flag: '--console ' }, cause);
  }
}
