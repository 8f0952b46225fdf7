/** Who is there, and when they leave: USER, PASS, ACCT, REIN, QUIT (RFC 959 §4.1.1). */
import { type Reply, reply } from '../../wire/reply.ts';
import { anyText, nothing, text } from '../arguments.ts';
import { command } from '../command.ts';
import type { Session } from '../session.ts';

const user = command({
  verbs: ['USER'],
  summary: 'Say who you are',
  source: 'RFC 959 §4.1.1',
  login: 'not-needed',
  identifies: true,
  duringTransfer: 'waits',
  argument: text('<name>'),
  async *run(session, name) {
    if (!session.advanceLogin('user')) return yield reply(503);
    session.forget();
    session.userName = name;
    yield reply(331, `Password for ${name}, please.`);
  },
});

const pass = command({
  verbs: ['PASS'],
  summary: 'Give the password',
  source: 'RFC 959 §4.1.1',
  login: 'not-needed',
  identifies: true,
  duringTransfer: 'waits',
  argument: anyText,
  secret: true,
  async *run(session, password) {
    if (!session.advanceLogin('password'))
      return yield reply(503, session.login === 'in' ? 'You are logged in already.' : 'USER first.');
    yield await logIn(session, password);
  },
});

async function logIn(session: Session, password: string): Promise<Reply> {
  const { authenticator, observe, limits } = session.context;
  const address = session.ends.peerAddress;
  const name = session.userName;
  try {
    const verdict = await authenticator.login({
      name,
      password,
      address,
      protocol: 'ftp',
      signal: session.gone.signal,
    });
    if (verdict.outcome === 'accepted') {
      session.advanceLogin('right');
      session.admit(verdict.account);
      observe({
        ...session.origin,
        kind: 'login',
        account: verdict.account.name,
        anonymous: verdict.account.anonymous,
      });
      return reply(230, `Logged in as ${verdict.account.name}.`);
    }
    const lockedOut = verdict.outcome === 'locked-out';
    observe({
      ...session.origin,
      kind: 'login-failed',
      account: name,
      reason: verdict.reason,
    });
    if (lockedOut) return hangUp(session, 'Too many failed logins from your address; try again later.');
  } catch (error) {
    // Whatever went wrong with the check, nobody is in.
    if (!session.gone.signal.aborted) session.fault('PASS', error);
  }
  session.passwordFailures += 1;
  if (session.passwordFailures >= limits.passwordTries) return hangUp(session, 'Too many failed logins.');
  session.advanceLogin('wrong');
  return reply(530, 'Name or password is wrong.');
}

function hangUp(session: Session, why: string): Reply {
  session.advanceLogin('too-many');
  session.closing = 'too many failed logins';
  return reply(421, why);
}

const account = command({
  verbs: ['ACCT'],
  summary: 'Give an account (not needed here)',
  source: 'RFC 959 §4.1.1',
  login: 'required',
  identifies: true,
  duringTransfer: 'waits',
  argument: text('<account>'),
  secret: true,
  async *run() {
    yield reply(202, 'Accounts are not needed here.');
  },
});

const reinitialize = command({
  verbs: ['REIN'],
  summary: 'Log out, keep the connection',
  source: 'RFC 959 §4.1.1',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: nothing,
  async *run(session) {
    if (!session.advanceLogin('reinitialise')) return yield reply(503);
    session.forget();
    session.userName = '';
    yield reply(220, session.context.greeting);
  },
});

const quit = command({
  verbs: ['QUIT'],
  summary: 'End the session, after the running transfer',
  source: 'RFC 959 §4.1.1',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: nothing,
  async *run(session) {
    session.closing = 'the client said QUIT';
    yield reply(221);
  },
});

export const ACCESS = [user, pass, account, reinitialize, quit];
