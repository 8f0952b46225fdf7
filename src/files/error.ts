/** The kinds of failure a file system can have. Each protocol translates them once, in a table over all kinds. */

export const FILE_ERROR_KINDS = [
  'not-found',
  'exists',
  'denied',
  'is-directory',
  'not-directory',
  'not-empty',
  'not-regular',
  'bad-name',
  'bad-offset',
  'cross-device',
  'busy',
  'full',
  'quota',
  'read-only',
  'unsupported',
  'too-many-links',
  'interrupted',
  'rejected',
  'io',
  // Of places that lie at the other end of a network:
  /** No connection came about. */
  'unreachable',
  /** The peer was silent for too long. */
  'timed-out',
  /** The connection ended in the middle. */
  'connection-lost',
  /** The peer serves no more connections for now. */
  'too-many-connections',
  'login-refused',
  /** A certificate or host key that is not trusted. */
  'not-trusted',
  /** The peer does not keep to its protocol. */
  'protocol',
  /** What the peer asks for would harm the one who asks: another host, a name that leaves its folder. */
  'unsafe',
  /** A bound of our own was reached. */
  'limit',
  /** What arrived is not what was sent. */
  'integrity',
] as const;

export type FileErrorKind = (typeof FILE_ERROR_KINDS)[number];

/** Kinds after which the same call may succeed a while later. */
const PASSING: ReadonlySet<FileErrorKind> = new Set<FileErrorKind>([
  'busy',
  'unreachable',
  'timed-out',
  'connection-lost',
  'too-many-connections',
]);

export interface FileErrorOptions extends ErrorOptions {
  /** A sentence for people, without the path: what happened, and where it helps, what to do. */
  readonly detail?: string;
  /** What the peer said, as it said it: `550 No such file`. It may hold anything: escape it before showing it. */
  readonly reply?: string;
  /** Not worth another try, although failures of this kind are as a rule. */
  readonly again?: 'pointless';
}

/** A failure that the caller may meet in ordinary use. Anything else that is thrown is a bug. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly kind: FileErrorKind;
  /** The virtual path that was asked for; `/` where no path was. */
  readonly path: string;
  readonly detail: string | undefined;
  readonly reply: string | undefined;
  readonly #again: 'pointless' | undefined;

  constructor(kind: FileErrorKind, path: string, { detail, reply, again, ...options }: FileErrorOptions = {}) {
    super(detail === undefined ? `${kind}: ${path}` : `${path}: ${detail}`, options);
    this.kind = kind;
    this.path = path;
    this.detail = detail;
    this.reply = reply;
    this.#again = again;
  }

  /** Whether it is worth to try the same again later. */
  get retryable(): boolean {
    return this.#again === undefined && PASSING.has(this.kind);
  }
}
