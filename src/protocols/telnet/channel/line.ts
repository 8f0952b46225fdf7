/** A Telnet connection as both sides have it: data in and out, options settled, everything bounded. */
import type { Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import { TokenBucket } from '../../../base/token-bucket.ts';
import { type Agreement, type OptionChange, OptionTable, type Outcome, type Side } from '../session/option-table.ts';
import { type Command, OPTION } from '../wire/code.ts';
import { type LineEnds, TelnetDecoder, type TelnetEvent } from '../wire/decoder.ts';
import { encodeData, encodeNegotiation, encodeSubnegotiation } from '../wire/encode.ts';
import { InputQueue } from './input-queue.ts';
import type { LineLimits } from './limits.ts';

/** What the owner of a line is told; called in the order in which the peer said it. */
export interface LineListener {
  readonly changed: (change: OptionChange) => void;
  /** Only of options that are on. */
  readonly subnegotiated: (option: number, payload: Uint8Array) => void;
  readonly commanded: (command: Command) => void;
}

export interface LineOptions {
  readonly socket: Socket;
  readonly clock: Clock;
  readonly lineEnds: LineEnds;
  readonly agreement: Agreement;
  readonly limits: LineLimits;
  readonly listener: LineListener;
  /** What `signal` is aborted with. */
  readonly errorOf: (reason: string) => Error;
}

/** Answers that the peer has not taken. Who sends and does not read is no client. */
const MOST_ANSWER_BYTES = 64 * 1024;

const seconds = (ms: number): string => `${ms / 1_000} s`;

export class TelnetLine {
  readonly #options: LineOptions;
  readonly #socket: Socket;
  readonly #decoder: TelnetDecoder;
  readonly #table: OptionTable;
  readonly #budget: TokenBucket;
  readonly #controller = new AbortController();
  readonly input: InputQueue;
  #answerBytes = 0;
  #room: PromiseWithResolvers<undefined> | undefined;
  #hasEnded = false;
  #reason = 'the peer closed the connection';
  #stopStallWatch: () => void = () => undefined;
  #stopEndWatch: () => void = () => undefined;

  /** Reads from the socket from here on. */
  constructor(options: LineOptions) {
    const { socket, clock, lineEnds, agreement, limits } = options;
    this.#options = options;
    this.#socket = socket;
    this.#decoder = new TelnetDecoder(lineEnds);
    this.#table = new OptionTable(agreement);
    const perMinute = limits.negotiationsPerMinute;
    this.#budget = new TokenBucket({ perSecond: perMinute / 60, capacity: perMinute }, clock.monotonic());
    this.input = new InputQueue({ hold: () => void socket.pause(), release: () => void socket.resume() });
    socket.on('data', (chunk: Uint8Array) => this.#came(chunk));
    socket.on('end', () => this.#peerEnded());
    socket.on('drain', () => this.#makeRoom());
    socket.on('error', (error) => (this.#reason = `the connection broke: ${error.message}`));
    socket.on('close', () => this.#gone());
    if (socket.destroyed) this.#gone();
  }

  /** Aborted when the connection is gone, both ways. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why the connection is gone, once it is. */
  get reason(): string {
    return this.#reason;
  }

  /** Never rejects. Resolves when there is room for more; at once where nobody takes it. */
  async write(text: string): Promise<void> {
    if (!this.#socket.writable || text === '') return;
    this.#socket.write(encodeData(Buffer.from(text), this.#table.isOn('us', OPTION.binary) ? 'binary' : 'text'));
    if (!this.#socket.writableNeedDrain) return;
    if (this.#room === undefined) {
      this.#room = Promise.withResolvers();
      this.#watchStall();
    }
    await this.#room.promise;
  }

  /** We want to do these, or want the peer to: sent at once, in this order. */
  open(wishes: readonly (readonly [side: Side, option: number])[]): void {
    this.#socket.cork();
    for (const [side, option] of wishes) this.#follow(this.#table.wish(side, option, 'enable'));
    this.#socket.uncork();
  }

  sendSubnegotiation(option: number, payload: Uint8Array): void {
    this.#answer(encodeSubnegotiation(option, payload));
  }

  /** Text beside what the owner writes, which does not wait for it. */
  answerText(text: string): void {
    this.#answer(encodeData(Buffer.from(text)));
  }

  /** As though the peer had sent it as data. */
  deliver(...bytes: readonly number[]): void {
    this.input.push(Uint8Array.from(bytes));
  }

  /** The reader sees an end; the connection stays as it is. */
  endInput(): void {
    this.input.end();
  }

  /** Sends what was written, then the end; nothing that comes is read any more. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#socket.destroyed) this.#reason = 'the session ended';
    this.input.end();
    this.#socket.resume();
    const { flushMs, lingerMs } = this.#options.limits;
    this.#destroyAfter(flushMs, `the peer did not take the rest within ${seconds(flushMs)}`);
    this.#socket.end(() => this.#destroyAfter(lingerMs, 'the session ended'));
  }

  destroy(reason: string): void {
    if (!this.#socket.destroyed) this.#reason = reason;
    this.#socket.destroy();
  }

  #came(chunk: Uint8Array): void {
    for (const event of this.#decoder.decode(chunk)) {
      if (this.#socket.destroyed) return;
      if (event.kind === 'data') this.input.push(event.bytes);
      else this.#heed(event);
    }
  }

  #heed(event: Exclude<TelnetEvent, { kind: 'data' }>): void {
    const { clock, limits, listener } = this.#options;
    if (this.#budget.take(1, clock.monotonic()) > 0) {
      this.destroy(`more than ${limits.negotiationsPerMinute} negotiations in a minute`);
      return;
    }
    switch (event.kind) {
      case 'negotiation':
        this.#follow(this.#table.hear(event.verb, event.option));
        return;
      case 'subnegotiation':
        if (this.#table.isOn('us', event.option) || this.#table.isOn('peer', event.option))
          listener.subnegotiated(event.option, event.payload);
        return;
      case 'command':
        listener.commanded(event.command);
        return;
      case 'malformed':
        return;
    }
  }

  #follow({ answer, change }: Outcome): void {
    if (answer !== undefined) this.#answer(encodeNegotiation(answer.verb, answer.option));
    if (change === undefined) return;
    if (change.side === 'peer' && change.option === OPTION.binary) this.#decoder.isBinary = change.isOn;
    this.#options.listener.changed(change);
  }

  #answer(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#answerBytes += bytes.length;
    if (this.#answerBytes > MOST_ANSWER_BYTES) {
      this.destroy('the peer asks, and reads no answers');
      return;
    }
    this.#socket.write(bytes, () => (this.#answerBytes -= bytes.length));
  }

  /** A peer that has sent all it wanted may still read what comes of it. */
  #peerEnded(): void {
    const { halfOpenMs } = this.#options.limits;
    this.input.end();
    if (!this.#hasEnded) this.#destroyAfter(halfOpenMs, `the peer ended its side ${seconds(halfOpenMs)} ago`);
  }

  #makeRoom(): void {
    this.#stopStallWatch();
    this.#room?.resolve(undefined);
    this.#room = undefined;
  }

  /** A peer is given up that takes nothing in the whole time; a slow one is not. */
  #watchStall(): void {
    const { clock, limits } = this.#options;
    const before = this.#socket.writableLength;
    this.#stopStallWatch = clock.after(limits.stallMs, () => {
      if (this.#socket.writableLength === before)
        this.destroy(`the peer has taken nothing for ${seconds(limits.stallMs)}`);
      else this.#watchStall();
    });
  }

  #destroyAfter(delayMs: number, reason: string): void {
    this.#stopEndWatch();
    if (this.#socket.destroyed) return;
    this.#stopEndWatch = this.#options.clock.after(delayMs, () => this.destroy(reason));
  }

  #gone(): void {
    this.#stopEndWatch();
    this.#makeRoom();
    this.input.end();
    this.#controller.abort(this.#options.errorOf(this.#reason));
  }
}
