import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatTerminalType, formatWindowSize, parseTerminalType, parseWindowSize } from './terminal.ts';

const IS = '\0';
const typeOf = (payload: string): string | undefined => parseTerminalType(Buffer.from(payload, 'latin1'));

describe('a window size', () => {
  test('is two numbers, of which 0 says nothing', () => {
    assert.deepEqual(parseWindowSize(Uint8Array.of(0, 80, 0, 24)), { columns: 80, rows: 24 });
    assert.deepEqual(parseWindowSize(Uint8Array.of(1, 255, 3, 232)), { columns: 511, rows: 1000 });
    assert.deepEqual(parseWindowSize(Uint8Array.of(0, 0, 0, 24)), { columns: undefined, rows: 24 });
  });

  test('is nothing else', () => {
    for (const size of [0, 3, 5, 256]) assert.equal(parseWindowSize(new Uint8Array(size)), undefined);
  });

  test('comes back, within what can be said', () => {
    const CELLS = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(CELLS, CELLS, (columns, rows) => {
        assert.deepEqual(parseWindowSize(formatWindowSize({ columns, rows })), { columns, rows });
      }),
    );
    assert.deepEqual([...formatWindowSize({ columns: 1e9, rows: -1 })], [255, 255, 0, 0]);
    assert.deepEqual([...formatWindowSize({ columns: NaN, rows: 24.5 })], [0, 0, 0, 24]);
  });
});

describe('a terminal type', () => {
  test('is a name as the peer spells it', () => {
    assert.equal(typeOf(`${IS}xterm-256color`), 'xterm-256color');
    assert.equal(typeOf(`${IS}VT100`), 'VT100');
  });

  test('is printable and short, or none', () => {
    assert.equal(typeOf(`${IS}\x1b[2Jvt\r\n\xff`), '[2Jvt');
    assert.equal(typeOf(`${IS}${'x'.repeat(256)}`), 'x'.repeat(40));
    for (const none of ['', IS, `${IS}\r\n`, '\x01vt100', 'vt100']) assert.equal(typeOf(none), undefined);
  });

  test('comes back', () => {
    assert.equal(parseTerminalType(formatTerminalType('vt100')), 'vt100');
    assert.equal(parseTerminalType(formatTerminalType('v t\n€100')), 'vt100');
  });
});
