import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeName, encodeName } from '../../../base/name.ts';
import {
  isPlainName,
  isSendable,
  MAX_LINE_BYTES,
  parseLine,
  printMessage,
  printRecord,
  type ScpRecord,
} from './record.ts';

const line = (text: string): ReturnType<typeof parseLine> => parseLine(encodeName(text));

describe('lines of SCP (P6, P8)', () => {
  const GOOD: readonly (readonly [text: string, record: ScpRecord])[] = [
    ['C0644 12 x.bin', { kind: 'file', mode: 0o644, sizeBytes: 12, name: 'x.bin' }],
    ['C6755 0 two words', { kind: 'file', mode: 0o6755, sizeBytes: 0, name: 'two words' }],
    ['C0644 9007199254740991 big', { kind: 'file', mode: 0o644, sizeBytes: Number.MAX_SAFE_INTEGER, name: 'big' }],
    ['C0644 1  x ', { kind: 'file', mode: 0o644, sizeBytes: 1, name: ' x ' }],
    ['D0755 0 dir', { kind: 'directory', mode: 0o755, name: 'dir' }],
    ['E', { kind: 'end' }],
    [
      'T1183828267 500000 1183828268 0',
      { kind: 'times', modifiedMs: 1_183_828_267_500, accessedMs: 1_183_828_268_000 },
    ],
  ];
  for (const [text, record] of GOOD) test(text, () => assert.deepEqual(line(text), record));

  const BAD: readonly (readonly [text: string, why: string])[] = [
    ['', 'unexpected <newline>'],
    ['C644 1 x', 'bad mode'],
    ['C0999 1 x', 'bad mode'],
    ['C00644 1 x', 'bad mode'],
    ['C0644 -1 x', 'size not delimited'],
    ['C0644 0x10 x', 'size not delimited'],
    ['C0644 99999999999999999999 x', 'size not delimited'],
    ['C0644 9999999999999999999 x', 'size out of range'],
    ['C0644 1 ', 'unexpected filename'],
    ['C0644 1 .', 'unexpected filename'],
    ['C0644 1 ..', 'unexpected filename'],
    ['C0644 1 a/b', 'unexpected filename'],
    ['C0644 1 /etc/passwd', 'unexpected filename'],
    ['C0644 1 a\0b', 'unexpected filename'],
    ['D0755 0 ../up', 'unexpected filename'],
    ['T1 2 3', 'times not delimited'],
    ['T1 1000000 3 0', 'times not delimited'],
    ['T-1 0 3 0', 'times not delimited'],
    ['T999999999999999 0 3 0', 'time out of range'],
    ['EE', 'expected control record'],
    ['Welcome to R1', 'expected control record'],
  ];
  for (const [text, why] of BAD)
    test(`${JSON.stringify(text)}: ${why}`, () => {
      const parsed = line(text);
      assert.equal(parsed.kind === 'malformed' ? parsed.why : parsed.kind, why);
    });

  test('messages', () => {
    assert.deepEqual(line('\x01scp: x'), { kind: 'warning', text: 'scp: x' });
    assert.deepEqual(line('\x02'), { kind: 'fatal', text: '' });
    const long = printMessage({ kind: 'warning', text: 'x'.repeat(10_000) });
    assert.ok(long.length <= MAX_LINE_BYTES && long.at(-1) === 10);
  });

  const name = fc
    .uint8Array({ minLength: 1, maxLength: 255 })
    .map(decodeName)
    .filter((it) => isPlainName(it) && isSendable(it));
  const PLAIN = { noNullPrototype: true };
  const mode = fc.integer({ min: 0, max: 0o7777 });
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => value * 1_000);
  const record = fc.oneof(
    fc.record({ kind: fc.constant('file' as const), mode, sizeBytes: fc.maxSafeNat(), name }, PLAIN),
    fc.record({ kind: fc.constant('directory' as const), mode, name }, PLAIN),
    fc.record({ kind: fc.constant('times' as const), modifiedMs: seconds, accessedMs: seconds }, PLAIN),
    fc.constant({ kind: 'end' as const }),
  );

  test('what is printed is read back the same, whatever bytes the name has', () => {
    fc.assert(fc.property(record, (value) => assert.deepEqual(parseLine(printRecord(value).subarray(0, -1)), value)));
  });

  test('no bytes make it throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseLine(bytes)));
  });
});
