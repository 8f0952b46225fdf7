/** The end of a data connection that has served its purpose. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** How long a client may take to end its side of an encrypted connection. */
const LEAVE_MS = 5_000;

/**
 * Closes; an encrypted connection in good order, with close_notify from both sides (RFC 8446 §6.1). A socket that is closed
 * while the client's own is still to be read is reset, which can take bytes with it that the client has not read yet.
 */
export function leave(socket: Socket): void {
  if (!(socket instanceof TLSSocket)) {
    socket.destroy();
    return;
  }
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), LEAVE_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.end(() => {
    if (socket.readableEnded) socket.destroy();
  });
  socket.on('end', () => {
    if (socket.writableFinished) socket.destroy();
  });
  socket.resume();
}
