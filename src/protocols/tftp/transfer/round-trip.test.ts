/** How long an answer is waited for, in milliseconds of a clock that a test sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TIMING, RoundTrip } from './round-trip.ts';

/** The next waits, each of which ends in silence. */
function waits(trip: RoundTrip, count: number): number[] {
  let now = 0;
  return Array.from({ length: count }, () => {
    const due = trip.deadline(now);
    const waited = due - now;
    now = due;
    trip.silent('proven', now);
    return waited;
  });
}

test('before anything is known: a second, and twice as long after each silence, up to five', () => {
  assert.deepEqual(waits(new RoundTrip(DEFAULT_TIMING), 5), [1_000, 2_000, 4_000, 5_000, 5_000]);
});

test('what was measured, and four times its variance', () => {
  const trip = new RoundTrip(DEFAULT_TIMING);
  trip.measured(400);
  trip.answered(0);
  assert.deepEqual(waits(trip, 2), [1_200, 2_400]);
});

test('never less than the least: who answers within a millisecond may once need longer', () => {
  const trip = new RoundTrip(DEFAULT_TIMING);
  for (let count = 0; count < 20; count += 1) trip.measured(1);
  trip.answered(0);
  assert.deepEqual(waits(trip, 2), [200, 400]);
});

test('what was agreed on holds until something was measured, and bounds it then', () => {
  const trip = new RoundTrip(DEFAULT_TIMING);
  trip.agree(3_000);
  assert.deepEqual(waits(trip, 1), [1_000], 'not for who only claims to be there');
  trip.answered(0);
  assert.deepEqual(waits(trip, 1), [3_000]);
  trip.answered(0);
  trip.measured(10);
  assert.deepEqual(waits(trip, 1), [200], 'a lost packet does not cost three seconds');
  trip.answered(0);
  trip.agree(1_000);
  for (let count = 0; count < 20; count += 1) trip.measured(4_000);
  assert.deepEqual(waits(trip, 1), [1_000]);
});

test('given up after six silences, or three where nobody has shown that he is there', () => {
  const silences = (peer: 'proven' | 'unproven'): number => {
    const trip = new RoundTrip(DEFAULT_TIMING);
    let count = 1;
    while (trip.silent(peer, 0) === 'again') count += 1;
    return count;
  };
  assert.equal(silences('proven'), 6);
  assert.equal(silences('unproven'), 3);
});
