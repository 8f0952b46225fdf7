/** From the greeting to a session that can transfer: TLS, the login, and what the server can do. */
import type { FileErrorKind } from '../../../files/error.ts';
import { parseFeatures, parseQuotedPath } from '../wire/features.ts';
import type { TelnetEscape } from '../wire/printed-command.ts';
import type { ControlConnection } from './control-connection.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { isIntermediate, isPositive, shownReply } from './failure.ts';
import type { SecureClient } from './secure.ts';
import type { FtpReply, ServerFeatures } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** How servers say that they are full, whatever the code. */
const FULL = /too many|maximum|max\w* (?:number|clients|connections|users)|connection limit|try again later|no more/i;
/** A server that is busy may greet with 120 first (RFC 959 §5.4). */
const MAX_DELAYS = 3;

function refusalKind({ code, lines }: FtpReply): FileErrorKind {
  if (code === 421 || FULL.test(lines.join(' '))) return 'too-many-connections';
  return code === 530 || code === 532 || (code >= 430 && code < 440) ? 'login-refused' : 'protocol';
}

/** These take a doubled 255 for two. */
const WITHOUT_TELNET = /vsFTPd|Pure-FTPd|pyftpdlib/i;

/** Whether the server undoes Telnet's doubling, as far as its greeting tells: the standard says that it does. */
export const telnetEscapeFor = (greeting: string): TelnetEscape => (WITHOUT_TELNET.test(greeting) ? 'raw' : 'doubled');

/** The text of the greeting. */
export async function awaitGreeting(control: ControlConnection): Promise<string> {
  for (let delays = 0; delays <= MAX_DELAYS; delays += 1) {
    const reply = await control.inTime(control.nextReply());
    if (reply.code === 220) return reply.lines.join('\n');
    if (reply.code < 200) continue;
    throw connectionFailure(refusalKind(reply), `the server turned the connection away: ${shownReply(reply)}`);
  }
  throw connectionFailure('timed-out', 'the server kept saying that it will be ready soon');
}

/** AUTH TLS (RFC 4217 §4). Nothing goes on in the clear when the server declines. */
export async function startTls(control: ControlConnection, secure: SecureClient): Promise<void> {
  const reply = await control.exchange({ verb: 'AUTH', argument: 'TLS' });
  if (reply.code !== 234)
    throw connectionFailure(
      'not-trusted',
      `the server does not offer TLS (${shownReply(reply)}); ftp: instead of ftps: would send the password in the clear`,
    );
  if (control.hasUnread)
    throw connectionFailure('unsafe', 'the server sent something in the clear behind its consent to TLS');
  await control.encrypt((clear) => secure.secure(clear, 'the control connection'));
}

/** PBSZ and PROT (RFC 2228 §3, RFC 4217 §9): data connections are encrypted, or there are none. */
export async function protectData(control: ControlConnection): Promise<void> {
  // Some servers want PBSZ, and some know only PROT: the latter decides.
  await control.exchange({ verb: 'PBSZ', argument: '0' });
  const reply = await control.exchange({ verb: 'PROT', argument: 'P' });
  if (!isPositive(reply))
    throw connectionFailure('not-trusted', `the server does not encrypt data connections: ${shownReply(reply)}`);
}

/** USER, PASS and ACCT (RFC 959 §4.1.1, §6). Rejects with `login-refused` or `too-many-connections`. */
export async function logIn(control: ControlConnection, settings: SessionSettings): Promise<void> {
  const { user, password, account } = settings;
  let reply = await control.exchange({ verb: 'USER', argument: user });
  if (reply.code === 331) {
    if (password === undefined)
      throw connectionFailure('login-refused', `the server wants a password for ${user}, and none was given`);
    reply = await control.exchange({ verb: 'PASS', argument: password, secret: true });
  }
  if (reply.code === 332) {
    if (account === undefined)
      throw connectionFailure('login-refused', 'the server wants an account (ACCT) besides the password');
    reply = await control.exchange({ verb: 'ACCT', argument: account, secret: true });
  }
  if (isPositive(reply)) return;
  const kind = isIntermediate(reply) ? 'protocol' : refusalKind(reply);
  throw connectionFailure(kind, `the login of ${user} was refused: ${shownReply(reply)}`);
}

/** FEAT, SYST and PWD; what is refused is left empty. */
export async function askFeatures(control: ControlConnection, greeting: string): Promise<ServerFeatures> {
  const feat = await control.exchange({ verb: 'FEAT' });
  const features = feat.code === 211 ? parseFeatures(feat.lines) : new Map<string, string>();
  const syst = await control.exchange({ verb: 'SYST' });
  const pwd = await control.exchange({ verb: 'PWD' });
  return {
    features,
    system: isPositive(syst) ? syst.lines.join('\n') : '',
    greeting,
    home: (isPositive(pwd) ? parseQuotedPath(pwd.lines.join('\n')) : undefined) ?? '/',
  };
}

/** Servers that offer UTF-8 often speak it only when told to (RFC 2640 came without a command; OPTS is the custom). */
export async function askUtf8(control: ControlConnection, { features }: ServerFeatures): Promise<void> {
  if (features.has('UTF8')) await control.exchange({ verb: 'OPTS', argument: 'UTF8 ON' });
}
