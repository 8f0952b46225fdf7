import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { modeOf } from './mode.ts';
import { parsePacket, printAck, printData, printError, printOptions, printRequest } from './packet.ts';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'));
const blockNumber = fc.integer({ min: 0, max: 65_535 });

describe('a packet of TFTP', () => {
  test('is read as it was printed', () => {
    const options = fc.array(fc.record({ name: word, value: word }, { noNullPrototype: true }), { maxLength: 8 });
    const direction = fc.constantFrom('read' as const, 'write' as const);
    fc.assert(
      fc.property(direction, word, word, options, (way, name, mode, list) => {
        const printed = printRequest({ direction: way, name, mode, options: list });
        assert.deepEqual(parsePacket(printed), { kind: 'request', direction: way, name, mode, options: list });
        assert.deepEqual(parsePacket(printOptions(list)), { kind: 'options', options: list });
      }),
    );
    fc.assert(
      fc.property(blockNumber, fc.uint8Array({ maxLength: 600 }), (block, bytes) => {
        assert.deepEqual(parsePacket(printData(block, bytes)), { kind: 'data', block, bytes });
        assert.deepEqual(parsePacket(printAck(block)), { kind: 'ack', block });
      }),
    );
    assert.deepEqual(parsePacket(printError(1, 'File not found')), {
      kind: 'error',
      code: 1,
      message: 'File not found',
    });
  });

  test('has the bytes of RFC 1350', () => {
    const request = { direction: 'read', name: 'a', mode: 'octet', options: [] } as const;
    assert.deepEqual(Buffer.from(printRequest(request)).toString('latin1'), '\0\x01a\0octet\0');
    assert.deepEqual([...printData(258, Uint8Array.of(9))], [0, 3, 1, 2, 9]);
    assert.deepEqual([...printAck(65_535)], [0, 4, 255, 255]);
    assert.deepEqual(Buffer.from(printError(5, 'no')).toString('latin1'), '\0\x05\0\x05no\0');
  });

  test('is never thrown upon, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_500 }), fc.integer({ min: 0, max: 9 }), (bytes, opcode) => {
        bytes[0] = 0;
        bytes[1] = opcode;
        assert.ok(parsePacket(bytes).kind.length > 0);
      }),
      { numRuns: 2_000 },
    );
  });

  test('that is none is told by its opcode', () => {
    for (const text of ['', '\0', '\0\x03', '\0\x04\0', '\0\x05\0', '\0\x09aa', '\x01\x01a\0octet\0'])
      assert.equal(parsePacket(bytesOf(text)).kind, 'malformed', JSON.stringify(text));
    for (const text of ['\0\x01a', '\0\x01a\0octet', '\0\x02\0octet\0', '\0\x01']) {
      const parsed = parsePacket(bytesOf(text));
      assert.ok(parsed.kind === 'malformed' && (parsed.opcode === 1 || parsed.opcode === 2), JSON.stringify(text));
    }
  });

  test('of a request: options without a value, padding and names that are not UTF-8 do no harm', () => {
    const read = (rest: string): unknown => parsePacket(bytesOf(`\0\x01boot\0octet\0${rest}`));
    const expected = { kind: 'request', direction: 'read', name: 'boot', mode: 'octet' };
    const blksize = [{ name: 'blksize', value: '1456' }];
    assert.deepEqual(read('blksize\x001456\0tsize\0'), { ...expected, options: blksize });
    assert.deepEqual(read(`blksize\x001456\0${'\0'.repeat(200)}`), { ...expected, options: blksize });
    assert.deepEqual(read('blksize\x001456\0junk'), { ...expected, options: blksize });
    assert.deepEqual(parsePacket(bytesOf('\0\x01\xff\0octet\0')), { ...expected, name: '\udcff', options: [] });
  });

  test('two hundred options are no two hundred objects', () => {
    const parsed = parsePacket(bytesOf(`\0\x01a\0octet\0${'o\0v\0'.repeat(200)}`));
    assert.ok(parsed.kind === 'request' && parsed.options.length === 32);
  });
});

test('modes are known in any case, with their aliases; mail is not', () => {
  for (const name of ['octet', 'OCTET', 'Binary']) assert.equal(modeOf(name), 'octet');
  for (const name of ['netascii', 'NetAscii', 'ascii']) assert.equal(modeOf(name), 'netascii');
  for (const name of ['mail', '', 'octett', '__proto__']) assert.equal(modeOf(name), undefined);
});
