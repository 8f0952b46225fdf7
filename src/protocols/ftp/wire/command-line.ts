/** One line from the client: Telnet's part taken out, the verb parted from its argument (RFC 959 §4, §5.3; RFC 854). */
import { decodeName } from '../../../base/name.ts';

/** What a client asked for. `argument` is everything behind the first space, unchanged. */
export interface CommandLine {
  readonly verb: string;
  readonly argument: string;
}

const IAC = 0xff;
const WILL = 0xfb;
const SE = 0xf0;
const DATA_MARK = 0xf2;
const INTERRUPT_PROCESS = 0xf4;
const CR = 0x0d;

/** How many bytes of Telnet stand at `index`; 0 for data. At the start of a line also what a Synch leaves there. */
function telnetLength(bytes: Uint8Array, index: number, atStart: boolean): number {
  const byte = bytes[index] ?? 0;
  if (atStart && (byte === DATA_MARK || byte === INTERRUPT_PROCESS)) return 1;
  if (byte !== IAC) return 0;
  const next = bytes[index + 1] ?? 0;
  if (next === IAC) return 0;
  if (next >= WILL) return 3;
  // A Synch's urgent byte is taken out of the stream by TCP, which leaves its IAC alone before the command.
  if (next >= SE) return 2;
  return atStart ? 1 : 0;
}

/** Takes Telnet commands and negotiation out of a line; `IAC IAC` is one byte of data (RFC 854). */
function withoutTelnet(bytes: Uint8Array): Uint8Array {
  const first = bytes[0] ?? 0;
  if (!bytes.includes(IAC) && first !== DATA_MARK && first !== INTERRUPT_PROCESS) return bytes;
  const data: number[] = [];
  for (let index = 0; index < bytes.length;) {
    const skipped = telnetLength(bytes, index, data.length === 0);
    if (skipped === 0) {
      const byte = bytes[index] ?? 0;
      data.push(byte);
      index += byte === IAC && bytes[index + 1] === IAC ? 2 : 1;
    } else index += skipped;
  }
  return Uint8Array.from(data);
}

/** `CR NUL` stands for a CR in a name (RFC 854, RFC 2640 §3.1). */
function withoutCrNul(bytes: Uint8Array): Uint8Array {
  return bytes.includes(0) ? bytes.filter((byte, index) => !(byte === 0 && bytes[index - 1] === CR)) : bytes;
}

const LINE = /^([A-Za-z]{3,8})(?: ([\s\S]*))?$/;

/** Parses a line without its end; `undefined` for what is no command at all. Never throws. */
export function parseCommandLine(line: Uint8Array): CommandLine | undefined {
  const match = LINE.exec(decodeName(withoutCrNul(withoutTelnet(line))));
  const [, verb, argument = ''] = match ?? [];
  return verb === undefined ? undefined : { verb: verb.toUpperCase(), argument };
}
