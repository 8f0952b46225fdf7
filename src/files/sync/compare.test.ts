import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFiles, type Comparison, laterMs, seen } from './compare.ts';
import type { Seen } from './sync-plan.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 23, 12);
const file = (sizeBytes: number, modifiedMs?: number, modifiedPrecision?: Seen['modifiedPrecision']): Seen => ({
  type: 'file',
  sizeBytes,
  ...(modifiedMs === undefined ? {} : { modifiedMs }),
  ...(modifiedPrecision === undefined ? {} : { modifiedPrecision }),
});

test('what makes two files the same, for each way to compare', () => {
  const older = file(5, NOON + 1);
  const newer = file(5, NOON + 5_001);
  const table: [how: Partial<Comparison>, source: Seen, destination: Seen, verdict: string][] = [
    [{}, older, older, 'equal'],
    [{}, newer, older, 'newer'],
    [{}, older, newer, 'time-differs'],
    [{ times: 'not-older' }, older, newer, 'equal'],
    [{ setsTimes: 'no' }, older, newer, 'equal'],
    [{ setsTimes: 'no' }, newer, older, 'newer'],
    [{}, file(6, NOON), file(5, NOON), 'size-differs'],
    [{}, file(5), older, 'equal'],
    [{ timeWindowMs: 5_000 }, newer, older, 'equal'],
    [{ compare: 'size' }, newer, older, 'equal'],
    [{ compare: 'size' }, file(6, NOON), file(5, NOON), 'size-differs'],
    [{ compare: 'newer' }, newer, older, 'newer'],
    [{ compare: 'newer' }, file(6, NOON), file(5, NOON + 5_000), 'equal'],
    [{ compare: 'newer' }, file(6), file(5, NOON), 'size-differs'],
    [{ compare: 'hash' }, newer, older, 'look-inside'],
    [{ compare: 'hash' }, file(6, NOON), file(5, NOON), 'size-differs'],
    // A LIST: minutes, in the server's own zone. An older source is then no reason.
    [{}, file(5, NOON + 59_123), file(5, NOON, 'minute'), 'equal'],
    [{}, file(5, NOON - 120 * MINUTE), file(5, NOON, 'minute'), 'equal'],
    [{}, file(5, NOON + 120 * MINUTE), file(5, NOON, 'minute'), 'newer'],
    [{}, file(5, NOON + 600 * MINUTE), file(5, NOON, 'day'), 'equal'],
    [{ times: 'equal' }, file(5, NOON - 120 * MINUTE), file(5, NOON, 'minute'), 'time-differs'],
  ];
  for (const [how, source, destination, verdict] of table)
    assert.equal(
      compareFiles(source, destination, { setsTimes: 'yes', ...how }),
      verdict,
      JSON.stringify({ how, source, destination }),
    );
});

test('times are as exact as they look, or as they are said to be', () => {
  const later = (source: number, destination: number): number | undefined =>
    laterMs(file(1, source), file(1, destination));
  assert.equal(later(NOON + 124, NOON + 123), 0, 'rounding');
  assert.equal(later(NOON + 125, NOON + 123), 2, 'a disk that keeps milliseconds');
  assert.equal(later(NOON + 1_999, NOON + 1_000), 0, 'whole seconds');
  assert.equal(later(NOON + 2_500, NOON + 1_000), 1_500);
  assert.equal(later(NOON + 1_999, NOON), 0, 'FAT');
  assert.equal(later(NOON - 2_500, NOON), -2_500);
  assert.equal(laterMs(file(1, NOON + 5, 'second'), file(1, NOON + 900, 'millisecond')), 0);
  assert.equal(laterMs(file(1), file(1, NOON)), undefined);
});

test('what is not known is not made up', () => {
  const entry = { name: 'a', type: 'file' as const, sizeBytes: NaN, modifiedMs: 0 };
  assert.deepEqual(seen(entry), { type: 'file' });
  assert.deepEqual(seen({ ...entry, type: 'directory', sizeBytes: 4096, modifiedMs: 1 }), {
    type: 'directory',
    modifiedMs: 1,
  });
});
