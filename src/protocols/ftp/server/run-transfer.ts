/** A transfer as one command: 150, the data connection, the bytes, and 226 or what went wrong; and what is told of it. */
import type { Socket } from 'node:net';
import type { Admitted, Refused } from '../../../accounts/admission.ts';
import { FileError } from '../../../files/error.ts';
import type { TransferOutcome } from '../../../observe/event.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { reasonOfFileError, replyForFileError } from './file-reply.ts';
import type { Session } from './session.ts';
import { type StopReason, Transfer, TransferFailure, type TransferPlan } from './transfer.ts';

const STOPPED: Readonly<Record<StopReason, { readonly outcome: TransferOutcome; readonly text: string }>> = {
  abor: { outcome: 'aborted', text: 'Transfer aborted by ABOR.' },
  stalled: { outcome: 'stalled', text: 'Transfer aborted: no byte moved for too long.' },
  'control-lost': { outcome: 'aborted', text: 'Transfer aborted: the control connection is gone.' },
  kicked: { outcome: 'aborted', text: 'Transfer aborted by the operator of the server.' },
  shutdown: { outcome: 'aborted', text: 'Transfer aborted: the server is shutting down.' },
};

/** Runs a transfer and yields its replies. */
export async function* runTransfer(session: Session, plan: TransferPlan): AsyncGenerator<Reply, void, void> {
  if (!session.data.agreed) {
    await plan.giveUp?.(undefined);
    return yield reply(425, 'Use PASV, EPSV, PORT or EPRT first.');
  }
  const place = placeFor(session, plan);
  if (place.outcome === 'refused') {
    await plan.giveUp?.(undefined);
    session.limited(place.reason);
    return yield reply(450, `${place.reason}; try again later.`);
  }
  const transfer = new Transfer(plan, session.context.clock);
  session.transfer = transfer;
  try {
    yield reply(150, plan.opening);
    yield await attempt(session, transfer);
  } finally {
    session.transfer = undefined;
    place.leave();
    transfer.finish();
  }
}

const FREE: Admitted = { outcome: 'admitted', leave: () => undefined };

/** Listings cost little and count for nothing. */
const placeFor = ({ context, account }: Session, { direction }: TransferPlan): Admitted | Refused =>
  direction === 'listing' ? FREE : context.admission.beginTransfer(account);

/** The data connection, encrypted where that was agreed on. */
function connectData({ data, security }: Session, { plan, signal }: Transfer): Promise<Socket> {
  if (!security.isDataPrivate) return data.connect(signal);
  const direction = plan.direction === 'upload' ? 'receives' : 'sends';
  return data.connect(signal, (socket) => security.secureData(socket, direction, signal));
}

async function moveOver(socket: Socket, transfer: Transfer): Promise<string> {
  const destroy = (): void => void socket.destroy();
  transfer.signal.addEventListener('abort', destroy);
  if (transfer.signal.aborted) destroy();
  try {
    return await transfer.plan.move(socket, transfer);
  } catch (error) {
    destroy();
    throw error;
  }
}

async function attempt(session: Session, transfer: Transfer): Promise<Reply> {
  const { plan } = transfer;
  try {
    if (session.abortWanted) transfer.stop('abor');
    if (session.leaving) transfer.stop('control-lost');
    const text = await moveOver(await connectData(session, transfer), transfer);
    tell(session, transfer, 'complete', '');
    return reply(226, text);
  } catch (error) {
    await plan.giveUp?.(error);
    return failure(session, transfer, error);
  }
}

function failure(session: Session, transfer: Transfer, error: unknown): Reply {
  if (transfer.stopped !== undefined) {
    const { outcome, text } = STOPPED[transfer.stopped];
    tell(session, transfer, outcome, text);
    return reply(426, text);
  }
  if (error instanceof FileError) {
    tell(session, transfer, 'failed', reasonOfFileError(error));
    return replyForFileError(error);
  }
  if (error instanceof TransferFailure) {
    tell(session, transfer, 'failed', error.message);
    return reply(error.code, error.message);
  }
  if (!isSocketError(error)) session.fault(transfer.plan.verb, error);
  tell(session, transfer, 'failed', brokenBecause(error, transfer));
  return reply(426, 'Transfer aborted: the data connection broke.');
}

/** ECONNRESET and EPIPE are the client's doing; what else breaks a connection is told as it is. */
function brokenBecause(error: unknown, { plan, bytes }: Transfer): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ECONNRESET' && code !== 'EPIPE')
    return `the data connection broke: ${error instanceof Error ? error.message : String(error)}`;
  const perhaps =
    plan.direction === 'upload' ? 'it was stopped, or cut on the way' : 'it was stopped, or its disk is full';
  return `the client broke the data connection off after ${bytes} bytes: ${perhaps}`;
}

/** Errors of sockets carry a code: ECONNRESET, EPIPE, ERR_STREAM_PREMATURE_CLOSE, … */
const isSocketError = (error: unknown): boolean => error instanceof Error && 'code' in error;

function tell(session: Session, transfer: Transfer, outcome: TransferOutcome, reason: string): void {
  const { plan, bytes, startedMs } = transfer;
  const evidence = outcome === 'complete' ? plan.evidence?.(transfer) : undefined;
  session.transfersDone += 1;
  session.bytesMoved += bytes;
  session.context.observe({
    ...session.origin,
    kind: 'transfer',
    account: session.account.name,
    direction: plan.direction,
    ...(plan.direction === 'listing' ? {} : { type: session.type }),
    verb: plan.verb,
    path: plan.path,
    bytes,
    startBytes: plan.startBytes ?? 0,
    durationMs: session.context.clock.monotonic() - startedMs,
    outcome,
    reason,
    ...(evidence === undefined ? {} : { evidence }),
  });
}
