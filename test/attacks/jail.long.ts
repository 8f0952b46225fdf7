/** The directory-swap race for twenty seconds. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { raceAgainstSwaps } from './race.ts';

test('twenty seconds of directory swaps lead nothing outside', { skip: process.platform !== 'linux' }, async () => {
  const { succeeded, refused } = await raceAgainstSwaps(20_000);
  assert.ok(succeeded > 1000 && refused > 5000, `${succeeded} calls succeeded, ${refused} were refused`);
});
