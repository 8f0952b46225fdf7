import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMoment, parseMoment } from './moment.ts';

test('moments are read as UTC', () => {
  assert.equal(parseMoment('1970-01-02'), 86_400_000);
  assert.equal(parseMoment('1970-01-01T00:01'), 60_000);
  assert.equal(parseMoment('1970-01-01 00:00:01Z'), 1000);
  assert.equal(parseMoment('2028-02-29'), Date.UTC(2028, 1, 29));
});

test('what no calendar has', () => {
  for (const text of ['', 'tomorrow', '2027-02-29', '2027-13-01', '2027-1-1', '2027-01-01T24:00', '2027-01-01T12:60'])
    assert.equal(parseMoment(text), undefined, text);
  assert.equal(parseMoment('2027-01-01T12:00+02:00'), undefined, 'UTC is the only zone');
});

test('what is written is read', () => {
  const seconds = fc.integer({ min: 0, max: 253_402_300_799 });
  fc.assert(fc.property(seconds, (second) => assert.equal(parseMoment(formatMoment(second * 1000)), second * 1000)));
});
