/** Sessions of the client with scripted servers, and the few calls that the cases are made of. */
import type { createManualClock } from '../../src/base/manual-clock.ts';
import type { ClientEvent } from '../../src/observe/client-event.ts';
import type { FtpClientOptions } from '../../src/protocols/ftp/client/options.ts';
import { openSession } from '../../src/protocols/ftp/client/open-session.ts';
import type { FtpSession, TransferOptions } from '../../src/protocols/ftp/client/session.ts';
import { type ScriptedServer, scriptedFtp, type ScriptOptions } from './scripted-ftp.ts';

export interface Meeting extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly events: readonly ClientEvent[];
  /** What a client of this server is told, with `wanted` besides. */
  options(wanted?: Partial<FtpClientOptions>): FtpClientOptions;
  open(wanted?: Partial<FtpClientOptions>): Promise<FtpSession>;
}

/** A scripted server whose clients wait by a clock that the test moves, if it gives one. */
export async function meet(
  script: ScriptOptions,
  { clock }: { readonly clock?: ReturnType<typeof createManualClock> } = {},
): Promise<Meeting> {
  const server = await scriptedFtp(script);
  const events: ClientEvent[] = [];
  const options = (wanted: Partial<FtpClientOptions> = {}): FtpClientOptions => ({
    host: server.host,
    port: server.port,
    user: 'u',
    password: 'p',
    ...(clock !== undefined && { clock }),
    observe: (event) => void events.push(event),
    ...wanted,
  });
  const sessions: FtpSession[] = [];
  return {
    server,
    events,
    options,
    async open(wanted) {
      const session = await openSession(options(wanted), sessions.length + 1);
      sessions.push(session);
      return session;
    },
    async [Symbol.asyncDispose]() {
      // A server that is gone is not waited for.
      await server[Symbol.asyncDispose]();
      for (const session of sessions) await session.close();
    },
  };
}

/** Everything of a RETR. */
export async function fetchAll(session: FtpSession, path = '/f', options: TransferOptions = {}): Promise<Buffer> {
  const incoming = await session.retrieve({ verb: 'RETR', argument: path }, options);
  const pieces: Buffer[] = [];
  for (;;) {
    const into = Buffer.alloc(64 * 1024);
    const count = await incoming.read(into);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(into.subarray(0, count));
  }
}

/** A STOR of all of it. */
export async function storeAll(session: FtpSession, content: Uint8Array, path = '/up'): Promise<void> {
  const outgoing = await session.store({ verb: 'STOR', argument: path });
  await outgoing.write(content);
  await outgoing.finish();
}

/** The notes for people among the events. */
export const notesOf = ({ events }: Meeting): string =>
  events.flatMap((event) => (event.kind === 'note' ? [event.text] : [])).join('\n');
