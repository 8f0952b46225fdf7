/**
 * The receiver of a file as a machine: blocks and time go in, acknowledgements come out.
 *
 * Blocks are taken in their order only. The last one of a window is acknowledged (RFC 7440), a gap once, and a block that
 * comes again so that a sender whose ACK was lost goes on. The last ACK is sent when the file is safe, and repeated for a
 * while to a sender that has not heard it.
 */
import { blockWithin, type Rollover, wireBlock } from '../wire/block-number.ts';
import type { Terms } from '../wire/negotiation.ts';
import { type Effect, NOTHING } from './effect.ts';
import { RoundTrip, type Timing } from './round-trip.ts';

type Agreed = Pick<Terms, 'blockBytes' | 'windowBlocks' | 'rollover' | 'timeoutMs'>;

export interface ReceiverOptions {
  readonly timing: Timing;
  readonly terms: Agreed;
  /** `unproven`: nobody has shown yet that the peer is where the request said. */
  readonly peer: 'proven' | 'unproven';
  /** `as-it-comes`: where the sender goes on with 1 behind 65535, that is what it means. */
  readonly rollover: 'agreed' | 'as-it-comes';
}

export class BlockReceiver {
  readonly #timing: Timing;
  readonly #roundTrip: RoundTrip;
  readonly #rolloverRule: ReceiverOptions['rollover'];
  #terms: Agreed;
  #rollover: Rollover;
  #state: 'opening' | 'receiving' | 'finishing' | 'dallying' | 'ended' = 'opening';
  #isProven: boolean;
  /** The block that is due, and the one that was acknowledged last. */
  #due = 1;
  #acknowledged = 0;
  #hasToldGap = false;
  #repeatedMs = -Infinity;
  #sentMs = 0;
  #isMeasurable = false;
  #wakeAtMs: number | undefined;

  constructor({ timing, terms, peer, rollover }: ReceiverOptions) {
    this.#timing = timing;
    this.#terms = terms;
    this.#rollover = terms.rollover;
    this.#rolloverRule = rollover;
    this.#isProven = peer === 'proven';
    this.#roundTrip = new RoundTrip(timing);
    this.#roundTrip.agree(terms.timeoutMs);
  }

  get wakeAtMs(): number | undefined {
    return this.#wakeAtMs;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  get isOpening(): boolean {
    return this.#state === 'opening';
  }

  start(nowMs: number): readonly Effect[] {
    this.#waitFrom(nowMs);
    this.#isMeasurable = true;
    return [{ kind: 'open' }];
  }

  /** The client's request was answered by an OACK with these terms, which ACK 0 confirms, also when it comes again. */
  opened(terms: Agreed, nowMs: number): readonly Effect[] {
    if (this.#state !== 'opening' && !(this.#state === 'receiving' && this.#due === 1)) return NOTHING;
    if (this.#state === 'opening') {
      this.#terms = terms;
      this.#rollover = terms.rollover;
      this.#roundTrip.agree(terms.timeoutMs);
      this.#progress(nowMs);
      this.#state = 'receiving';
      this.#isMeasurable = true;
    }
    this.#waitFrom(nowMs);
    return [{ kind: 'acknowledge', block: 0 }];
  }

  /** DATA with a number from the wire and so many bytes. */
  received(wire: number, bytes: number, nowMs: number): readonly Effect[] {
    if (this.#state === 'ended' || this.#state === 'finishing') return NOTHING;
    const window = this.#terms.windowBlocks;
    const range = { first: Math.max(1, this.#due - window), last: this.#due + window - 1 };
    const block = this.#nextCycle(wire) ?? blockWithin(wire, range, this.#rollover);
    if (this.#state === 'dallying') return block === this.#due - 1 ? this.#repeat(nowMs) : NOTHING;
    if (block === undefined) return NOTHING;
    if (block < this.#due) return this.#repeat(nowMs);
    if (block > this.#due) return this.#gap(nowMs);
    return this.#take(bytes, nowMs);
  }

  /** The file is safe. */
  finished(nowMs: number): readonly Effect[] {
    if (this.#state !== 'finishing') return NOTHING;
    this.#state = 'dallying';
    this.#wakeAtMs = nowMs + this.#timing.dallyMs;
    return [this.#acknowledge()];
  }

  /** Time has come to {@link wakeAtMs}. */
  wake(nowMs: number): readonly Effect[] {
    if (this.#wakeAtMs === undefined || nowMs < this.#wakeAtMs) return NOTHING;
    if (this.#state === 'dallying') {
      this.stop();
      return [{ kind: 'end', outcome: 'confirmed' }];
    }
    if (this.#roundTrip.silent(this.#isProven ? 'proven' : 'unproven', nowMs) === 'give-up') {
      this.stop();
      return [{ kind: 'fail', why: 'silent' }];
    }
    this.#isMeasurable = false;
    this.#hasToldGap = false;
    this.#waitFrom(nowMs);
    return [this.#state === 'opening' ? { kind: 'open' } : this.#acknowledge()];
  }

  /** The other side, or ours, has ended it. */
  stop(): void {
    this.#state = 'ended';
    this.#wakeAtMs = undefined;
  }

  /** Behind 65535 a sender goes on with 0, or with 1: the first to come shows which. In a window 1 may be the second. */
  #nextCycle(wire: number): number | undefined {
    const isTurn = this.#rolloverRule === 'as-it-comes' && this.#terms.windowBlocks === 1 && this.#due === 65_536;
    if (!isTurn || wire > 1) return undefined;
    this.#rollover = wire === 1 ? 1 : 0;
    return this.#due;
  }

  #take(bytes: number, nowMs: number): readonly Effect[] {
    const { blockBytes, windowBlocks } = this.#terms;
    if (bytes > blockBytes) {
      this.stop();
      return [{ kind: 'fail', why: 'oversized' }];
    }
    this.#state = 'receiving';
    this.#progress(nowMs);
    this.#due += 1;
    if (bytes < blockBytes) {
      this.#state = 'finishing';
      this.#wakeAtMs = undefined;
      return [{ kind: 'accept' }, { kind: 'finish' }];
    }
    this.#waitFrom(nowMs);
    if (this.#due - 1 - this.#acknowledged < windowBlocks) return [{ kind: 'accept' }];
    this.#isMeasurable = true;
    return [{ kind: 'accept' }, this.#acknowledge()];
  }

  /** One word on a gap: the sender begins again behind it, and each further word would make it begin once more. */
  #gap(nowMs: number): readonly Effect[] {
    if (this.#hasToldGap) return NOTHING;
    this.#hasToldGap = true;
    this.#isMeasurable = false;
    this.#waitFrom(nowMs);
    return [this.#acknowledge()];
  }

  /** A block that was taken already: our ACK was lost. A window that comes again as a whole is answered once. */
  #repeat(nowMs: number): readonly Effect[] {
    const isSingle = this.#terms.windowBlocks === 1;
    if (!isSingle && nowMs - this.#repeatedMs < this.#timing.leastMs) return NOTHING;
    this.#repeatedMs = nowMs;
    this.#isMeasurable = false;
    return [this.#acknowledge()];
  }

  #acknowledge(): Effect {
    this.#acknowledged = this.#due - 1;
    return { kind: 'acknowledge', block: wireBlock(this.#due - 1, this.#rollover) };
  }

  #progress(nowMs: number): void {
    if (this.#isMeasurable) this.#roundTrip.measured(nowMs - this.#sentMs);
    this.#isMeasurable = false;
    this.#hasToldGap = false;
    this.#repeatedMs = -Infinity;
    this.#roundTrip.answered(nowMs);
    this.#isProven = true;
  }

  #waitFrom(nowMs: number): void {
    this.#sentMs = nowMs;
    this.#wakeAtMs = this.#roundTrip.deadline(nowMs);
  }
}
