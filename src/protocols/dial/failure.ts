/** How failures of a connection are made: one error class, with what to do about it. */
import { FileError, type FileErrorKind } from '../../files/error.ts';

/** A failure of the connection itself: it belongs to no path. `detail` is a sentence without its full stop. */
export const connectionFailure = (kind: FileErrorKind, detail: string, options: ErrorOptions = {}): FileError =>
  new FileError(kind, '/', { ...options, detail });
