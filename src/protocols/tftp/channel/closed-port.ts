/**
 * Finds out that nobody listens at a port. The system tells a socket that is bound to one peer (ICMP "port unreachable"),
 * and no other; the socket of a transfer is free, since the server answers from another port than the one that was asked.
 */
import { createSocket } from 'node:dgram';
import { ERROR_CODE } from '../wire/error-code.ts';
import { printError } from '../wire/packet.ts';
import type { Peer } from './datagram-port.ts';

/** To the port of requests, where an ERROR means nothing and is answered by nobody. */
const PROBE = printError(ERROR_CODE.undefined, 'Is anybody there?');

/** Sends one packet there; `onClosed` is told when the system says that the port is closed. Gives what ends the watch. */
export function watchForClosedPort({ address, port }: Peer, onClosed: (cause: Error) => void): () => void {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  let isOpen = true;
  const close = (): void => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  socket.on('error', (error: NodeJS.ErrnoException) => {
    close();
    if (error.code === 'ECONNREFUSED') onClosed(error);
  });
  socket.connect(port, address, () => {
    if (isOpen) socket.send(PROBE);
  });
  return close;
}
