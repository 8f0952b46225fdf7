/** What a reply says to people, and whether it is good. */
import { printable } from '../../../base/escape.ts';
import type { FtpReply } from './session.ts';

/** A reply as people read it: `530 Login incorrect.` */
export const replyText = ({ code, lines }: FtpReply): string => `${code} ${lines.join(' ')}`.trim();

/** The same, safe to show within a sentence. */
export const shownReply = (reply: FtpReply): string => `“${printable(replyText(reply)).slice(0, 300)}”`;

export const isFirst = ({ code }: FtpReply): boolean => code < 200;
export const isPositive = ({ code }: FtpReply): boolean => code >= 200 && code < 300;
export const isIntermediate = ({ code }: FtpReply): boolean => code >= 300 && code < 400;
