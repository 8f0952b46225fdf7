/** Receives a file from one peer: the receiving machine with a place for bytes, a channel for packets and a clock. */
import type { Clock } from '../../../base/clock.ts';
import { BlockReceiver } from '../transfer/block-receiver.ts';
import { type Effect, NOTHING } from '../transfer/effect.ts';
import type { Timing } from '../transfer/round-trip.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import type { TransferMode } from '../wire/mode.ts';
import type { Terms } from '../wire/negotiation.ts';
import { NetasciiDecoder } from '../wire/netascii.ts';
import { type Packet, printAck, printError } from '../wire/packet.ts';
import { Alarm } from './alarm.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Ending, PacketChannel, Refusal, Transfer } from './ending.ts';

export interface FileReceiverOptions {
  readonly channel: PacketChannel;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly sink: ByteSink;
  readonly mode: TransferMode;
  /** What the peer is told when the sink fails. */
  readonly refusalFor: (error: unknown) => Refusal;
  /** What is sent until it is answered: an RRQ, an OACK, or ACK 0. */
  readonly opening: Uint8Array;
  readonly terms: Terms;
  readonly peer: 'proven' | 'unproven';
  readonly rollover: 'agreed' | 'as-it-comes';
  /** Told of each block. */
  readonly onProgress?: (bytes: number) => void;
  /** A client learns the terms from an OACK: it reads them, or aborts. */
  readonly onOptions?: (packet: Packet & { readonly kind: 'options' }) => Terms | Refusal;
}

const OVERSIZED: Refusal = { code: ERROR_CODE.illegalOperation, message: 'A block larger than agreed on' };

export class FileReceiver implements Transfer {
  readonly #options: FileReceiverOptions;
  readonly #machine: BlockReceiver;
  readonly #alarm: Alarm;
  readonly #decoder: NetasciiDecoder | undefined;
  readonly #done = Promise.withResolvers<Ending>();
  /** The file is safe, or will never be. */
  readonly ended: Promise<Ending> = this.#done.promise;
  readonly #gone = Promise.withResolvers<undefined>();
  /** Behind `ended`: a last ACK that was lost is not asked for any more. */
  readonly gone: Promise<undefined> = this.#gone.promise;
  #terms: Terms;
  #arriving: Uint8Array = new Uint8Array(0);
  #heldAck: number | undefined;
  #isOver = false;
  bytes = 0;

  constructor(options: FileReceiverOptions) {
    const { clock, timing, terms, peer, rollover, sink, mode } = options;
    this.#options = options;
    this.#terms = terms;
    this.#machine = new BlockReceiver({ timing, terms, peer, rollover });
    this.#decoder = mode === 'netascii' ? new NetasciiDecoder() : undefined;
    this.#alarm = new Alarm(clock, () => this.#perform(this.#machine.wake(this.#now)));
    sink.attach({ onRoom: () => this.#release(), onFailure: (error) => this.#failed(error) });
  }

  get #now(): number {
    return this.#options.clock.monotonic();
  }

  start(): void {
    this.#perform(this.#machine.start(this.#now));
  }

  received(packet: Packet): void {
    if (this.#isOver) return;
    if (packet.kind === 'error') this.#refused(packet.code, packet.message);
    else if (packet.kind === 'data') this.#data(packet.block, packet.bytes);
    else if (packet.kind === 'options') this.#answered(packet);
  }

  abort(refusal: Refusal): void {
    this.#quit(refusal, { kind: 'aborted', why: refusal.message });
  }

  #refused(code: number, message: string): void {
    this.#done.resolve({ kind: 'refused', code, message });
    this.#stop();
  }

  #answered(packet: Packet & { readonly kind: 'options' }): void {
    const { onOptions } = this.#options;
    if (onOptions === undefined) return;
    const terms = this.#machine.isOpening ? onOptions(packet) : this.#terms;
    if ('code' in terms) {
      this.#quit(terms, { kind: 'broken', why: terms.message });
      return;
    }
    this.#terms = terms;
    this.#perform(this.#machine.opened(terms, this.#now));
  }

  /** What there is no room for is as good as lost: the sender sends it again. */
  #data(wire: number, bytes: Uint8Array): void {
    if (this.#options.sink.roomBytes <= bytes.length) return;
    this.#arriving = bytes;
    this.#perform(this.#machine.received(wire, bytes.length, this.#now));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#act(effect);
    if (!this.#isOver) this.#alarm.set(this.#heldAck === undefined ? this.#machine.wakeAtMs : undefined);
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case 'open':
        this.#options.channel.send(this.#options.opening);
        break;
      case 'accept':
        this.#take(this.#arriving);
        break;
      case 'acknowledge':
        this.#acknowledge(effect.block);
        break;
      case 'finish':
        void this.#finish();
        break;
      case 'end':
        this.#stop();
        break;
      case 'fail':
        this.#fail(effect.why);
        break;
      case 'send':
        throw new Error('a receiver sends no DATA');
    }
  }

  #fail(why: 'silent' | 'oversized'): void {
    if (why === 'oversized') this.#quit(OVERSIZED, { kind: 'broken', why: OVERSIZED.message });
    else {
      this.#done.resolve({ kind: 'silent' });
      this.#stop();
    }
  }

  #take(bytes: Uint8Array): void {
    const taken = this.#decoder?.decode(bytes) ?? bytes;
    this.bytes += taken.length;
    this.#options.sink.take(taken);
    this.#options.onProgress?.(this.bytes);
  }

  /** An ACK asks for a whole window: it waits until there is room for one. */
  #acknowledge(block: number): void {
    const { blockBytes, windowBlocks } = this.#terms;
    if (this.#options.sink.roomBytes <= blockBytes * windowBlocks) this.#heldAck = block;
    else this.#options.channel.send(printAck(block));
  }

  #release(): void {
    const block = this.#heldAck;
    if (block === undefined || this.#isOver) return;
    this.#heldAck = undefined;
    this.#acknowledge(block);
    this.#perform(NOTHING);
  }

  async #finish(): Promise<void> {
    const { sink } = this.#options;
    try {
      const rest = this.#decoder?.end();
      if (rest !== undefined && rest.length > 0) this.#take(rest);
      await sink.finish();
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (this.#isOver) return;
    this.#heldAck = undefined;
    for (const effect of this.#machine.finished(this.#now))
      if (effect.kind === 'acknowledge') this.#options.channel.send(printAck(effect.block));
    this.#alarm.set(this.#machine.wakeAtMs);
    this.#done.resolve({ kind: 'complete', confirmation: 'confirmed' });
  }

  #failed(error: unknown): void {
    this.#quit(this.#options.refusalFor(error), { kind: 'failed', error });
  }

  /** ERROR is sent once and never acknowledged (RFC 1350 §7). */
  #quit({ code, message }: Refusal, ending: Ending): void {
    if (this.#isOver) return;
    this.#options.channel.send(printError(code, message));
    this.#done.resolve(ending);
    this.#stop();
  }

  #stop(): void {
    this.#isOver = true;
    this.#machine.stop();
    this.#alarm.stop();
    this.#gone.resolve(undefined);
  }
}
