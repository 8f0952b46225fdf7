import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIRST_CALENDAR_MS, LAST_CALENDAR_MS } from './calendar.ts';
import { hasTimeValue, parseTimeValue, printTimeValue } from './time-value.ts';

const anyText = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));

test('time values of RFC 3659', () => {
  const table: [string, number][] = [
    ['19980615100045.014', Date.UTC(1998, 5, 15, 10, 0, 45, 14)],
    ['19980615100045', Date.UTC(1998, 5, 15, 10, 0, 45)],
    ['19980615100045.5', Date.UTC(1998, 5, 15, 10, 0, 45, 500)],
    ['19980615100045.0149999', Date.UTC(1998, 5, 15, 10, 0, 45, 14)],
    ['20240229000000', Date.UTC(2024, 1, 29)],
    ['20161231235960', Date.UTC(2016, 11, 31, 23, 59, 59)],
    ['19691231235959', -1000],
    ['00010101000000', FIRST_CALENDAR_MS],
    ['99991231235959.999', LAST_CALENDAR_MS],
  ];
  for (const [text, ms] of table) assert.equal(parseTimeValue(text), ms, text);
});

test('dates that do not exist', () => {
  const wrong =
    '|1998|19981315000000|19980015000000|19980631000000|19980600000000|20230229000000|19980615240000|19980615106000|19980615100061|00000101000000|-9980615100045|100000101000000|19980615100045.|19980615100045,5|19980615100045 |1998061510004x|+1998061510004';
  for (const text of wrong.split('|')) assert.equal(parseTimeValue(text), undefined, text);
});

test('what is printed reads back', () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST_CALENDAR_MS, max: LAST_CALENDAR_MS }), (ms) => {
      assert.equal(parseTimeValue(printTimeValue(ms, 'milliseconds')), ms);
      assert.equal(parseTimeValue(printTimeValue(ms)), Math.floor(ms / 1000) * 1000);
      assert.ok(hasTimeValue(ms));
    }),
  );
});

test('no text and no number makes anything throw', () => {
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.')) });
  fc.assert(
    fc.property(fc.oneof(digits, anyText), (text) => {
      const ms = parseTimeValue(text);
      assert.ok(ms === undefined || Number.isSafeInteger(ms));
    }),
  );
  fc.assert(fc.property(fc.double(), (ms) => /^\d{14}\.\d{3}$/.test(printTimeValue(ms, 'milliseconds'))));
});
