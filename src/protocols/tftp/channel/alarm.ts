/** One timer for a deadline that moves with every packet: it is set anew only when it rings too early. */
import type { Clock } from '../../../base/clock.ts';

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #wantedMs: number | undefined;
  #armedMs: number | undefined;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this monotonic time; `undefined`: not at all. */
  set(atMs: number | undefined): void {
    this.#wantedMs = atMs;
    if (atMs !== undefined && (this.#armedMs === undefined || atMs < this.#armedMs)) this.#arm(atMs);
  }

  stop(): void {
    this.#wantedMs = undefined;
    this.#armedMs = undefined;
    this.#cancel();
  }

  #arm(atMs: number): void {
    this.#cancel();
    this.#armedMs = atMs;
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(atMs - this.#clock.monotonic())), () => this.#due());
  }

  #due(): void {
    this.#armedMs = undefined;
    const wanted = this.#wantedMs;
    if (wanted === undefined) return;
    if (this.#clock.monotonic() < wanted) this.#arm(wanted);
    else {
      this.#wantedMs = undefined;
      this.#ring();
    }
  }
}
