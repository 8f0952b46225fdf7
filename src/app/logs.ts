/** Where events go besides the log: the audit log and the xferlog, where they are wished. */
import type { Clock } from '../base/clock.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { ServeSettings } from '../config/settings.ts';
import { auditPlaceOf, createAudit } from '../observe/audit.ts';
import type { Observer } from '../observe/event.ts';
import { createXferlog } from '../observe/xferlog.ts';
import { type AppendFile, openAppendFile, readTail } from './append-file.ts';

/** Enough for the last line of an audit log, whatever stands in it. */
const TAIL_BYTES = 1_048_576;

export interface Logs extends AsyncDisposable {
  /** Tells all of them. */
  readonly observe: Observer;
  /** Opens the files anew: they may have been renamed. */
  reopen(): Promise<void>;
}

interface LogSurroundings {
  /** The log itself, which also hears of what befalls the files. */
  readonly observe: Observer;
  readonly clock: Clock;
}

function opened<T>(where: string, path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([{ where, what: `${path} cannot be written (${why}); name a file that can` }]);
  }
}

/** Throws a `ConfigurationError` when a file cannot be opened. */
export function openLogs({ audit, xferlog }: ServeSettings, { observe, clock }: LogSurroundings): Logs {
  const files: AppendFile[] = [];
  const observers: Observer[] = [observe];
  const open = (where: string, path: string): AppendFile => {
    const file = opened(where, path, () => openAppendFile({ path, observe }));
    files.push(file);
    return file;
  };
  if (audit !== undefined) {
    const { path, listings } = audit;
    const after = auditPlaceOf(opened('audit.file', path, () => readTail(path, TAIL_BYTES)));
    observers.push(createAudit({ destination: open('audit.file', path), clock, after, listings }));
  }
  if (xferlog !== undefined) observers.push(createXferlog({ destination: open('xferlog', xferlog), clock }));
  return {
    observe: observers.length === 1 ? observe : (event) => observers.forEach((each) => each(event)),
    async reopen() {
      await Promise.all(files.map((file) => file.reopen()));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(files.map((file) => file[Symbol.asyncDispose]()));
    },
  };
}
