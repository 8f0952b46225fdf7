import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overdue, type Waiting } from './deadline.ts';
import { DEFAULT_FTP_LIMITS } from './options.ts';

const QUIET: Waiting = {
  openedMs: 0,
  loginSinceMs: 0,
  loggedIn: true,
  activeMs: 0,
  busy: false,
  repliesStuckMs: undefined,
  closingMs: undefined,
  transferMs: undefined,
};
const after = (seconds: number, waiting: Partial<Waiting>): string | undefined =>
  overdue({ ...QUIET, ...waiting }, DEFAULT_FTP_LIMITS, seconds * 1000)?.act;

test('a session without a command is closed after the idle time', () => {
  assert.equal(after(299, {}), undefined);
  assert.equal(after(301, {}), 'close');
  assert.equal(after(301, { activeMs: 200_000 }), undefined);
});

test('a client that does not log in is closed, also while it keeps talking', () => {
  assert.equal(after(61, { loggedIn: false, activeMs: 60_000 }), 'close');
});

test('a running transfer is never idle, but it may stall', () => {
  assert.equal(after(3600, { busy: true, transferMs: 3_590_000 }), undefined);
  assert.equal(after(3600, { busy: true, transferMs: 3_400_000 }), 'stop-transfer');
});

test('bytes that have all arrived cannot stall any more', () => {
  assert.equal(after(3600, { busy: true, transferMs: Infinity }), undefined);
});

test('a client that takes no replies is cut off, transfer or not', () => {
  assert.equal(after(100, { repliesStuckMs: 30_000, transferMs: 99_000 }), 'destroy');
});

test('a client that does not close its side is not waited for long', () => {
  assert.equal(after(1, { closingMs: 0 }), undefined);
  assert.equal(after(3, { closingMs: 0 }), 'destroy');
});
