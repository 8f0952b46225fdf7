/** Who is there, and when they leave: USER, PASS, ACCT, REIN, QUIT (RFC 959 §4.1.1). */
import type { Account } from '../../../../accounts/account.ts';
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
  const { admission, authenticator } = session.context;
  const { ends, security, userName: name, gone } = session;
  const address = ends.peerAddress;
  const mayTry = admission.tryLogin(address);
  if (mayTry.outcome === 'refused') {
    session.limited(mayTry.reason);
    return hangUp(session, `Not now: ${mayTry.reason}.`);
  }
  try {
    const { protocol } = session.origin;
    const { certificateNames } = security;
    const attempt = { name, password, address, protocol, certificateNames, signal: gone.signal };
    const verdict = await authenticator.login(attempt);
    if (verdict.outcome === 'accepted') return letIn(session, verdict.account);
    tellRefusal(session, verdict.reason);
    if (verdict.outcome === 'locked-out')
      return hangUp(session, 'Too many failed logins from your address; try again later.');
  } catch (error) {
    // Whatever went wrong with the check, nobody is in.
    if (!gone.signal.aborted) session.fault('PASS', error);
  }
  return wrongPassword(session);
}

const tellRefusal = (session: Session, reason: string): void =>
  session.context.observe({ ...session.origin, kind: 'login-failed', account: session.userName, reason });

/** The account is right; whether there is a place for one more session of it is another question. */
function letIn(session: Session, account: Account): Reply {
  const { admission, observe } = session.context;
  const place = session.gone.signal.aborted ? GONE : admission.join(account);
  if (place.outcome === 'refused') {
    session.limited(`${account.name} was not let in: ${place.reason}`);
    session.advanceLogin('wrong');
    return reply(530, `Not now: ${place.reason}.`);
  }
  session.advanceLogin('right');
  session.admit(account, () => place.leave());
  observe({ ...session.origin, kind: 'login', account: account.name, anonymous: account.anonymous });
  return reply(230, `Logged in as ${account.name}.`);
}

const GONE = { outcome: 'refused', reason: 'the client has left' } as const;

function wrongPassword(session: Session): Reply {
  session.passwordFailures += 1;
  if (session.passwordFailures >= session.context.limits.passwordTries)
    return hangUp(session, 'Too many failed logins.');
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
