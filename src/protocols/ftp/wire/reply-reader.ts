/** Bytes of a control connection to the replies in them (RFC 959 §4.2), whatever the peer sends. */
import { LineSplitter } from '../../../base/line-splitter.ts';
import { decodeName } from '../../../base/name.ts';

/** A whole reply: its code, and its lines without codes and ends. Bytes that are not UTF-8 stand in them as in names. */
export interface ReceivedReply {
  readonly code: number;
  readonly lines: readonly string[];
}

export type ReadReply =
  | { readonly kind: 'reply'; readonly reply: ReceivedReply }
  /** The peer does not speak FTP, or says too much. Nothing that comes after it is read. `why` is a clause. */
  | { readonly kind: 'fault'; readonly fault: 'not-ftp' | 'too-long'; readonly why: string };

/** Longest line that is looked at: a path of 4,096 units in UTF-8 is far below. */
const MAX_LINE_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 60;
const IAC = 0xff;

const FIRST = /^([1-5][0-9]{2})(?:([ -])(.*))?$/su;

/** Telnet's escape of a 255 (RFC 854), undone. */
function withoutDoubledIac(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return bytes.filter((byte, index) => !(byte === IAC && bytes[index - 1] === IAC && isSecondOfPair(bytes, index)));
}

/** Of a run of 255s every second one belongs to the one before. */
function isSecondOfPair(bytes: Uint8Array, index: number): boolean {
  let run = 0;
  while (bytes[index - run - 1] === IAC) run += 1;
  return run % 2 === 1;
}

/** Reads replies out of chunks; holds at most `maxBytes` of one. Never throws. */
export class ReplyReader {
  readonly #maxBytes: number;
  readonly #splitter = new LineSplitter(MAX_LINE_BYTES);
  #code: string | undefined;
  #lines: string[] = [];
  #heldBytes = 0;
  #broken = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True when a reply has begun and is not whole. */
  get isWithinReply(): boolean {
    return this.#code !== undefined || this.#splitter.held.length > 0;
  }

  *push(chunk: Uint8Array): Generator<ReadReply> {
    for (const line of this.#splitter.push(chunk)) {
      if (this.#broken) return;
      const read = line.kind === 'line' ? this.#line(line.bytes) : this.#fault('too-long', 'a line without an end');
      if (read !== undefined) yield read;
    }
  }

  #line(bytes: Uint8Array): ReadReply | undefined {
    this.#heldBytes += bytes.length + 1;
    if (this.#heldBytes > this.#maxBytes)
      return this.#fault('too-long', `a reply of more than ${this.#maxBytes} bytes`);
    const text = decodeName(withoutDoubledIac(bytes));
    return this.#code === undefined ? this.#begin(text) : this.#goOn(text, this.#code);
  }

  #begin(text: string): ReadReply | undefined {
    const [, code, mark, rest = ''] = FIRST.exec(text) ?? [];
    if (code === undefined) return this.#fault('not-ftp', `“${text.slice(0, SHOWN_CHARACTERS)}” is no reply of FTP`);
    this.#lines = [rest];
    if (mark !== '-') return this.#finish(code);
    this.#code = code;
    return undefined;
  }

  /** RFC 959 §4.2: the last line begins with the same code and a space; lines in between may begin with anything else. */
  #goOn(text: string, code: string): ReadReply | undefined {
    if (text === code || text.startsWith(`${code} `)) {
      this.#lines.push(text.slice(code.length + 1));
      return this.#finish(code);
    }
    // Some servers put the code before every line, most a space (RFC 2389 §3.2).
    this.#lines.push(text.startsWith(`${code}-`) ? text.slice(code.length + 1) : text);
    return undefined;
  }

  #finish(code: string): ReadReply {
    const reply = { code: Number(code), lines: this.#lines };
    this.#code = undefined;
    this.#lines = [];
    this.#heldBytes = 0;
    return { kind: 'reply', reply };
  }

  #fault(fault: 'not-ftp' | 'too-long', why: string): ReadReply {
    this.#broken = true;
    return { kind: 'fault', fault, why };
  }
}
