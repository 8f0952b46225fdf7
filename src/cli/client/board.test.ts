/** What a terminal shows while copies run: lines that fit, drawn over one another, ten times a second at most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Board } from './board.ts';
import { RunningCopies } from './running-copies.ts';
import { fitted, widthOf } from './text-width.ts';

const MIB = 1024 * 1024;
const SCREEN = { columns: 100, rows: 24 };

test('one copy: its name, share, size, rate and the time that is left', () => {
  const copies = new RunningCopies({ files: 1, sizeBytes: 100 * MIB });
  copies.progress({ to: '/srv/c2911.bin', bytes: 25 * MIB, sizeBytes: 100 * MIB, bytesPerSecond: 5 * MIB });
  assert.deepEqual(copies.lines(0, SCREEN), [
    'c2911.bin  [#####...............]   25 %    25.0 MiB     5.0 MiB/s  15.0 s left',
  ]);
});

test('several: a line for each, and one for all with the rate of the last seconds', () => {
  const copies = new RunningCopies({ files: 3, sizeBytes: 40 * MIB });
  copies.ended('/a', 10 * MIB);
  copies.progress({ to: '/bb', bytes: 0, sizeBytes: 20 * MIB, bytesPerSecond: 0 });
  copies.lines(0, SCREEN);
  copies.progress({ to: '/bb', bytes: 5 * MIB, sizeBytes: 20 * MIB, bytesPerSecond: 5 * MIB });
  copies.progress({ to: '/cc', bytes: 5 * MIB, sizeBytes: 10 * MIB, bytesPerSecond: 5 * MIB });
  assert.deepEqual(copies.lines(1000, SCREEN), [
    'bb            [#####...............]   25 %     5.0 MiB     5.0 MiB/s  3.0 s left',
    'cc            [##########..........]   50 %     5.0 MiB     5.0 MiB/s  1.0 s left',
    '1 of 3 files  [##########..........]   50 %    20.0 MiB    10.0 MiB/s  2.0 s left',
  ]);
});

test('what a server named cannot move the cursor, and no line is wider than the screen', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 12, max: 140 }), (name, columns) => {
      const copies = new RunningCopies();
      copies.progress({ to: `/${name}`, bytes: 1, sizeBytes: 0, bytesPerSecond: 0 });
      copies.progress({ to: `/\u001b[2J${name}`, bytes: 1e12, sizeBytes: 9e15, bytesPerSecond: 1 });
      for (const line of copies.lines(0, { columns, rows: 4 })) {
        assert.ok(widthOf(line) < columns, line);
        assert.doesNotMatch(line, /[\0-\u001f\u007f-\u009f]/);
      }
    }),
    { numRuns: 40 },
  );
});

test('text is cut to columns, not to letters', () => {
  assert.equal(fitted('日本語', 5), '日本…');
  assert.equal(fitted('日本語', 6), '日本語');
  assert.equal(fitted('日本語', 4), '日… ');
  assert.equal(fitted('e\u0301t', 4), 'e\u0301t  ');
});

test('a board is drawn over itself, not too often, and gives way to other lines', () => {
  let [written, nowMs] = ['', 0];
  const board = new Board({ write: (text) => (written += text), clock: { monotonic: () => nowMs } });
  board.draw(() => ['one', 'two']);
  board.draw(() => assert.fail('too soon'));
  nowMs = 100;
  board.draw(() => ['three', 'four']);
  board.clear();
  board.clear();
  const [clear, top] = ['\u001b[K', '\r\u001b[1A'];
  assert.equal(written, `one${clear}\ntwo${clear}\u001b[J${top}three${clear}\nfour${clear}\u001b[J${top}\u001b[J`);
});
