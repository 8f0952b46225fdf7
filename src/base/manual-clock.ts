/** A clock that stands still until a test moves it. */
import type { Clock } from './clock.ts';

interface ManualClock extends Clock {
  /** Moves the time on and makes the callbacks that fall due, in their order. */
  advance(byMs: number): void;
  /** How many callbacks are waiting. */
  readonly waiting: number;
}

interface Alarm {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Begins at `startMs` milliseconds since 1970. */
export function createManualClock(startMs = 0): ManualClock {
  let elapsedMs = 0;
  const alarms = new Set<Alarm>();
  const firstDueBy = (limitMs: number): Alarm | undefined =>
    [...alarms].filter((alarm) => alarm.dueMs <= limitMs).sort((one, other) => one.dueMs - other.dueMs)[0];
  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    after(delayMs, callback) {
      const alarm = { dueMs: elapsedMs + delayMs, callback };
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    advance(byMs) {
      const endMs = elapsedMs + byMs;
      for (let alarm = firstDueBy(endMs); alarm !== undefined; alarm = firstDueBy(endMs)) {
        alarms.delete(alarm);
        elapsedMs = Math.max(elapsedMs, alarm.dueMs);
        alarm.callback();
      }
      elapsedMs = endMs;
    },
    get waiting() {
      return alarms.size;
    },
  };
}
