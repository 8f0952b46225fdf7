import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeName } from '../../../base/name.ts';
import { encodeText, printReply, quoted, reply } from './reply.ts';

test('one line, and several with the inner ones indented', () => {
  assert.equal(printReply(reply(200)), '200 Command okay.\r\n');
  assert.equal(
    printReply(reply(211, 'Features:', 'SIZE', '226 not an end', 'End')),
    '211-Features:\r\n SIZE\r\n 226 not an end\r\n211 End\r\n',
  );
});

test('quotes in names are doubled (RFC 959 Appendix II)', () => {
  assert.equal(quoted('/a "b"'), '"/a ""b"""');
});

test('no text can add a line to a reply', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const printed = printReply(reply(257, quoted(text)));
      assert.equal(printed.split('\n').length, 2);
      assert.match(printed, /^257 [^\r\n\0]*\r\n$/);
    }),
  );
});

test('names that are not UTF-8 go out as their own bytes, with 255 doubled', () => {
  assert.deepEqual([...encodeText(decodeName(Uint8Array.of(0x66, 0xfc, 0xff)))], [0x66, 0xfc, 0xff, 0xff]);
});
