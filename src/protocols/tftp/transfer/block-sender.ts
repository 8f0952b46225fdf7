/**
 * The sender of a file as a machine: acknowledgements and time go in, what is to be sent comes out.
 *
 * A window is sent and its last block acknowledged (RFC 7440; a window of one is RFC 1350). Only silence sends a block
 * again: an ACK that comes twice is answered by nothing (RFC 1123 §4.2.3.1, the Sorcerer's Apprentice), but for the first
 * one in a larger window, which says that its first block was lost.
 */
import { blockWithin, type Rollover, wireBlock } from '../wire/block-number.ts';
import type { Terms } from '../wire/negotiation.ts';
import { type Effect, NOTHING } from './effect.ts';
import { RoundTrip, type Timing } from './round-trip.ts';

type Agreed = Pick<Terms, 'windowBlocks' | 'rollover' | 'timeoutMs'>;

export interface SenderOptions {
  readonly timing: Timing;
  readonly terms: Agreed;
  /** `packet`: something is sent, and answered, before the first block: a WRQ, or an OACK. */
  readonly opening: 'packet' | 'none';
  /** `unproven`: nobody has shown yet that the peer is where the request said. */
  readonly peer: 'proven' | 'unproven';
}

export class BlockSender {
  readonly #roundTrip: RoundTrip;
  #terms: Agreed;
  #state: 'new' | 'opening' | 'sending' | 'ended' = 'new';
  readonly #opening: SenderOptions['opening'];
  #isProven: boolean;
  /** The first block that is not acknowledged, and the next to be sent. */
  #base = 1;
  #next = 1;
  /** Blocks that can be sent; the last of the file once it is known. */
  #available = 0;
  #last: number | undefined;
  /** The highest block that was sent at any time: what comes again is not measured. */
  #sentOnce = 0;
  /** The acknowledgement behind which sending began again. */
  #restartedAt: number | undefined;
  #sentMs = 0;
  #isMeasurable = false;
  #wakeAtMs: number | undefined;

  constructor({ timing, terms, opening, peer }: SenderOptions) {
    this.#terms = terms;
    this.#opening = opening;
    this.#isProven = peer === 'proven';
    this.#roundTrip = new RoundTrip(timing);
    this.#roundTrip.agree(terms.timeoutMs);
  }

  /** When {@link wake} is to be called; `undefined` while nothing is waited for. */
  get wakeAtMs(): number | undefined {
    return this.#wakeAtMs;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  get isOpening(): boolean {
    return this.#state === 'opening';
  }

  /** The first block that may have to be sent again: what comes before it can be forgotten. */
  get firstKept(): number {
    return this.#base;
  }

  get rollover(): Rollover {
    return this.#terms.rollover;
  }

  start(nowMs: number): readonly Effect[] {
    if (this.#opening === 'none') {
      this.#state = 'sending';
      return this.#sendMore(nowMs);
    }
    this.#state = 'opening';
    this.#waitFrom(nowMs);
    this.#isMeasurable = true;
    return [{ kind: 'open' }];
  }

  /** The opening was answered: by ACK 0, or by an OACK with these terms. */
  opened(terms: Agreed, nowMs: number): readonly Effect[] {
    if (this.#state !== 'opening') return NOTHING;
    this.#terms = terms;
    this.#roundTrip.agree(terms.timeoutMs);
    this.#state = 'sending';
    this.#progress(nowMs);
    return this.#sendMore(nowMs);
  }

  /** Blocks up to `available` can be sent now; `last` is the file's last one, once that is known. */
  supplied(available: number, last: number | undefined, nowMs: number): readonly Effect[] {
    this.#available = available;
    this.#last = last;
    return this.#state === 'sending' ? this.#sendMore(nowMs) : NOTHING;
  }

  /** ACK with a number from the wire. */
  acknowledged(wire: number, nowMs: number): readonly Effect[] {
    if (this.#state === 'opening') return wire === 0 ? this.opened(this.#terms, nowMs) : NOTHING;
    if (this.#state !== 'sending') return NOTHING;
    const block = blockWithin(wire, { first: this.#base - 1, last: this.#next - 1 }, this.#terms.rollover);
    if (block === undefined) return NOTHING;
    if (block < this.#base) return this.#repeated(block, nowMs);
    return this.#advance(block, nowMs);
  }

  /** Time has come to {@link wakeAtMs}. */
  wake(nowMs: number): readonly Effect[] {
    if (this.#wakeAtMs === undefined || nowMs < this.#wakeAtMs) return NOTHING;
    if (this.#roundTrip.silent(this.#isProven ? 'proven' : 'unproven', nowMs) === 'give-up') return this.#giveUp();
    this.#isMeasurable = false;
    if (this.#state === 'opening') {
      this.#waitFrom(nowMs);
      return [{ kind: 'open' }];
    }
    this.#next = this.#base;
    this.#restartedAt = undefined;
    return this.#sendMore(nowMs);
  }

  /** The other side, or ours, has ended it. */
  stop(): void {
    this.#state = 'ended';
    this.#wakeAtMs = undefined;
  }

  #giveUp(): readonly Effect[] {
    const isOnlyLast = this.#state === 'sending' && this.#base === this.#last && this.#isProven;
    this.stop();
    return [isOnlyLast ? { kind: 'end', outcome: 'unconfirmed' } : { kind: 'fail', why: 'silent' }];
  }

  /** In a window of one it tells nothing; in a larger one its first block was lost. Once is enough. */
  #repeated(block: number, nowMs: number): readonly Effect[] {
    const isGap = this.#terms.windowBlocks > 1 && this.#next > this.#base && this.#restartedAt !== block;
    if (!isGap) return NOTHING;
    this.#restartedAt = block;
    this.#next = this.#base;
    return this.#sendMore(nowMs);
  }

  #advance(block: number, nowMs: number): readonly Effect[] {
    this.#base = block + 1;
    this.#progress(nowMs);
    if (block === this.#last) {
      this.stop();
      return [{ kind: 'end', outcome: 'confirmed' }];
    }
    // Within the window: what follows the block was lost, or came in disorder, and is sent again (RFC 7440 §4).
    if (this.#next > this.#base) {
      this.#restartedAt = block;
      this.#next = this.#base;
    } else this.#restartedAt = undefined;
    return this.#sendMore(nowMs);
  }

  #progress(nowMs: number): void {
    if (this.#isMeasurable) this.#roundTrip.measured(nowMs - this.#sentMs);
    this.#isMeasurable = false;
    this.#roundTrip.answered(nowMs);
    this.#isProven = true;
    this.#wakeAtMs = undefined;
  }

  #sendMore(nowMs: number): readonly Effect[] {
    const first = this.#next;
    const last = Math.min(this.#base + this.#terms.windowBlocks - 1, this.#available);
    if (first > last) return NOTHING;
    this.#next = last + 1;
    this.#isMeasurable = first > this.#sentOnce;
    this.#sentOnce = Math.max(this.#sentOnce, last);
    this.#waitFrom(nowMs);
    return [{ kind: 'send', first, last }];
  }

  #waitFrom(nowMs: number): void {
    this.#sentMs = nowMs;
    this.#wakeAtMs = this.#roundTrip.deadline(nowMs);
  }

  /** The number on the wire of a block. */
  wireOf(block: number): number {
    return wireBlock(block, this.#terms.rollover);
  }
}
