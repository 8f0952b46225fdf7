/** Sends a file to one peer: the sending machine with a file, a channel for packets and a clock. */
import type { Clock } from '../../../base/clock.ts';
import { BlockSender } from '../transfer/block-sender.ts';
import type { Effect } from '../transfer/effect.ts';
import type { Timing } from '../transfer/round-trip.ts';
import type { Terms } from '../wire/negotiation.ts';
import { type Packet, printError } from '../wire/packet.ts';
import { Alarm } from './alarm.ts';
import type { ByteSource } from './byte-source.ts';
import type { Ending, PacketChannel, Refusal, Transfer } from './ending.ts';
import { FrameRing } from './frame-ring.ts';

export interface FileSenderOptions {
  readonly channel: PacketChannel;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly source: ByteSource;
  /** As far as it is known. */
  readonly fileBytes?: number;
  /** What the peer is told when the source fails. */
  readonly refusalFor: (error: unknown) => Refusal;
  /** What is sent until it is answered, before the first block: a WRQ, or an OACK. */
  readonly opening?: Uint8Array;
  readonly terms: Terms;
  readonly peer: 'proven' | 'unproven';
  /** Told of each acknowledgement that moves it on. */
  readonly onProgress?: (bytes: number) => void;
  /** A client learns the terms from an OACK: it reads them, or aborts. */
  readonly onOptions?: (packet: Packet & { readonly kind: 'options' }) => Terms | Refusal;
}

/** The largest piece that is read from a file at once. */
const PIECE_BYTES = 128 * 1024;

export class FileSender implements Transfer {
  readonly #options: FileSenderOptions;
  readonly #machine: BlockSender;
  readonly #alarm: Alarm;
  readonly #done = Promise.withResolvers<Ending>();
  readonly ended: Promise<Ending> = this.#done.promise;
  readonly gone: Promise<unknown> = this.ended;
  #ring: FrameRing | undefined;
  #piece: Uint8Array | undefined;
  #isFilling = false;
  #hasEnded = false;
  bytes = 0;

  constructor(options: FileSenderOptions) {
    const { clock, timing, terms, opening, peer } = options;
    this.#options = options;
    this.#machine = new BlockSender({ timing, terms, opening: opening === undefined ? 'none' : 'packet', peer });
    this.#alarm = new Alarm(clock, () => this.#perform(this.#machine.wake(this.#now)));
  }

  get #now(): number {
    return this.#options.clock.monotonic();
  }

  start(): void {
    const { opening, onOptions, terms } = this.#options;
    this.#perform(this.#machine.start(this.#now));
    // Who knows the terms reads ahead while the peer confirms them.
    if (opening === undefined || onOptions === undefined) this.#prepare(terms);
  }

  received(packet: Packet): void {
    if (this.#hasEnded) return;
    if (packet.kind === 'error') this.#end({ kind: 'refused', code: packet.code, message: packet.message });
    else if (packet.kind === 'ack') this.#acknowledged(packet.block);
    else if (packet.kind === 'options') this.#answered(packet);
  }

  abort(refusal: Refusal): void {
    this.#quit(refusal, { kind: 'aborted', why: refusal.message });
  }

  #acknowledged(wire: number): void {
    // ACK 0 to a request: the server takes no options.
    if (this.#ring === undefined && wire === 0) this.#prepare(this.#options.terms);
    if (this.#ring !== undefined) this.#perform(this.#machine.acknowledged(wire, this.#now));
    this.#fill();
  }

  #answered(packet: Packet & { readonly kind: 'options' }): void {
    const { onOptions } = this.#options;
    if (onOptions === undefined || !this.#machine.isOpening) return;
    const terms = onOptions(packet);
    if ('code' in terms) {
      this.#quit(terms, { kind: 'broken', why: terms.message });
      return;
    }
    this.#prepare(terms);
    this.#perform(this.#machine.opened(terms, this.#now));
  }

  #prepare(terms: Terms): void {
    this.#ring = new FrameRing(terms, this.#options.fileBytes);
    this.#fill();
  }

  /** Reads while there is room; one piece at a time, while packets come and go. */
  #fill(): void {
    const ring = this.#ring;
    if (ring === undefined || this.#isFilling || this.#hasEnded) return;
    if (!ring.wantsMore(this.#machine.firstKept)) return;
    const piece = (this.#piece ??= new Uint8Array(Math.min(PIECE_BYTES, ring.roomBytes(this.#machine.firstKept))));
    const room = Math.min(piece.length, ring.roomBytes(this.#machine.firstKept));
    try {
      const count = this.#options.source.read(piece.subarray(0, room));
      if (typeof count === 'number') this.#supply(ring, piece.subarray(0, count));
      else void this.#await(count, ring, piece);
    } catch (error) {
      this.#quit(this.#options.refusalFor(error), { kind: 'failed', error });
    }
  }

  async #await(reading: Promise<number>, ring: FrameRing, piece: Uint8Array): Promise<void> {
    this.#isFilling = true;
    try {
      const count = await reading;
      this.#isFilling = false;
      if (!this.#hasEnded) this.#supply(ring, piece.subarray(0, count));
    } catch (error) {
      this.#isFilling = false;
      this.#quit(this.#options.refusalFor(error), { kind: 'failed', error });
    }
  }

  #supply(ring: FrameRing, bytes: Uint8Array): void {
    if (bytes.length === 0) ring.end();
    else ring.add(bytes);
    this.#perform(this.#machine.supplied(ring.available, ring.last, this.#now));
    this.#fill();
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#act(effect);
    if (this.#hasEnded) return;
    this.#alarm.set(this.#machine.wakeAtMs);
    const acknowledged = this.#ring?.bytesUpTo(this.#machine.firstKept - 1) ?? 0;
    if (acknowledged <= this.bytes) return;
    this.bytes = acknowledged;
    this.#options.onProgress?.(acknowledged);
  }

  #act(effect: Effect): void {
    const { channel, opening } = this.#options;
    switch (effect.kind) {
      case 'open':
        if (opening !== undefined) channel.send(opening);
        break;
      case 'send':
        this.#send(effect.first, effect.last);
        break;
      case 'end':
        this.bytes = this.#ring?.bytesUpTo(this.#ring.available) ?? 0;
        this.#options.onProgress?.(this.bytes);
        this.#end({ kind: 'complete', confirmation: effect.outcome });
        break;
      case 'fail':
        this.#end({ kind: 'silent' });
        break;
      case 'accept':
      case 'finish':
      case 'acknowledge':
        throw new Error(`a sender does not ${effect.kind}`);
    }
  }

  #send(first: number, last: number): void {
    const ring = this.#ring;
    for (let block = first; ring !== undefined && block <= last; block += 1)
      this.#options.channel.send(ring.frame(block, this.#machine.wireOf(block)));
  }

  /** ERROR is sent once and never acknowledged (RFC 1350 §7). */
  #quit({ code, message }: Refusal, ending: Ending): void {
    if (this.#hasEnded) return;
    this.#options.channel.send(printError(code, message));
    this.#end(ending);
  }

  #end(ending: Ending): void {
    this.#hasEnded = true;
    this.#machine.stop();
    this.#alarm.stop();
    this.#done.resolve(ending);
  }
}
