/** A transfer as one command: 150, the data connection, the bytes, and 226 or what went wrong; and what is told of it. */
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
  const transfer = new Transfer(plan, session.context.clock);
  session.transfer = transfer;
  try {
    yield reply(150, plan.opening);
    yield await attempt(session, transfer);
  } finally {
    session.transfer = undefined;
    transfer.finish();
  }
}

async function attempt(session: Session, transfer: Transfer): Promise<Reply> {
  const { plan } = transfer;
  try {
    if (session.abortWanted) transfer.stop('abor');
    if (session.leaving) transfer.stop('control-lost');
    const socket = await session.data.connect(transfer.signal);
    const destroy = (): void => void socket.destroy();
    transfer.signal.addEventListener('abort', destroy);
    if (transfer.signal.aborted) destroy();
    const text = await plan.move(socket, transfer);
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
  tell(
    session,
    transfer,
    'failed',
    `the data connection broke: ${error instanceof Error ? error.message : String(error)}`,
  );
  return reply(426, 'Transfer aborted: the data connection broke.');
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
