/** Tells programs that everything is open: a line on standard output, and a file that appears whole. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { MadeUpAccount } from '../app/made-up-account.ts';
import type { OpenListener } from '../app/serve.ts';
import { CommandError } from './command.ts';
import { EXIT } from './exit-code.ts';
import { urlOf } from './first-screen.ts';

interface Ready {
  readonly listeners: readonly OpenListener[];
  readonly pid: number;
}

/** What other programs are told of listeners, whatever they speak. */
interface Announced {
  readonly listeners: readonly { readonly protocol: string; readonly host: string; readonly port: number }[];
  readonly pid: number;
}

/** `ready ftp://127.0.0.1:2121`. */
export const readyText = ({ listeners }: Ready): string => `ready ${listeners.map(urlOf).join(' ')}\n`;

/** The same as JSON; the account that was made up is in it, because no other place tells its password. */
export const readyJson = ({ listeners, pid }: Ready, madeUp: MadeUpAccount | undefined): string =>
  `${JSON.stringify({ event: 'ready', listeners, pid, ...(madeUp === undefined ? {} : { account: madeUp }) })}\n`;

const unwritable = (path: string, cause: unknown): CommandError => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  return new CommandError(EXIT.failed, `--ready-file ${path} cannot be written (${code}); name another file`, {
    cause,
  });
};

/** Removes what an earlier run left, so that nobody takes it for this one's. */
export function clearReadyFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Puts the file in place in one step: who sees it sees all of it. */
export function writeReadyFile(path: string, { listeners, pid }: Announced): void {
  const beside = `${path}.${pid}`;
  try {
    writeFileSync(beside, `${JSON.stringify({ listeners, pid })}\n`);
    renameSync(beside, path);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw unwritable(path, cause);
  }
}
