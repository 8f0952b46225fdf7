/** SCP as a server: one `exec` request, from its command line to its exit status. There is no shell anywhere. */
import { printable } from '../../../base/escape.ts';
import { ChannelLostError, type ServedChannel } from '../../ssh/channel/byte-channel.ts';
import { CutOffError, NotScpError } from '../channel/conversation.ts';
import { parseScpCommand, type ParsedCommand, type ScpCommand } from '../wire/command.ts';
import { printMessage } from '../wire/record.ts';
import { receiveFiles } from './receive-files.ts';
import { RunEnded, ScpRun } from './scp-run.ts';
import { sendFiles } from './send-files.ts';
import type { ScpSession } from './session-options.ts';

export { isScpCommand } from '../wire/command.ts';

const FAILED = 1;
/** What a client shows of a message. */
const SHOWN = 300;

async function runCommand(channel: ServedChannel, command: ScpCommand, session: ScpSession): Promise<number> {
  const run = new ScpRun(channel, command, session);
  try {
    const [first] = command.paths;
    if (command.role === 'source') await sendFiles(run, command.paths);
    else await receiveFiles(run, first?.text ?? '.');
    return run.exitStatus;
  } catch (error) {
    if (error instanceof RunEnded || error instanceof CutOffError || error instanceof ChannelLostError) return FAILED;
    if (session.signal.aborted) return FAILED;
    if (error instanceof NotScpError)
      await run.conversation.say({ kind: 'fatal', text: `scp: protocol error: ${error.message}` });
    else {
      session.observe({ kind: 'fault', where: run.verb, cause: error });
      await run.conversation.say({ kind: 'fatal', text: 'scp: the server failed; see its log' });
    }
    return FAILED;
  }
}

async function refuse(channel: ServedChannel, line: string, why: string, session: ScpSession): Promise<number> {
  const { observe, origin, account } = session;
  observe({ ...origin, kind: 'command-failed', account: account.name, verb: 'scp', argument: line, reply: why });
  const text = printable(`scp: ${why}`).slice(0, SHOWN);
  await channel.write(printMessage({ kind: 'warning', text }));
  return FAILED;
}

/** Serves a command that has been taken apart already; `line` is how it is known in the log. */
export async function serveScpCommand(
  channel: ServedChannel,
  parsed: ParsedCommand,
  line: string,
  session: ScpSession,
): Promise<void> {
  const stop = (): void => channel.destroy();
  session.signal.addEventListener('abort', stop, { once: true });
  if (session.signal.aborted) stop();
  session.activity.touch();
  try {
    const status =
      parsed.outcome === 'refused'
        ? await refuse(channel, line, parsed.why, session)
        : await runCommand(channel, parsed.command, session);
    channel.exit(status);
  } catch (error) {
    // Even the last word found nobody.
    if (!(error instanceof ChannelLostError)) session.observe({ kind: 'fault', where: 'scp', cause: error });
    channel.exit(FAILED);
  } finally {
    session.signal.removeEventListener('abort', stop);
  }
}

/**
 * Serves the command line of an `exec` request, as text that stands for its bytes. Resolves when the exit status has been
 * sent, or the channel is lost: 0 when all went well, 1 otherwise, as OpenSSH's scp. Never rejects for what a client does.
 */
export const serveScp = (channel: ServedChannel, command: string, session: ScpSession): Promise<void> =>
  serveScpCommand(channel, parseScpCommand(command), command, session);
