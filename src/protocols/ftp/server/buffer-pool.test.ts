import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from './buffer-pool.ts';

test('large buffers while the budget lasts, small ones for everybody else', () => {
  const pool = new BufferPool(1_000_000, 2_500_000);
  const lent = Array.from({ length: 4 }, () => pool.take());
  assert.deepEqual(
    lent.map(({ length }) => length),
    [1_000_000, 1_000_000, 65_536, 65_536],
  );
  for (const buffer of lent) pool.give(buffer);
  assert.equal(pool.take().length, 1_000_000);
});

test('what comes back is lent again', () => {
  const pool = new BufferPool(1000, 10_000);
  const first = pool.take();
  pool.give(first);
  assert.equal(pool.take(), first);
});
