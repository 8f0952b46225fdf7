/** The table of addresses does not grow with the number of attackers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../base/manual-clock.ts';
import { createFailureLedger } from './failure-ledger.ts';

test('the address that has been quiet for longest is forgotten first', () => {
  const policy = { failures: 3, windowMs: 1000, lockoutMs: 1000, addresses: 2 };
  const ledger = createFailureLedger(policy, createManualClock());
  ledger.add('a');
  ledger.add('b');
  ledger.add('a');
  ledger.add('c');
  assert.equal(ledger.size, 2);
  assert.equal(ledger.add('a'), 3, 'a was heard of after b');
  assert.ok(ledger.lockedForMs('a') > 0);
  assert.equal(ledger.add('b'), 1);
});

test('ten thousand addresses stay ten thousand', () => {
  const policy = { failures: 3, windowMs: 1000, lockoutMs: 1000, addresses: 10_000 };
  const ledger = createFailureLedger(policy, createManualClock());
  for (let host = 0; host < 50_000; host += 1) ledger.add(`host ${host}`);
  assert.equal(ledger.size, 10_000);
});
