/** What all requests of one channel share: the account's files, what is open, and how events are told. */
import { isWithin, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry, FileSystem, StatOptions } from '../../../files/file-system.ts';
import type { TransferOutcome } from '../../../observe/event.ts';
import type { RunningTransfer } from '../../../observe/session-activity.ts';
import { STATUS } from '../wire/numbers.ts';
import { Handles, type OpenedFile } from './handle.ts';
import { DEFAULT_SFTP_LIMITS, type SftpLimits, type SftpSession } from './session-options.ts';
import { StatusError } from './status.ts';

/** A transfer as it is told when it has ended. */
export interface EndedTransfer {
  readonly direction: 'download' | 'upload' | 'listing';
  readonly verb: string;
  readonly path: VirtualPath;
  readonly running: RunningTransfer;
  readonly startBytes?: number;
  readonly outcome: TransferOutcome;
  readonly reason: string;
}

export class Desk {
  readonly session: SftpSession;
  readonly limits: SftpLimits;
  readonly handles: Handles;
  /** Uploads that are open: their names mean them, to this client. */
  readonly uploads = new Map<VirtualPath, OpenedFile>();

  constructor(session: SftpSession) {
    this.session = session;
    this.limits = { ...DEFAULT_SFTP_LIMITS, ...session.limits };
    this.handles = new Handles(this.limits.handles);
  }

  get files(): FileSystem {
    return this.session.account.files;
  }

  /** A name of the client as a path. Throws a `FileError` (`bad-name`). */
  path(name: string): VirtualPath {
    const path = resolvePath(this.session.startDirectory, name);
    if (path === undefined) throw new FileError('bad-name', this.session.startDirectory);
    return path;
  }

  /** Throws a `StatusError` where nothing may be changed. */
  checkWritable(): void {
    if (this.session.access === 'read-only')
      throw new StatusError(STATUS.permissionDenied, 'This session may only read');
  }

  /**
   * What stands under a name. An upload of this session that is open stands there already, for its client; so does what
   * its owner's interrupted upload left, where nothing else stands: that is how `reput` finds out where to go on.
   */
  async stat(path: VirtualPath, links: NonNullable<StatOptions['links']>): Promise<Entry> {
    const upload = this.uploads.get(path);
    if (upload !== undefined) return await upload.stat();
    try {
      return await this.files.stat(path, { links });
    } catch (error) {
      const left = await this.#interruptedAt(path, error);
      if (left === undefined) throw error;
      const name = path.slice(path.lastIndexOf('/') + 1);
      return { name, type: 'file', sizeBytes: left, modifiedMs: this.session.clock.now(), mode: 0o644 };
    }
  }

  async #interruptedAt(path: VirtualPath, error: unknown): Promise<number | undefined> {
    if (!(error instanceof FileError) || error.kind !== 'not-found') return undefined;
    return await this.interrupted(path);
  }

  /** Size of what this owner's interrupted upload left. */
  async interrupted(path: VirtualPath): Promise<number | undefined> {
    if (this.session.access === 'read-only') return undefined;
    return await this.files.interruptedSize?.(path, this.session.uploadOwner).catch(() => undefined);
  }

  /** A directory with an open upload below it moves: the upload would be published elsewhere than its client thinks. */
  checkNoUploadBelow(path: VirtualPath): void {
    for (const open of this.uploads.keys())
      if (open !== path && isWithin(path, open)) throw new StatusError(STATUS.failure, 'A file in it is being written');
  }

  changed(verb: string, path: VirtualPath, detail = ''): void {
    const { observe, origin, account } = this.session;
    observe({ ...origin, kind: 'changed', account: account.name, verb, path, detail });
  }

  failed(verb: string, argument: string, { text, cause }: { readonly text: string; readonly cause?: unknown }): void {
    const { observe, origin, account } = this.session;
    const rest = cause === undefined ? {} : { cause };
    observe({ ...origin, kind: 'command-failed', account: account.name, verb, argument, reply: text, ...rest });
  }

  fault(verb: string, cause: unknown): void {
    const { observe, origin } = this.session;
    observe({ kind: 'fault', where: `sftp ${verb} (${origin.session})`, cause });
  }

  ended({ running, ...told }: EndedTransfer): void {
    const { observe, origin, account, clock } = this.session;
    running.end();
    observe({
      ...origin,
      ...told,
      kind: 'transfer',
      account: account.name,
      bytes: running.bytes,
      startBytes: told.startBytes ?? 0,
      durationMs: clock.monotonic() - running.startedMs,
      // The client said that it was done, over a connection on which nothing is lost unseen.
      ...(told.direction === 'upload' && told.outcome === 'complete' ? { evidence: 'proven' as const } : {}),
    });
  }
}
