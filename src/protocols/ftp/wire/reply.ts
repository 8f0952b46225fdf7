/** Replies: every code that this server sends, and how one becomes bytes that no file name can break (RFC 959 §4.2). */
import { encodeName } from '../../../base/name.ts';
import { oneLine } from '../../../base/one-line.ts';

/** Every reply code this server sends, with the wording used when a handler gives none (RFC 959 §4.2.2, RFC 2228, RFC 2389, RFC 2428, RFC 3659). */
export const REPLY_TEXT = {
  150: 'File status okay; about to open data connection.',
  200: 'Command okay.',
  202: 'Not needed here.',
  211: 'End.',
  212: 'Directory status.',
  213: 'File status.',
  214: 'Help message.',
  215: 'UNIX Type: L8',
  220: 'Ready.',
  221: 'Goodbye.',
  226: 'Transfer complete.',
  227: 'Entering Passive Mode.',
  229: 'Entering Extended Passive Mode.',
  230: 'Logged in.',
  250: 'Done.',
  257: 'Created.',
  234: 'Begin TLS.',
  331: 'Password, please.',
  350: 'More information needed.',
  421: 'Closing the control connection.',
  425: 'No data connection.',
  426: 'Transfer aborted.',
  450: 'File is busy; try again.',
  451: 'Local error; try again later.',
  452: 'No space left.',
  500: 'Unknown command.',
  501: 'Argument not understood.',
  502: 'Command not implemented.',
  503: 'Bad sequence of commands.',
  504: 'Not implemented for that parameter.',
  522: 'Network protocol not supported, use (1,2).',
  530: 'Log in first.',
  533: 'Denied for reasons of policy.',
  534: 'Denied for reasons of policy.',
  536: 'That protection level is not supported.',
  550: 'No such file.',
  552: 'Not enough space.',
  553: 'File name not allowed.',
  554: 'Restart offset lies beyond the end of the file.',
} as const;

export type ReplyCode = keyof typeof REPLY_TEXT;

/** A reply of one line or several; `stream` gives lines in between that need not be held in memory all at once. */
export interface Reply {
  readonly code: ReplyCode;
  readonly lines: readonly string[];
  readonly stream?: AsyncIterable<string>;
  /** What is behind a refusal, for the log. It is never sent. */
  readonly cause?: unknown;
}

export const reply = (code: ReplyCode, ...lines: string[]): Reply => ({
  code,
  lines: lines.length > 0 ? lines : [REPLY_TEXT[code]],
});

/** A reply whose inner lines come as they are made: `first`, then all of `stream`, then `last`. */
export const streamedReply = (code: ReplyCode, first: string, stream: AsyncIterable<string>, last: string): Reply => ({
  code,
  lines: [first, last],
  stream,
});

/** A name in the quotes of RFC 959 Appendix II: a quote inside is doubled. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const IAC = 0xff;

/** Text to control-connection bytes: names as their own bytes, a 255 doubled as Telnet asks (RFC 854). */
export function encodeText(text: string): Uint8Array {
  const bytes = encodeName(text);
  return bytes.includes(IAC)
    ? Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])))
    : bytes;
}

/** The first line of several, `code-text`. */
export const firstLine = (code: ReplyCode, text: string): string => `${code}-${oneLine(text)}\r\n`;
/** A line in between: indented, so that it cannot be taken for the last (RFC 959 §4.2, RFC 2389 §3.2). */
export const innerLine = (text: string): string => ` ${oneLine(text)}\r\n`;
/** The only or last line, `code text`. */
export const lastLine = (code: ReplyCode, text: string): string => `${code} ${oneLine(text)}\r\n`;

/** A whole reply that is not streamed, as text. */
export function printReply({ code, lines }: Reply): string {
  const last = lines.length - 1;
  return lines
    .map((line, index) =>
      index === last ? lastLine(code, line) : index === 0 ? firstLine(code, line) : innerLine(line),
    )
    .join('');
}
