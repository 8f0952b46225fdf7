/** How failures of a conversation are made: one error class, with what the peer said and what to do about it. */
import { printable } from '../../../base/escape.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { FtpReply } from './session.ts';

/** A failure of the connection itself: it belongs to no path. `detail` is a sentence without its full stop. */
export const connectionFailure = (kind: FileErrorKind, detail: string, options: ErrorOptions = {}): FileError =>
  new FileError(kind, '/', { ...options, detail });

/** A reply as people read it: `530 Login incorrect.` */
export const replyText = ({ code, lines }: FtpReply): string => `${code} ${lines.join(' ')}`.trim();

/** The same, safe to show within a sentence. */
export const shownReply = (reply: FtpReply): string => `“${printable(replyText(reply)).slice(0, 300)}”`;

export const isFirst = ({ code }: FtpReply): boolean => code < 200;
export const isPositive = ({ code }: FtpReply): boolean => code >= 200 && code < 300;
export const isIntermediate = ({ code }: FtpReply): boolean => code >= 300 && code < 400;
