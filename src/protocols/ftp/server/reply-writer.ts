/** Writes replies to a control connection: each whole, one after another, and no faster than the client reads them. */
import type { Socket } from 'node:net';
import { encodeText, firstLine, innerLine, lastLine, printReply, type Reply } from '../wire/reply.ts';

const ASCII = /^[\x00-\x7f]*$/;

const nothing = (): void => undefined;

export class ReplyWriter {
  readonly #clock: { monotonic(): number };
  #socket: Socket;
  /** A reply of many lines that is being sent. */
  #streaming: Promise<void> | undefined;
  #stuckMs: number | undefined;

  constructor(socket: Socket, clock: { monotonic(): number }) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Since when the client has not taken our replies. */
  get stuckMs(): number | undefined {
    return this.#stuckMs;
  }

  /** Replies go over this socket from now on. */
  over(socket: Socket): void {
    this.#socket = socket;
  }

  /** Sends a reply and waits until there is room for another. */
  async answer(answer: Reply): Promise<void> {
    // Nothing may come between the lines of one reply: a STAT during a transfer, and the transfer's own end.
    while (this.#streaming !== undefined) await this.#streaming;
    if (answer.stream === undefined) this.send(answer);
    else {
      const sent = this.#sendStream(answer, answer.stream);
      // Whoever waits for the end of this reply waits for a failed one too, and does not fail with it.
      this.#streaming = sent.then(nothing, nothing);
      try {
        await sent;
      } finally {
        this.#streaming = undefined;
      }
    }
    await this.#taken();
  }

  /** Sends a reply that has no stream, without waiting. */
  send(answer: Reply): void {
    this.#write(printReply(answer));
  }

  async #sendStream({ code, lines: [first = '', last = ''] }: Reply, stream: AsyncIterable<string>): Promise<void> {
    let end = 'Broken off: it could not be read to its end.';
    this.#write(firstLine(code, first));
    try {
      for await (const line of stream) {
        this.#write(innerLine(line));
        await this.#taken();
        if (this.#socket.destroyed) return;
      }
      end = last;
    } finally {
      // A reply that was begun is ended, whatever happened in between, or the client would wait for ever.
      this.#write(lastLine(code, end));
    }
  }

  #write(text: string): void {
    if (!this.#socket.writable) return;
    // Nearly every reply is ASCII, which Node sends without a buffer in between.
    if (ASCII.test(text)) this.#socket.write(text, 'latin1');
    else this.#socket.write(encodeText(text));
  }

  /** Waits while the client does not take what we wrote, so that replies never pile up. */
  async #taken(): Promise<void> {
    if (!this.#socket.writableNeedDrain || this.#socket.destroyed) return;
    this.#stuckMs = this.#clock.monotonic();
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.#socket.off('drain', go);
        this.#socket.off('close', go);
        resolve();
      };
      this.#socket.once('drain', go);
      this.#socket.once('close', go);
    });
    this.#stuckMs = undefined;
  }
}
