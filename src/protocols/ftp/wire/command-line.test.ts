import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeName } from '../../../base/name.ts';
import { parseCommandLine } from './command-line.ts';

const bytes = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

const lines: readonly [string, Uint8Array, string, string][] = [
  ['a verb alone', bytes('noop'), 'NOOP', ''],
  ['spaces belong to the argument', bytes('STOR  two  spaces '), 'STOR', ' two  spaces '],
  ['Telnet IP and Synch before ABOR', bytes(0xff, 0xf4, 0xff, 0xf2, 'ABOR'), 'ABOR', ''],
  ['what is left when TCP took the urgent byte', bytes(0xff, 0xf4, 0xff, 'ABOR'), 'ABOR', ''],
  ['a data mark alone', bytes(0xf2, 'ABOR'), 'ABOR', ''],
  ['negotiation', bytes(0xff, 0xfd, 0x06, 'NOOP'), 'NOOP', ''],
  ['IAC IAC is one byte of a name', bytes('DELE ', 0xff, 0xff, 'x'), 'DELE', '\udcffx'],
  ['CR NUL is a CR in a name', bytes('DELE a', 0x0d, 0x00, 'b'), 'DELE', 'a\rb'],
];
for (const [what, line, verb, argument] of lines)
  test(what, () => assert.deepEqual(parseCommandLine(line), { verb, argument }));

test('what is no command', () => {
  for (const line of ['', ' ', 'ab', 'USÉR x', '{"json":1}', 'TOOLONGVERB', 'GET / HTTP/1.1'.slice(3)])
    assert.equal(parseCommandLine(Buffer.from(line)), undefined, line);
});

test('never throws, and a name of any bytes but NUL, CR, LF and 255 comes back as it was sent', () => {
  fc.assert(fc.property(fc.uint8Array(), (line) => (parseCommandLine(line), true)));
  const name = fc.uint8Array({ minLength: 1 }).map((raw) => raw.filter((byte) => ![0, 10, 13, 255].includes(byte)));
  fc.assert(
    fc.property(name, (raw) => {
      const parsed = parseCommandLine(Buffer.concat([Buffer.from('DELE '), raw]));
      assert.deepEqual([...encodeName(parsed?.argument ?? '')], [...raw]);
    }),
  );
});
