/** An operation of install mode as one sees it: it begins, goes through phases, and ends in SUCCESS or FAILED. */
import type { Call } from '../command.ts';
import { installTimeText } from '../render/time.ts';
import { InstallFailure } from './provisioning.ts';

/** What a phase takes on a real one, in milliseconds. */
const PHASE_MS = 120_000;
/** Lines of `show install log` that are kept; older ones go. */
const MOST_LOGGED = 60;

export interface Operation {
  readonly call: Call;
  /** `install_add_activate_commit`. */
  readonly name: string;
}

export async function say({ session }: Call, text: string): Promise<void> {
  await session.write(`${text}\n`);
}

const stamp = ({ system }: Call): string => installTimeText(system.now());

/** Remembers how an operation went, past reloads. */
function remember({ call: { system }, name }: Operation, what: string): void {
  const { installLog = [] } = system.hardware.facts;
  const line = `${name}]: ${what} ${installTimeText(system.now())}`;
  system.hardware.change({ installLog: [...installLog, line].slice(-MOST_LOGGED) });
}

export async function begin(operation: Operation): Promise<void> {
  const { call, name } = operation;
  await say(call, `${name}: START ${stamp(call)}`);
  remember(operation, 'START');
  call.system.log({ facility: 'INSTALL', severity: 5, mnemonic: 'INSTALL_START_INFO', text: `Started ${name}` });
}

export async function succeed(operation: Operation): Promise<string> {
  const { call, name } = operation;
  remember(operation, 'END SUCCESS ');
  call.system.log({ facility: 'INSTALL', severity: 5, mnemonic: 'INSTALL_COMPLETED_INFO', text: `Completed ${name}` });
  await say(call, `SUCCESS: ${name}  ${stamp(call)}`);
  return '';
}

/** Failures are no `%` errors here. */
export async function orFailed(operation: Operation, act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error;
    remember(operation, `END FAILED  ${error.message}`);
    return `FAILED: ${error.message}\nFAILED: ${operation.name}  ${stamp(operation.call)}\n`;
  }
}

/** What comes behind it does not come about when the system goes down meanwhile. */
export async function pause({ system }: Call): Promise<void> {
  await system.faults.wait(PHASE_MS * system.world.pace);
  system.stopped.throwIfAborted();
}

export async function phase(
  call: Call,
  name: 'Add' | 'Activate' | 'Commit' | 'Rollback',
  act: () => Promise<void>,
): Promise<void> {
  await say(
    call,
    `--- Starting ${name} ---\nPerforming ${name} on Active/Standby\n  [1] ${name} package(s) on switch 1`,
  );
  await act();
  await pause(call);
  await say(
    call,
    `  [1] Finished ${name} on switch 1\nChecking status of ${name} on [1]\n${name}: Passed on [1]\nFinished ${name}\n`,
  );
}

/** Asks until one of the letters, or the word behind it, is the answer. */
export async function choose<Letter extends string>(
  { session }: Call,
  question: string,
  words: Readonly<Record<Letter, string>>,
): Promise<Letter> {
  for (;;) {
    const answer = (await session.ask(question)).trim().toLowerCase();
    for (const letter in words) if (answer === letter || answer === words[letter]) return letter;
  }
}

export const isYes = async (call: Call, question: string): Promise<boolean> =>
  (await choose(call, question, { y: 'yes', n: 'no' })) === 'y';

/** Reloads, and waits until that has taken the line. */
export async function reloadNow({ call }: Operation): Promise<void> {
  const by = call.session.user ?? 'console';
  call.system.log({
    facility: 'SYS',
    severity: 5,
    mnemonic: 'RELOAD',
    text: `Reload requested by ${by}. Reload Reason: Reload Command.`,
  });
  call.system.reload({ reason: 'reload', by });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  call.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (!call.signal.aborted) await promise;
}
