/** PROXY headers, byte by byte: what is read, what is refused, and that no bytes do harm. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress } from './cidr.ts';
import { parseProxyHeader, type ProxyHeader, type ProxyHeaderParse } from './proxy-header.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const LOCAL: ProxyHeader = { kind: 'local' };
const IPV4_BYTES = [192, 0, 2, 1, 198, 51, 100, 7, 0xdc, 0x04, 0, 21];
const IPV4: ProxyHeader = {
  kind: 'proxied',
  sourceAddress: '192.0.2.1',
  sourcePort: 56_324,
  destinationAddress: '198.51.100.7',
  destinationPort: 21,
};

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const v2 = (command: number, family: number, rest: readonly number[], length = rest.length): Uint8Array =>
  Uint8Array.from([...SIGNATURE, command, family, length >> 8, length & 255, ...rest]);
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const join = (head: Uint8Array, tail: Uint8Array): Uint8Array => Uint8Array.from([...head, ...tail]);

function headerOf(parse: ProxyHeaderParse): ProxyHeader {
  assert.ok(parse.outcome === 'complete', JSON.stringify(parse));
  return parse.header;
}

const good: readonly (readonly [string, Uint8Array, ProxyHeader])[] = [
  ['version 1, IPv4', ascii('PROXY TCP4 192.0.2.1 198.51.100.7 56324 21\r\n'), IPV4],
  [
    'version 1, IPv6',
    ascii('PROXY TCP6 2001:DB8:0::1 ::1 1 65535\r\n'),
    {
      kind: 'proxied',
      sourceAddress: '2001:db8::1',
      sourcePort: 1,
      destinationAddress: '::1',
      destinationPort: 65_535,
    },
  ],
  ['version 1, IPv4 inside IPv6', ascii('PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6407 56324 21\r\n'), IPV4],
  ['version 1, unknown', ascii('PROXY UNKNOWN\r\n'), LOCAL],
  ['version 1, unknown with anything', ascii('PROXY UNKNOWN ffff::1 what ever\r\n'), LOCAL],
  ['version 1, as long as it gets', ascii(`PROXY UNKNOWN ${'f'.repeat(107 - 16)}\r\n`), LOCAL],
  ['version 2, IPv4', v2(0x21, 0x11, IPV4_BYTES), IPV4],
  [
    'version 2, IPv6',
    v2(0x21, 0x21, [0x20, 0x01, 0x0d, 0xb8, ...zeros(11), 1, ...zeros(15), 1, 0, 1, 0xff, 0xff]),
    {
      kind: 'proxied',
      sourceAddress: '2001:db8::1',
      sourcePort: 1,
      destinationAddress: '::1',
      destinationPort: 65_535,
    },
  ],
  [
    'version 2, IPv4 inside IPv6',
    v2(0x21, 0x21, [
      ...[...zeros(10), 0xff, 0xff, 192, 0, 2, 1],
      ...[...zeros(10), 0xff, 0xff, 198, 51, 100, 7],
      ...[0xdc, 0x04, 0, 21],
    ]),
    IPV4,
  ],
  ['version 2, LOCAL', v2(0x20, 0, []), LOCAL],
  ['version 2, LOCAL with a family that does not exist', v2(0x20, 0xff, [1, 2, 3]), LOCAL],
  ['version 2, LOCAL with addresses', v2(0x20, 0x11, IPV4_BYTES), LOCAL],
  ['version 2, family UNSPEC', v2(0x21, 0x00, [1, 2, 3]), LOCAL],
  ['version 2, UNIX sockets', v2(0x21, 0x31, zeros(216)), LOCAL],
  ['version 2, datagrams', v2(0x21, 0x12, IPV4_BYTES), LOCAL],
  ['version 2, fields behind the addresses', v2(0x21, 0x11, [...IPV4_BYTES, 0x04, 0, 2, 0, 0, 0x02, 0, 1, 0x61]), IPV4],
  ['version 2, fields that are damaged', v2(0x21, 0x11, [...IPV4_BYTES, 0x04, 0xff, 0xff]), IPV4],
  ['version 2, as long as it gets', v2(0x21, 0x11, [...IPV4_BYTES, ...zeros(536 - 16 - 12)]), IPV4],
];

describe('headers that are understood', () => {
  for (const [name, bytes, header] of good)
    test(name, () => {
      assert.deepEqual(parseProxyHeader(bytes), { outcome: 'complete', header, lengthBytes: bytes.length });
      const followed = join(bytes, ascii('USER u\r\n'));
      assert.deepEqual(parseProxyHeader(followed), { outcome: 'complete', header, lengthBytes: bytes.length });
    });

  test('none is read before its last byte', () => {
    for (const [name, bytes] of good)
      for (let length = 0; length < bytes.length; length += 1)
        assert.deepEqual(parseProxyHeader(bytes.subarray(0, length)), { outcome: 'incomplete' }, `${name}, ${length}`);
  });
});

describe('headers that are refused', () => {
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['an FTP command', ascii('USER u\r\n')],
    ['one byte of another protocol', ascii('U')],
    ['lower case', ascii('proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['no CR', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n')],
    ['a CR alone', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r \n')],
    ['a family that does not exist', ascii('PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a name of every object', ascii('PROXY constructor 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['UNKNOWN run together', ascii('PROXY UNKNOWNS\r\n')],
    ['IPv6 as TCP4', ascii('PROXY TCP4 ::1 ::1 1 2\r\n')],
    ['IPv4 as TCP6', ascii('PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['a host name', ascii('PROXY TCP4 localhost 192.0.2.2 1 2\r\n')],
    ['a zone', ascii('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n')],
    ['leading zeros', ascii('PROXY TCP4 192.0.2.010 192.0.2.2 1 2\r\n')],
    ['a port too large', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n')],
    ['a port with a zero before it', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n')],
    ['a negative port', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n')],
    ['too few words', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n')],
    ['too many words', ascii('PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n')],
    ['two spaces', ascii('PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n')],
    ['nothing', ascii('PROXY \r\n')],
    ['a line of 108 bytes', ascii(`PROXY UNKNOWN ${'f'.repeat(108 - 16)}\r\n`)],
    ['a line that does not end', ascii(`PROXY TCP4 ${'1'.repeat(200)}`)],
    ['version 1 in the form of 2', v2(0x11, 0x11, IPV4_BYTES)],
    ['version 3', v2(0x31, 0x11, IPV4_BYTES)],
    ['an unknown command', v2(0x22, 0x11, IPV4_BYTES)],
    ['an unknown family', v2(0x21, 0x41, IPV4_BYTES)],
    ['an unknown transport', v2(0x21, 0x13, IPV4_BYTES)],
    ['addresses cut short', v2(0x21, 0x11, IPV4_BYTES.slice(0, 11))],
    ['IPv6 with addresses of IPv4', v2(0x21, 0x21, IPV4_BYTES)],
    ['537 bytes', v2(0x21, 0x11, [...IPV4_BYTES, ...zeros(536 - 16 - 12 + 1)])],
    ['65,535 bytes announced', v2(0x21, 0x11, IPV4_BYTES, 65_535)],
    ['a signature with a wrong last byte', Uint8Array.from([...SIGNATURE.slice(0, 11), 0x0b])],
  ];
  for (const [name, bytes] of bad) test(name, () => assert.equal(parseProxyHeader(bytes).outcome, 'invalid'));

  test('version 2 cut short waits for its rest', () => {
    assert.equal(parseProxyHeader(v2(0x21, 0x11, IPV4_BYTES.slice(0, 5), 12)).outcome, 'incomplete');
  });
});

const anyPort = fc.nat(65_535);
const anyEnds = fc.oneof(fc.tuple(fc.ipV4(), fc.ipV4()), fc.tuple(fc.ipV6(), fc.ipV6()));

test('what a proxy writes is what is read', () => {
  fc.assert(
    fc.property(anyEnds, anyPort, anyPort, fc.string(), ([source, destination], sourcePort, destinationPort, rest) => {
      const family = source.includes(':') ? 'TCP6' : 'TCP4';
      const line = `PROXY ${family} ${source} ${destination} ${sourcePort} ${destinationPort}\r\n`;
      const parse = parseProxyHeader(ascii(`${line}${rest}`));
      assert.deepEqual(headerOf(parse), {
        kind: 'proxied',
        sourceAddress: canonicalAddress(source),
        sourcePort,
        destinationAddress: canonicalAddress(destination),
        destinationPort,
      });
      assert.ok(parse.outcome === 'complete' && parse.lengthBytes === line.length);
    }),
  );
});

test('addresses of version 2 are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(255), { minLength: 36, maxLength: 36 }), (bytes) => {
      const header = headerOf(parseProxyHeader(v2(0x21, 0x21, bytes)));
      assert.ok(header.kind === 'proxied');
      const groups = bytes.slice(0, 16).map((byte) => byte.toString(16).padStart(2, '0'));
      const written = Array.from({ length: 8 }, (_, index) => `${groups[2 * index]}${groups[2 * index + 1]}`).join(':');
      assert.equal(header.sourceAddress, canonicalAddress(written));
      assert.equal(header.sourcePort, (bytes[32] ?? 0) * 256 + (bytes[33] ?? 0));
    }),
  );
});

const start = fc.constantFrom(new Uint8Array(0), ascii('PROXY '), Uint8Array.from([...SIGNATURE, 0x21, 0x11, 0]));

test('no bytes make it throw, and none make it wait for ever', () => {
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 700 }), (head, tail) => {
      const bytes = join(head, tail);
      const { outcome } = parseProxyHeader(bytes);
      if (bytes.length >= 536) assert.notEqual(outcome, 'incomplete');
    }),
    { numRuns: 2_000 },
  );
});

test('a verdict once reached is not changed by more bytes', () => {
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), fc.nat(200), (head, tail, cut) => {
      const bytes = join(head, tail);
      const early = parseProxyHeader(bytes.subarray(0, cut));
      if (early.outcome !== 'incomplete') assert.equal(parseProxyHeader(bytes).outcome, early.outcome);
    }),
    { numRuns: 2_000 },
  );
});
