/** A session for whoever runs this process, with the rights that the system gives them: what engines on stdio serve. */
import process from 'node:process';
import type { Account } from '../accounts/account.ts';
import type { Admitted } from '../accounts/admission.ts';
import { permissionsOf } from '../accounts/permission.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { localFileSystem, type LocalFileSystem } from '../files/index.ts';
import type { Observer } from '../observe/event.ts';
import { createLog } from '../observe/log.ts';
import type { LineDestination } from '../observe/line-sink.ts';
import { SessionActivity } from '../observe/session-activity.ts';
import { localUserName } from './local-user.ts';

export interface OwnSession<P> {
  readonly account: Account;
  readonly observe: Observer;
  readonly clock: Clock;
  readonly origin: { readonly protocol: P; readonly session: string; readonly peer: string };
  readonly activity: SessionActivity;
  readonly uploadOwner: string;
  readonly beginTransfer: () => Admitted;
  readonly signal: AbortSignal;
  readonly close: () => void;
}

const FREE: Admitted = { outcome: 'admitted', leave: () => undefined };

export interface OwnBounds {
  /** The directory that becomes `/`; all of the machine unless told. */
  readonly root?: string | undefined;
  /** Aborted: the session ends at once. */
  readonly signal?: AbortSignal | undefined;
}

/** `log`: where the log goes; nowhere when left out. */
export function ownSession<P extends 'sftp' | 'scp'>(
  protocol: P,
  log: LineDestination | undefined,
  { root = '/', signal = new AbortController().signal }: OwnBounds = {},
): OwnSession<P> {
  // As programs of the system do, it leaves the moment of writing to the system.
  const files: LocalFileSystem = localFileSystem({ root, flush: 'never' });
  const name = localUserName();
  const account: Account = { name, files, permissions: permissionsOf('read-write'), anonymous: false };
  const observe: Observer =
    log === undefined ? () => undefined : createLog({ format: 'text', destination: log, clock: systemClock });
  return {
    account,
    observe,
    clock: systemClock,
    origin: { protocol, session: String(process.pid), peer: 'stdio' },
    activity: new SessionActivity(systemClock),
    uploadOwner: name,
    beginTransfer: () => FREE,
    signal,
    close: () => files.close(),
  };
}
