/** The lines that a source sends to a sink: `C`, `D`, `E`, `T`, and messages (OpenSSH's scp.c; BSD's rcp.c before it). */
import { decodeName, encodeName } from '../../../base/name.ts';

/** Of a line with its end. Longer ones are not read. */
export const MAX_LINE_BYTES = 2048;

export type ScpRecord =
  | { readonly kind: 'file'; readonly mode: number; readonly sizeBytes: number; readonly name: string }
  | { readonly kind: 'directory'; readonly mode: number; readonly name: string }
  /** The end of a directory. */
  | { readonly kind: 'end' }
  /** Of the file or directory that comes next. */
  | { readonly kind: 'times'; readonly modifiedMs: number; readonly accessedMs: number };

export type Message =
  /** Something went wrong with one item; the rest goes on. */
  | { readonly kind: 'warning'; readonly text: string }
  /** Nothing goes on. */
  | { readonly kind: 'fatal'; readonly text: string };

export type Line = ScpRecord | Message | { readonly kind: 'malformed'; readonly why: string; readonly text: string };

const WARNING = 1;
const FATAL = 2;

/** Sent by a sink that has taken a line, or a file; and by a source behind the last byte of a file. */
export const OK = Uint8Array.of(0);

const LINE_END = '\n';

/** Printed with a line end; one within the text would begin another line, so it must hold none. */
export function printMessage({ kind, text }: Message): Uint8Array {
  const bytes = encodeName(text).subarray(0, MAX_LINE_BYTES - 2);
  return Uint8Array.of(kind === 'warning' ? WARNING : FATAL, ...bytes, LINE_END.charCodeAt(0));
}

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1_000));
const microseconds = (ms: number): number => (ms > 0 ? Math.floor((ms % 1_000) * 1_000) : 0);

/** The line with its end. A name with a line end in it cannot be sent: whoever prints asks {@link isSendable} first. */
export function printRecord(record: ScpRecord): Uint8Array {
  return encodeName(`${textOf(record)}${LINE_END}`);
}

function textOf(record: ScpRecord): string {
  switch (record.kind) {
    case 'file':
      return `C${octal(record.mode)} ${record.sizeBytes} ${record.name}`;
    case 'directory':
      return `D${octal(record.mode)} 0 ${record.name}`;
    case 'end':
      return 'E';
    case 'times': {
      const { modifiedMs, accessedMs } = record;
      return `T${seconds(modifiedMs)} ${microseconds(modifiedMs)} ${seconds(accessedMs)} ${microseconds(accessedMs)}`;
    }
  }
}

/** Whether a name can stand in a line. */
export const isSendable = (name: string): boolean => !/[\n\0]/.test(name) && encodeName(name).length <= 1024;

/** Whether a name is just a name: what else a peer sends would lead elsewhere (CVE-2000-0992, CVE-2018-20685). */
export const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');

const ENTRY = /^[CD]([0-7]{4}) (\d{1,19}) ([^]*)$/;
const TIMES = /^T(\d{1,15}) (\d{1,6}) (\d{1,15}) (\d{1,6})$/;

const malformed = (why: string, text: string): Line => ({ kind: 'malformed', why, text });

/** A line without its end. Never throws. */
export function parseLine(bytes: Uint8Array): Line {
  const [first] = bytes;
  if (first === WARNING || first === FATAL)
    return { kind: first === WARNING ? 'warning' : 'fatal', text: decodeName(bytes.subarray(1)) };
  const text = decodeName(bytes);
  if (text === 'E') return { kind: 'end' };
  if (text.startsWith('T')) return parseTimes(text);
  if (text.startsWith('C') || text.startsWith('D')) return parseEntry(text);
  return malformed(text === '' ? 'unexpected <newline>' : 'expected control record', text);
}

function parseEntry(text: string): Line {
  const [, mode = '', size = '', name = ''] = ENTRY.exec(text) ?? [];
  if (mode === '') return malformed(/^[CD][0-7]{4} /.test(text) ? 'size not delimited' : 'bad mode', text);
  const sizeBytes = Number(size);
  if (!Number.isSafeInteger(sizeBytes)) return malformed('size out of range', text);
  if (!isPlainName(name)) return malformed('unexpected filename', text);
  const entry = { mode: Number.parseInt(mode, 8), name };
  return text.startsWith('C') ? { kind: 'file', ...entry, sizeBytes } : { kind: 'directory', ...entry };
}

function parseTimes(text: string): Line {
  const [, ...numbers] = TIMES.exec(text) ?? [];
  if (numbers.length === 0) return malformed('times not delimited', text);
  const [modified = 0, modifiedMicro = 0, accessed = 0, accessedMicro = 0] = numbers.map(Number);
  const [modifiedMs, accessedMs] = [
    modified * 1_000 + Math.floor(modifiedMicro / 1_000),
    accessed * 1_000 + Math.floor(accessedMicro / 1_000),
  ];
  // Beyond it no Date of ours can say it.
  const isDate = (ms: number): boolean => ms <= 8_640_000_000_000_000;
  if (!isDate(modifiedMs) || !isDate(accessedMs)) return malformed('time out of range', text);
  return { kind: 'times', modifiedMs, accessedMs };
}
