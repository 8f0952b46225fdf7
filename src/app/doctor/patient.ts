/** The server that is examined, and what every step of the examination may use. */
import type { Clock } from '../../base/clock.ts';
import type { VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../../files/error.ts';
import type { ClientEvent } from '../../observe/client-event.ts';
import type { FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import type { FtpSession } from '../../protocols/ftp/client/session.ts';

export type OpenSession = (options: FtpClientOptions, connection: number) => Promise<FtpSession>;

/** A session, and what it told while it was opened and used. */
export interface Consultation extends AsyncDisposable {
  readonly session: FtpSession;
  readonly told: readonly ClientEvent[];
}

export interface Patient {
  /** As the person wants to connect. */
  readonly options: FtpClientOptions;
  readonly clock: Clock;
  /** What the address names: the directory in which the sessions are, and a file in it when one is named. */
  readonly place: Place;
  /** Logged in with `options`, in the place's directory. */
  readonly main: Consultation;
  /** A session of its own, with other options, in the directory of the login. */
  open(changes: Partial<FtpClientOptions>): Promise<Consultation>;
  readonly signal: AbortSignal;
}

export interface Place {
  /** Absent: the directory of the login. */
  readonly directory?: VirtualPath;
  readonly file?: string;
}

/** Of one session no more events are kept. */
const MAX_EVENTS = 2_000;

/** Opens a session and keeps what it tells; what observes already hears of it too. */
export async function consult(
  openSession: OpenSession,
  options: FtpClientOptions,
  connection: number,
): Promise<Consultation> {
  const told: ClientEvent[] = [];
  const observe = (event: ClientEvent): void => {
    if (told.length < MAX_EVENTS) told.push(event);
    options.observe?.(event);
  };
  const session = await openSession({ ...options, observe }, connection);
  return { session, told, [Symbol.asyncDispose]: () => session.close() };
}

/** What the connection told of a kind, in its order. */
export const toldOf = <K extends ClientEvent['kind']>(
  { told }: Pick<Consultation, 'told'>,
  kind: K,
): readonly Extract<ClientEvent, { kind: K }>[] =>
  told.filter((event): event is Extract<ClientEvent, { kind: K }> => event.kind === kind);

/** A failure as the clause of a sentence. Anything but a `FileError` is a bug, and thrown on. */
export function whyOf(error: unknown): string {
  if (!(error instanceof FileError)) throw error;
  const { detail, reply, kind } = error;
  if (detail !== undefined && reply !== undefined && !detail.includes(reply)) return `${detail} (${reply})`;
  return detail ?? reply ?? kind;
}
