/** What an operator sees of an FTP session. */
import { rateOf } from '../../../observe/quantities.ts';
import type { SessionInfo, TransferInfo } from '../../../observe/session-info.ts';
import type { Waiting } from './deadline.ts';
import type { Session } from './session.ts';

/** `nowMs` is monotonic. */
export function sessionInfo(session: Session, waiting: Waiting, nowMs: number): SessionInfo {
  const { accountName, origin } = session;
  const transfer = transferInfo(session, nowMs);
  return {
    ...origin,
    encrypted: encryptionOf(session),
    sinceMs: nowMs - waiting.openedMs,
    idleMs: idleFor(session, waiting, nowMs),
    state: stateOf(waiting),
    ...(accountName === undefined ? {} : { account: accountName }),
    ...(transfer === undefined ? {} : { transfer }),
  };
}

function encryptionOf({ security }: Session): SessionInfo['encrypted'] {
  if (security.isControlPrivate) return security.isDataPrivate ? 'control and data' : 'control';
  return 'no';
}

function stateOf({ closingMs, transferMs, loggedIn, busy }: Waiting): SessionInfo['state'] {
  if (closingMs !== undefined) return 'closing';
  if (transferMs !== undefined) return 'transferring';
  if (!loggedIn) return 'logging in';
  return busy ? 'busy' : 'idle';
}

/** A transfer whose bytes are all here waits for the disk and not for the client: it is not idle. */
function idleFor({ transfer }: Session, { activeMs, busy }: Waiting, nowMs: number): number {
  if (transfer !== undefined) return Math.max(0, nowMs - transfer.progressMs);
  return busy ? 0 : nowMs - activeMs;
}

function transferInfo({ transfer }: Session, nowMs: number): TransferInfo | undefined {
  if (transfer === undefined) return undefined;
  const { plan, bytes, startedMs } = transfer;
  return {
    verb: plan.verb,
    path: plan.path,
    bytes,
    rateBytesPerSecond: rateOf(bytes, nowMs - startedMs),
    ...(plan.totalBytes === undefined ? {} : { totalBytes: plan.totalBytes }),
  };
}
