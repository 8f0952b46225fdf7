/** Long work on the loop's own thread, cut into slices so that every session is served in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';

/** Long enough that the turns cost little, short enough that nobody notices. */
const SLICE_MS = 4;

export class Slicer {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #sliceEnd: number;

  constructor(clock: Pick<Clock, 'monotonic'> = systemClock) {
    this.#clock = clock;
    this.#sliceEnd = clock.monotonic() + SLICE_MS;
  }

  get isOver(): boolean {
    return this.#clock.monotonic() >= this.#sliceEnd;
  }

  /** Lets everybody else run, then begins a new slice. */
  async rest(): Promise<void> {
    await nextTurn();
    this.#sliceEnd = this.#clock.monotonic() + SLICE_MS;
  }
}
