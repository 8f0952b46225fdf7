/** Where a listener opens, as people write it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHostPort } from './host-port.ts';

describe('a host with a port', () => {
  for (const [text, host, port] of [
    ['127.0.0.1:2323', '127.0.0.1', 2323],
    ['[::1]:0', '::1', 0],
    ['localhost:22', 'localhost', 22],
    ['2323', '127.0.0.1', 2323],
  ] as const)
    test(text, () => assert.deepEqual(parseHostPort(text), { host, port }));
  for (const text of ['', 'x', '127.0.0.1', '127.0.0.1:', ':22', '127.0.0.1:65536', '::1:22', 'a b:1', '[x]:1'])
    test(`${JSON.stringify(text)} is none`, () => assert.equal(parseHostPort(text), undefined));
});
