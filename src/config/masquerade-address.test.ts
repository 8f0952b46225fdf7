import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMasqueradeAddress } from './masquerade-address.ts';

test('addresses and names that clients can be told', () => {
  for (const right of ['203.0.113.5', 'ftp.example.net', 'example.net.', 'nas', 'nas-1'])
    assert.equal(isMasqueradeAddress(right), true, right);
});

test('slips', () => {
  for (const wrong of ['', '999.1.1.1', '10.1.1', '10.1.1.1.1', '::1', 'a b', '-x', 'a..b', 'x'.repeat(254)])
    assert.equal(isMasqueradeAddress(wrong), false, wrong);
});
