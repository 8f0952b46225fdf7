/** A network for two TFTP machines, in made-up time: it loses, doubles, delays and so reorders what it is told to. */
import { BlockReceiver } from '../../src/protocols/tftp/transfer/block-receiver.ts';
import { BlockSender } from '../../src/protocols/tftp/transfer/block-sender.ts';
import type { Effect } from '../../src/protocols/tftp/transfer/effect.ts';
import type { Timing } from '../../src/protocols/tftp/transfer/round-trip.ts';
import type { Rollover } from '../../src/protocols/tftp/wire/block-number.ts';

/** What becomes of one packet: after how many milliseconds each copy arrives; none is a loss. */
export type Fate = readonly number[];

export interface Journey {
  readonly blocks: number;
  /** Bytes of a full block, and of the last one. */
  readonly blockBytes: number;
  readonly lastBytes: number;
  readonly windowBlocks: number;
  readonly rollover: Rollover;
  /** Whether an OACK and its ACK 0 come first. */
  readonly opening: 'packet' | 'none';
  readonly timing: Timing;
  /** The fate of the n-th packet. */
  readonly fate: (packet: number) => Fate;
  /** How long the receiver takes to make the file safe. */
  readonly finishMs?: number;
}

export interface Outcome {
  /** The blocks that were taken, by their own numbers, in the order in which they were. */
  readonly taken: readonly number[];
  readonly sender: 'confirmed' | 'unconfirmed' | 'silent' | 'oversized' | undefined;
  readonly receiver: 'confirmed' | 'silent' | 'oversized' | undefined;
  readonly isWhole: boolean;
  readonly packets: number;
  readonly endMs: number;
}

type Message =
  | { readonly to: 'receiver'; readonly block: number; readonly wire: number; readonly bytes: number }
  | { readonly to: 'sender'; readonly wire: number }
  | { readonly to: 'receiver-opening' };

/** More packets than any journey of a test needs: a storm of them has no end. */
const MOST_PACKETS = 300_000;

class Network {
  readonly #journey: Journey;
  readonly #sender: BlockSender;
  readonly #receiver: BlockReceiver;
  #queue: { readonly atMs: number; readonly order: number; readonly message: Message }[] = [];
  #nowMs = 0;
  #packets = 0;
  #arriving = 0;
  #finishAtMs: number | undefined;
  readonly #taken: number[] = [];
  #isWhole = false;
  #senderOutcome: Outcome['sender'];
  #receiverOutcome: Outcome['receiver'];

  constructor(journey: Journey) {
    const { windowBlocks, rollover, blockBytes, timing, opening } = journey;
    const terms = { windowBlocks, rollover, blockBytes, timeoutMs: undefined };
    this.#journey = journey;
    this.#sender = new BlockSender({ timing, terms, opening, peer: 'proven' });
    this.#receiver = new BlockReceiver({ timing, terms, peer: 'proven', rollover: 'agreed' });
  }

  run(): Outcome {
    const { blocks, opening } = this.#journey;
    // The receiver's own opening packet is the request: it has arrived, since the sender exists.
    this.#receiver.start(0);
    if (opening === 'none') this.#asSender(this.#sender.supplied(blocks, blocks, 0));
    this.#asSender(this.#sender.start(0));
    if (opening === 'packet') this.#asSender(this.#sender.supplied(blocks, blocks, 0));
    while (this.#step());
    return {
      taken: this.#taken,
      sender: this.#senderOutcome,
      receiver: this.#receiverOutcome,
      isWhole: this.#isWhole,
      packets: this.#packets,
      endMs: this.#nowMs,
    };
  }

  /** The next thing that happens; false when nothing more can. */
  #step(): boolean {
    if (this.#packets > MOST_PACKETS) throw new Error('the packets do not end');
    const times = [this.#queue[0]?.atMs, this.#sender.wakeAtMs, this.#receiver.wakeAtMs, this.#finishAtMs];
    const next = Math.min(...times.map((time) => time ?? Infinity));
    if (next === Infinity) return false;
    this.#nowMs = Math.max(this.#nowMs, next);
    const arrived = this.#queue[0];
    if (arrived !== undefined && arrived.atMs <= this.#nowMs) {
      this.#queue.shift();
      this.#deliver(arrived.message);
    } else if (this.#finishAtMs !== undefined && this.#finishAtMs <= this.#nowMs) {
      this.#finishAtMs = undefined;
      this.#isWhole = true;
      this.#asReceiver(this.#receiver.finished(this.#nowMs));
    } else {
      this.#asSender(this.#sender.wake(this.#nowMs));
      this.#asReceiver(this.#receiver.wake(this.#nowMs));
    }
    return true;
  }

  #deliver(message: Message): void {
    if (message.to === 'sender') this.#asSender(this.#sender.acknowledged(message.wire, this.#nowMs));
    else if (message.to === 'receiver-opening') {
      const { windowBlocks, rollover, blockBytes } = this.#journey;
      const terms = { windowBlocks, rollover, blockBytes, timeoutMs: undefined };
      this.#asReceiver(this.#receiver.opened(terms, this.#nowMs));
    } else {
      this.#arriving = message.block;
      this.#asReceiver(this.#receiver.received(message.wire, message.bytes, this.#nowMs));
    }
  }

  #send(message: Message): void {
    this.#packets += 1;
    for (const delayMs of this.#journey.fate(this.#packets))
      this.#queue.push({ atMs: this.#nowMs + delayMs, order: this.#queue.length, message });
    this.#queue.sort((one, other) => one.atMs - other.atMs);
  }

  #asSender(effects: readonly Effect[]): void {
    const { blocks, blockBytes, lastBytes } = this.#journey;
    for (const effect of effects)
      switch (effect.kind) {
        case 'open':
          this.#send({ to: 'receiver-opening' });
          break;
        case 'send':
          for (let block = effect.first; block <= effect.last; block += 1) {
            const bytes = block === blocks ? lastBytes : blockBytes;
            this.#send({ to: 'receiver', block, wire: this.#sender.wireOf(block), bytes });
          }
          break;
        case 'end':
          this.#senderOutcome = effect.outcome;
          break;
        case 'fail':
          this.#senderOutcome = effect.why;
          break;
        case 'acknowledge':
        case 'accept':
        case 'finish':
          throw new Error(`a sender does not ${effect.kind}`);
      }
  }

  #asReceiver(effects: readonly Effect[]): void {
    for (const effect of effects)
      switch (effect.kind) {
        case 'open':
          break;
        case 'acknowledge':
          this.#send({ to: 'sender', wire: effect.block });
          break;
        case 'accept':
          this.#taken.push(this.#arriving);
          break;
        case 'finish':
          this.#finishAtMs = this.#nowMs + (this.#journey.finishMs ?? 0);
          break;
        case 'end':
          this.#receiverOutcome = 'confirmed';
          break;
        case 'fail':
          this.#receiverOutcome = effect.why;
          break;
        case 'send':
          throw new Error('a receiver sends no DATA');
      }
  }
}

export const travel = (journey: Journey): Outcome => new Network(journey).run();
