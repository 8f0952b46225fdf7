import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type LineEnds, MOST_PAYLOAD_BYTES, TelnetDecoder, type TelnetEvent } from './decoder.ts';
import { encodeData, encodeNegotiation, encodeSubnegotiation } from './encode.ts';

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Events as lines a person can read; data that meets is one line. */
function show(events: Iterable<TelnetEvent>): readonly string[] {
  const lines: string[] = [];
  let data = '';
  const flush = (): void => {
    if (data !== '') lines.push(JSON.stringify(data));
    data = '';
  };
  for (const event of events) {
    if (event.kind === 'data') data += textOf(event.bytes);
    else {
      flush();
      lines.push(lineOf(event));
    }
  }
  flush();
  return lines;
}

function lineOf(event: Exclude<TelnetEvent, { kind: 'data' }>): string {
  switch (event.kind) {
    case 'negotiation':
      return `${event.verb} ${event.option}`;
    case 'subnegotiation':
      return `sb ${event.option} ${JSON.stringify(textOf(event.payload))}`;
    case 'command':
      return event.command;
    case 'malformed':
      return event.kind;
  }
}

function decodeAll(pieces: readonly Uint8Array[], lineEnds: LineEnds = 'enter'): readonly string[] {
  const decoder = new TelnetDecoder(lineEnds);
  return show(pieces.flatMap((piece) => [...decoder.decode(piece)]));
}

/** What was sent, and what is understood. */
const CASES: readonly (readonly [sent: string, ...understood: string[]])[] = [
  ['show\r\n', '"show\\r"'],
  ['show\r\0', '"show\\r"'],
  ['show\rx', '"show\\rx"'],
  ['a\nb', '"a\\nb"'],
  ['\r\r\n\n', '"\\r\\r\\n"'],
  ['\r\0\0', '"\\r\\u0000"'],
  ['a\xff\xffb', '"aÿb"'],
  // A command between the two halves of one Enter.
  ['\r\xff\xf1\n', '"\\r"', 'no-operation'],
  ['a\xff\xfb\x18b', '"a"', 'will 24', '"b"'],
  ['\xff\xfc\x01\xff\xfd\x03\xff\xfe\xff', 'wont 1', 'do 3', 'dont 255'],
  [
    '\xff\xf3\xff\xf4\xff\xf5\xff\xf6\xff\xf9',
    'break',
    'interrupt-process',
    'abort-output',
    'are-you-there',
    'go-ahead',
  ],
  ['\xff\xfa\x1f\0\x50\0\x18\xff\xf0', 'sb 31 "\\u0000P\\u0000\\u0018"'],
  ['\xff\xfa\x1f\x01\xff\xff\0\x18\xff\xf0', 'sb 31 "\\u0001ÿ\\u0000\\u0018"'],
  ['\xff\xfa\xff\xf0a', 'malformed', '"a"'],
  // Broken off by something new.
  ['\xff\xfa\x18\0vt\xff\xf4x', 'malformed', 'interrupt-process', '"x"'],
  ['\xff\xfa\x18\xff\xfb\x1fx', 'malformed', 'will 31', '"x"'],
  ['\xff\xfa\x18\xff\xfa\x18\x01\xff\xf0', 'malformed', 'sb 24 "\\u0001"'],
  ['\xff\xfa\x18\xffax', 'malformed', '"x"'],
  // SE that nothing began.
  ['a\xff\xf0b', '"a"', 'malformed', '"b"'],
  // The IAC of an urgent DM that a kernel has taken out.
  ['\xff\xf4\xffshow', 'interrupt-process', '"show"'],
  ['\xff'],
  ['\xff\xfa\x18'],
];

describe('a decoder', () => {
  for (const [sent, ...understood] of CASES)
    test(JSON.stringify(sent), () => {
      assert.deepEqual(decodeAll([latin1(sent)]), understood);
      assert.deepEqual(decodeAll([...latin1(sent)].map((byte) => Uint8Array.of(byte))), understood);
    });

  test('keeps CR LF where it is shown', () => {
    assert.deepEqual(decodeAll([latin1('a\r\nb\r\0c')], 'kept'), ['"a\\r\\nb\\rc"']);
  });

  test('gives a CR at the end at once', () => {
    assert.deepEqual(show(new TelnetDecoder('enter').decode(latin1('\r'))), ['"\\r"']);
  });

  test('keeps what stands behind CR in binary, from the event on at which that begins', () => {
    const decoder = new TelnetDecoder('enter');
    const events: TelnetEvent[] = [];
    for (const event of decoder.decode(latin1('\r\n\xff\xfb\0\r\n\r\0\xff\xff\xff\xfc\0\r\n'))) {
      if (event.kind === 'negotiation') decoder.isBinary = event.verb === 'will';
      events.push(event);
    }
    assert.deepEqual(show(events), ['"\\r"', 'will 0', '"\\r\\n\\r\\u0000ÿ"', 'wont 0', '"\\r"']);
  });

  test('takes a subnegotiation up to its bound, and tells of a longer one as it grows', () => {
    const sb = (size: number): Uint8Array => encodeSubnegotiation(7, new Uint8Array(size).fill(65));
    const most = MOST_PAYLOAD_BYTES;
    assert.deepEqual(decodeAll([sb(most)]), [`sb 7 "${'A'.repeat(most)}"`]);
    assert.deepEqual(decodeAll([sb(most + 1), latin1('x')]), ['malformed', '"x"']);
    assert.deepEqual(decodeAll([sb(10 * most), latin1('x')]), [...Array<string>(9).fill('malformed'), '"x"']);
  });
});

const NOISE = fc
  .array(fc.oneof(fc.constantFrom(0, 10, 13, 240, 244, 250, 250, 251, 253, 255, 255, 255, 24, 31), fc.nat(255)), {
    maxLength: 80,
  })
  .map((bytes) => Uint8Array.from(bytes));
const LINE_ENDS = fc.constantFrom<LineEnds>('enter', 'kept');

describe('whatever comes', () => {
  test('it is understood alike however it is cut, and nothing is thrown', () => {
    fc.assert(
      fc.property(NOISE, fc.array(fc.nat(80)), LINE_ENDS, (bytes, cuts, lineEnds) => {
        const at = [0, ...cuts.sort((one, other) => one - other), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        assert.deepEqual(decodeAll(pieces, lineEnds), decodeAll([bytes], lineEnds));
      }),
    );
  });

  test('data comes back as it was sent', () => {
    fc.assert(
      fc.property(fc.array(NOISE), (writes) => {
        const sent = writes.map((bytes) => encodeData(bytes));
        const together = textOf(Buffer.concat(writes));
        // A CR and a LF of two writes are not one line end.
        assert.deepEqual(decodeAll(sent, 'kept'), together === '' ? [] : [JSON.stringify(together)]);
      }),
    );
  });

  test('negotiations come back between data', () => {
    const verbs = fc.constantFrom('will', 'wont', 'do', 'dont');
    fc.assert(
      fc.property(NOISE, verbs, fc.nat(255), NOISE, (before, verb, option, payload) => {
        const sent = [encodeData(before), encodeNegotiation(verb, option), encodeSubnegotiation(option, payload)];
        assert.deepEqual(decodeAll(sent, 'kept').slice(before.length === 0 ? 0 : 1), [
          `${verb} ${option}`,
          `sb ${option} ${JSON.stringify(textOf(payload))}`,
        ]);
      }),
    );
  });
});

describe('an encoder', () => {
  test('doubles 255 and completes a CR that stands alone', () => {
    assert.equal(textOf(encodeData(latin1('a\r\nb\rc\xff\n\r'))), 'a\r\nb\r\0c\xff\xff\n\r\0');
    assert.equal(textOf(encodeData(latin1('\r\xff'), 'binary')), '\r\xff\xff');
  });
});
