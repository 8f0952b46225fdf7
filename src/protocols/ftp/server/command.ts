/**
 * The row that describes a command, and the gate that every command passes: login, argument, permission, and the
 * translation of failures happen here once, so that handlers receive meaning and stay short.
 */
import type { Permission } from '../../../accounts/permission.ts';
import { FileError } from '../../../files/error.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { replyForFileError } from './file-reply.ts';
import type { Session } from './session.ts';
import { TransferFailure } from './transfer.ts';

/** What a handler gives: replies in their order. */
export type Replies = AsyncGenerator<Reply, void, void>;

/** How the text behind a verb becomes a value; `undefined` is a 501. */
export interface ArgumentSyntax<A> {
  /** As HELP shows it: `<pathname>`. */
  readonly usage: string;
  readonly parse: (text: string, session: Session) => A | undefined;
}

export interface CommandRow<A> {
  /** `MKD`, its other spelling `XMKD`, or two words: `SITE CHMOD`, `OPTS MLST`. */
  readonly verbs: readonly [string, ...string[]];
  readonly summary: string;
  /** The RFC and section that says what it does. */
  readonly source: string;
  readonly login: 'required' | 'not-needed';
  readonly permission?: Permission;
  /** `live`: answered at once also while a transfer runs; `waits`: in its turn. */
  readonly duringTransfer: 'live' | 'waits';
  /** It takes the data connection that was agreed on, and leaves none behind whatever happens. */
  readonly usesData?: true;
  /** It says who the client is: refused in the clear where the listener demands encryption. */
  readonly identifies?: true;
  /** Nothing behind it is read until it is answered: what follows is in another language. */
  readonly endsReading?: true;
  readonly argument: ArgumentSyntax<A>;
  /** The argument is a secret: it never reaches an event. */
  readonly secret?: true;
  /** Lines of FEAT that this row stands for (RFC 2389 §3.2). */
  readonly features?: readonly (string | ((session: Session) => string | readonly string[]))[];
  readonly run: (session: Session, argument: A) => Replies;
}

/** A row whose argument's type is sealed inside, so that one table holds all of them. */
export interface Command extends Omit<CommandRow<never>, 'argument' | 'run'> {
  readonly usage: string;
  execute(session: Session, text: string): Replies;
}

export function command<A>(row: CommandRow<A>): Command {
  return {
    ...row,
    usage: row.argument.usage,
    async *execute(session, text) {
      try {
        yield* admit(row, session, text);
      } catch (error) {
        yield replyFor(error, session, row.verbs[0]);
      } finally {
        if (row.usesData === true) session.forgetTransfer();
      }
    },
  };
}

const ENCRYPT_FIRST = 'Send AUTH TLS first: this server takes no names and passwords in the clear.';
const ENCRYPT_DATA = 'Send PBSZ 0 and PROT P first: this server moves no data in the clear.';

/** The gate. */
async function* admit<A>(row: CommandRow<A>, session: Session, text: string): Replies {
  if (row.identifies === true && session.security.demandsControl) return yield reply(530, ENCRYPT_FIRST);
  if (row.login === 'required' && session.login !== 'in') return yield reply(530);
  if (row.usesData === true && session.security.demandsData) return yield reply(522, ENCRYPT_DATA);
  const given = text.includes('\0') ? undefined : row.argument.parse(text, session);
  if (given === undefined) return yield reply(501, `Usage: ${row.verbs[0]} ${row.argument.usage}`.trimEnd());
  if (row.permission !== undefined && !session.may(row.permission)) return yield reply(550, 'Permission denied.');
  yield* row.run(session, given);
}

/** A known failure of the file system has its answer; anything else is a fault of ours and is never the client's syntax. */
function replyFor(error: unknown, session: Session, verb: string): Reply {
  if (error instanceof TransferFailure) return reply(error.code, error.message);
  if (error instanceof FileError) return replyForFileError(error);
  // What was stopped because the client is gone is nobody's fault.
  if (!session.gone.signal.aborted) session.fault(verb, error);
  return reply(451, 'Internal error; it has been logged.');
}
