/**
 * Remembers the TLS 1.2 sessions of one control connection for clients that refuse tickets, as curl does (RFC 5246 §7.3).
 * Node asks the server that a socket belongs to, so this is one: it never listens.
 */
import { Server } from 'node:net';

/** The control connection's own session, and those that data connections began anew. */
const MOST_SESSIONS = 4;

export function createSessionDesk(): Server {
  const sessions = new Map<string, Buffer>();
  const desk = new Server();
  desk.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), session);
    const [first = ''] = sessions.size > MOST_SESSIONS ? [...sessions.keys()].slice(1) : [];
    // The first one is the control connection's, which clients go on using.
    sessions.delete(first);
    done();
  });
  desk.on('resumeSession', (id: Buffer, answer: (error: Error | null, session: Buffer | null) => void) =>
    answer(null, sessions.get(id.toString('hex')) ?? null),
  );
  return desk;
}
