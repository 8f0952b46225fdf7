/** One conversation of SCP over a channel, seen from either end: lines, answers and content, within bounds. */
import type { ByteChannel } from '../../ssh/channel/byte-channel.ts';
import { type Line, MAX_LINE_BYTES, type Message, OK, parseLine, printMessage, printRecord } from '../wire/record.ts';
import type { ScpRecord } from '../wire/record.ts';

/** How a sink answers a line or a file, and a source ends a file. */
export type Answer = { readonly kind: 'ok' } | Message;

/** The channel ended where something more had to come. */
export class CutOffError extends Error {
  override readonly name = 'CutOffError';
}

/** What came is no SCP. */
export class NotScpError extends Error {
  override readonly name = 'NotScpError';
  /** What came, as far as it was read. It may hold anything: escape it before showing it. */
  readonly text: string;

  constructor(why: string, text: string) {
    super(why);
    this.text = text;
  }
}

const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

export class Conversation {
  readonly #channel: ByteChannel;
  #held: Uint8Array = NOTHING;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
  }

  /** The next line; `undefined` when the peer has ended its side. Rejects with a {@link NotScpError} for one that has no end. */
  async line(): Promise<Line | undefined> {
    const bytes = await this.#lineBytes();
    return bytes === undefined ? undefined : parseLine(bytes);
  }

  /** The answer to what was sent. Rejects with a {@link CutOffError} when the peer ends instead. */
  async answer(): Promise<Answer> {
    if (!(await this.#fill())) throw new CutOffError('the other side ended instead of answering');
    if (this.#held[0] === 0) {
      this.#held = this.#held.subarray(1);
      return { kind: 'ok' };
    }
    const bytes = (await this.#lineBytes()) ?? NOTHING;
    const line = parseLine(bytes);
    if (line.kind === 'warning' || line.kind === 'fatal') return line;
    // A greeting of a shell's start-up files, or a program that is missing, speaks here.
    throw new NotScpError('an answer was expected', 'text' in line ? line.text : Buffer.from(bytes).toString('latin1'));
  }

  send(record: ScpRecord): Promise<void> {
    return this.#channel.write(printRecord(record));
  }

  /** Sends a record and waits for the answer to it. */
  async ask(record: ScpRecord): Promise<Answer> {
    await this.send(record);
    return await this.answer();
  }

  acknowledge(): Promise<void> {
    return this.#channel.write(OK);
  }

  say(message: Message): Promise<void> {
    return this.#channel.write(printMessage(message));
  }

  /** Bytes of a file, at most so many; `undefined` when the peer has ended its side. */
  async content(mostBytes: number): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined;
    const piece = this.#held.subarray(0, mostBytes);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  /** Content is sent as it is; the bytes must stay as they are until it resolves. */
  sendContent(bytes: Uint8Array): Promise<void> {
    return this.#channel.write(bytes);
  }

  async #fill(): Promise<boolean> {
    if (this.#held.length > 0) return true;
    this.#held = (await this.#channel.read()) ?? NOTHING;
    return this.#held.length > 0;
  }

  /** Without its end. What the peer left unfinished is no line. */
  async #lineBytes(): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (await this.#fill()) {
      const end = this.#held.indexOf(NEWLINE);
      const part = end < 0 ? this.#held : this.#held.subarray(0, end);
      length += part.length;
      // Whoever sends so much without a line end sends no lines.
      if (length >= MAX_LINE_BYTES) throw new NotScpError('line too long', decoded([...parts, part]));
      parts.push(part);
      this.#held = end < 0 ? NOTHING : this.#held.subarray(end + 1);
      if (end >= 0) return Buffer.concat(parts);
    }
    if (length > 0) throw new CutOffError(`the other side ended in the middle of a line: ${decoded(parts)}`);
    return undefined;
  }
}

const decoded = (parts: readonly Uint8Array[]): string =>
  Buffer.concat(parts).subarray(0, MAX_LINE_BYTES).toString('latin1');
