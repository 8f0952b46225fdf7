/** How long an answer is waited for (RFC 1123 §4.2.3.2): from measured round trips, twice as long after each silence. */

export interface Timing {
  /** Before anything was measured. */
  readonly firstMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** How often something is sent without an answer before the transfer is given up… */
  readonly tries: number;
  /** …but not before the peer has been silent for so long. */
  readonly silenceMs: number;
  /** The same while nobody has shown that he is where he says: an address can be forged. */
  readonly triesUnproven: number;
  /** After the last ACK, how long it is repeated when it is asked for again. */
  readonly dallyMs: number;
}

export const DEFAULT_TIMING: Timing = {
  firstMs: 1_000,
  leastMs: 200,
  mostMs: 5_000,
  tries: 6,
  silenceMs: 0,
  triesUnproven: 3,
  dallyMs: 3_000,
};

/**
 * RFC 6298 §2, with the bounds of {@link Timing}. A time-out that was agreed on (RFC 2349) holds until something was measured,
 * and is the longest first wait then: curl asks for six seconds, which each lost packet would cost.
 */
export class RoundTrip {
  readonly #timing: Timing;
  #agreedMs: number | undefined;
  #smoothMs: number | undefined;
  #varianceMs = 0;
  /** Since the peer was heard, or since the beginning. */
  #silences = 0;
  #heardMs: number | undefined;
  #hasAnswered = false;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** Holds once the peer has answered: who only claims to be there shall not be waited for longer. */
  agree(timeoutMs: number | undefined): void {
    this.#agreedMs = timeoutMs;
  }

  /** Of something that was sent once: an answer to what was sent twice tells nothing (Karn). */
  measured(ms: number): void {
    if (this.#smoothMs === undefined) [this.#smoothMs, this.#varianceMs] = [ms, ms / 2];
    else {
      this.#varianceMs = 0.75 * this.#varianceMs + 0.25 * Math.abs(this.#smoothMs - ms);
      this.#smoothMs = 0.875 * this.#smoothMs + 0.125 * ms;
    }
  }

  /** Something moves. */
  answered(nowMs: number): void {
    this.#silences = 0;
    this.#heardMs = nowMs;
    this.#hasAnswered = true;
  }

  /** A wait is over. Tells whether it was the last one. */
  silent(peer: 'proven' | 'unproven', nowMs: number): 'again' | 'give-up' {
    const { tries, triesUnproven, silenceMs } = this.#timing;
    this.#silences += 1;
    const isTired = this.#silences >= (peer === 'proven' ? tries : triesUnproven);
    return isTired && nowMs >= (this.#heardMs ?? 0) + silenceMs ? 'give-up' : 'again';
  }

  /** When the answer to what is sent now is overdue. */
  deadline(nowMs: number): number {
    this.#heardMs ??= nowMs;
    const { silenceMs } = this.#timing;
    const due = nowMs + this.#waitMs;
    const end = this.#heardMs + silenceMs;
    return silenceMs > 0 && end > nowMs ? Math.min(due, end) : due;
  }

  get #waitMs(): number {
    const { firstMs, leastMs, mostMs } = this.#timing;
    const agreedMs = this.#hasAnswered ? this.#agreedMs : undefined;
    const measured = this.#smoothMs === undefined ? Infinity : this.#smoothMs + 4 * this.#varianceMs;
    const base = Math.max(leastMs, Math.min(measured, agreedMs ?? Infinity));
    return Math.min(Math.max(mostMs, agreedMs ?? 0), (base === Infinity ? firstMs : base) * 2 ** this.#silences);
  }
}
