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
] as const;

export type FileErrorKind = (typeof FILE_ERROR_KINDS)[number];

/** A failure that the caller may meet in ordinary use. Anything else that is thrown is a bug. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly kind: FileErrorKind;
  /** The virtual path that was asked for. */
  readonly path: string;

  constructor(kind: FileErrorKind, path: string, options?: ErrorOptions) {
    super(`${kind}: ${path}`, options);
    this.kind = kind;
    this.path = path;
  }
}
