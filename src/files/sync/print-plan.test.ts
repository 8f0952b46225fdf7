import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryTrees, plan } from '../../../test/support/sync-trees.ts';
import { planLines } from './print-plan.ts';

test('a plan as people read it; no name can draw on a terminal', async () => {
  const trees = await memoryTrees(
    { 'a.bin': '22', 'b\x1b[2J\n': '1', dir: '1', 'sub/c': '1', same: '1' },
    { 'a.bin': '1', same: '1', 'old/x': '1', 'dir/y': '1' },
  );
  assert.deepEqual(
    [...planLines(await plan(trees, { extra: 'delete' }))],
    [
      'delete   dir/y  (1 byte, in the way)',
      'rmdir    dir  (in the way)',
      'mkdir    sub',
      'replace  a.bin  (2 bytes, the size differs)',
      'copy     b\\x1b[2J\\n  (1 byte)',
      'copy     dir  (1 byte, instead of what stands there)',
      'copy     sub/c  (1 byte)',
      'delete   old/x  (1 byte, not in the source)',
      'rmdir    old  (not in the source)',
      'total    3 to copy, 1 to replace, 1 directory to make, 2 to delete, 2 directories to delete, 1 the same; 5 bytes to move',
    ],
  );
});

test('what is refused and left is said as well', async () => {
  const trees = await memoryTrees({ a: '1', dir: '1' }, { a: '1', 'dir/y': '1', old: '1' });
  assert.deepEqual(
    [...planLines(await plan(trees, { extra: 'delete', maxDelete: 1 }))],
    [
      'keep     dir/y  (in the way, but see below)',
      'keep     old  (not in the source, but see below)',
      'keep     dir  (in the way, but see below)',
      'conflict dir  (something of another type stands there, and nothing is deleted)',
      'guard    nothing is deleted: that would be 3 of 4 names, and 1 are allowed; if it is meant, raise the bound (--max-delete)',
      'total    1 the same; 0 bytes to move',
    ],
  );
});
