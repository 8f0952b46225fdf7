/** The picture of a conversation: what a reader sees, line for line; and what nobody may ever see in it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../base/manual-clock.ts';
import type { ClientEvent, SecuredChannel } from '../../observe/client-event.ts';
import { createPicture } from './picture.ts';
import { traceTo } from './trace-to.ts';
import { wrapText } from '../wrap-text.ts';

type Step = readonly [afterMs: number, event: ClientEvent];

const TLS: SecuredChannel = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  resumed: 'no',
  fingerprint256: 'AB:CD',
};
const RESUMED: SecuredChannel = { ...TLS, resumed: 'yes' };

const say = (connection: number, line: string): ClientEvent => ({ kind: 'command', connection, line });
const reply = (connection: number, code: number, ...lines: string[]): ClientEvent => ({
  kind: 'reply',
  connection,
  code,
  lines,
});

function drawn(steps: readonly Step[], width?: number): string {
  const clock = createManualClock();
  let text = '';
  const observe = traceTo((more) => (text += more), { clock, width });
  for (const [afterMs, event] of steps) {
    clock.advance(afterMs);
    observe(event);
  }
  return text;
}

/** The lines of a picture as they stand in a test. */
const picture = (text: string): string => `${text.replace(/^\n/, '').replace(/\n *$/, '')}\n`;

test('a download over TLS: two connections, and which of them carries what', () => {
  const steps: Step[] = [
    [0, { kind: 'connecting', connection: 1, host: 'ftp.example.net', port: 21 }],
    [1, { kind: 'connected', connection: 1, local: '192.0.2.7:40122', peer: '198.51.100.4:21' }],
    [2, reply(1, 220, 'Portcall is ready')],
    [0, say(1, 'AUTH TLS')],
    [1, reply(1, 234, 'Begin TLS now')],
    [3, { kind: 'secured', connection: 1, ...TLS }],
    [0, say(1, 'USER ann')],
    [1, reply(1, 331, 'Password, please')],
    [0, say(1, 'PASS ********')],
    [9, reply(1, 230, 'Logged in')],
    [0, say(1, 'EPSV')],
    [1, reply(1, 229, 'Entering Extended Passive Mode (|||50012|)')],
    [0, say(1, 'RETR images/a.bin')],
    [1, reply(1, 150, 'Here it comes')],
    [
      2,
      {
        kind: 'data-opened',
        connection: 1,
        data: 1,
        mode: 'passive',
        local: '192.0.2.7:40140',
        peer: '198.51.100.4:50012',
        secured: RESUMED,
      },
    ],
    [
      957,
      {
        kind: 'data-closed',
        connection: 1,
        data: 1,
        direction: 'in',
        bytes: 87_654_321,
        durationMs: 957,
        outcome: 'complete',
      },
    ],
    [1, reply(1, 226, 'All of it')],
    [0, say(1, 'QUIT')],
    [1, reply(1, 221, 'Goodbye')],
    [0, { kind: 'disconnected', connection: 1, reason: 'we are done' }],
  ];
  assert.equal(
    drawn(steps, 104),
    picture(`
     ms  CONTROL: what is said                                   DATA: a connection for each file
───────  ─────────────────────────────────────────────────────── ───────────────────────────────────────
      0  ┌─ control 1: to ftp.example.net, port 21
      1  1  ·  192.0.2.7:40122 → 198.51.100.4:21
      3  1  ←S 220 Portcall is ready
      3  1  C→ AUTH TLS
      4  1  ←S 234 Begin TLS now
      7  1  ·  TLS 1.3, TLS_AES_256_GCM_SHA384, a new session
      7  1  C→ USER ann
      8  1  ←S 331 Password, please
      8  1  C→ PASS ********
     17  1  ←S 230 Logged in
     17  1  C→ EPSV
     18  1  ←S 229 Entering Extended Passive Mode (|||50012|)
     18  1  C→ RETR images/a.bin
     19  1  ←S 150 Here it comes
     21  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┬─ data 1, passive: port 40140 → 50012
         │                                                       │  TLS 1.3, control’s session resumed
    978  │                                                       └─ ←S 83.6 MiB in 957 ms, 87.3 MiB/s
    979  1  ←S 226 All of it
    979  1  C→ QUIT
    980  1  ←S 221 Goodbye
    980  └─ control 1 closed: we are done
`),
  );
});

test('two control connections at once: each has a line, and the number tells who speaks', () => {
  // Each connection counts its own data connections; the picture counts them together.
  const opened = (connection: number, data: number): ClientEvent => ({
    kind: 'data-opened',
    connection,
    data,
    mode: 'passive',
    local: `[::1]:400${connection}`,
    peer: `[::1]:500${data}`,
  });
  const closed = (
    connection: number,
    data: number,
    outcome: 'complete' | 'aborted' | 'failed' = 'complete',
  ): ClientEvent => ({ kind: 'data-closed', connection, data, direction: 'out', bytes: 999, durationMs: 10, outcome });
  const steps: Step[] = [
    [0, { kind: 'connecting', connection: 1, host: '::1', port: 21 }],
    [1, { kind: 'connected', connection: 1, local: '[::1]:4000', peer: '[::1]:21' }],
    [1, opened(1, 1)],
    [1, { kind: 'connecting', connection: 2, host: '::1', port: 21 }],
    [1, { kind: 'connected', connection: 2, local: '[::1]:4009', peer: '[::1]:21' }],
    [1, say(2, 'STOR b')],
    [1, opened(2, 1)],
    [1, closed(1, 1)],
    [1, reply(1, 226, 'Stored')],
    [1, opened(1, 2)],
    [1, closed(2, 1, 'aborted')],
    [1, { kind: 'disconnected', connection: 1, reason: 'the server closed it' }],
    [1, { kind: 'retrying', attempt: 2, delayMs: 500, reason: 'the connection was lost' }],
    [1, closed(1, 2, 'failed')],
    [1, { kind: 'note', connection: 2, text: 'EPSV led nowhere: PASV from now on' }],
    [1, { kind: 'disconnected', connection: 2, reason: 'we are done' }],
  ];
  assert.equal(
    drawn(steps, 100),
    picture(`
     ms  CONTROL: what is said                                DATA: a connection for each file
───────  ──────────────────────────────────────────────────── ──────────────────────────────────────
      0  ┌─ control 1: to ::1, port 21
      1  1  ·  [::1]:4000 → [::1]:21
      2  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┬─ data 1, passive: port 4001 → 5001
      3  │  ┌─ control 2: to ::1, port 21                     │
      4  │  2  ·  [::1]:4009 → [::1]:21                       │
      5  │  2  C→ STOR b                                      │
      6  │  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┼╌╌┬─ data 2, passive: port 4002 →
         │  │                                                 │  │    5001
      7  │  │                                                 └──┼─ C→ 999 bytes in 10 ms, 97.6
         │  │                                                    │    KiB/s
      8  1  │  ←S 226 Stored                                     │
      9  ├╌╌┼╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┬──┼─ data 3, passive: port 4001 →
         │  │                                                 │  │    5002
     10  │  │                                                 │  └─ C→ 999 bytes in 10 ms, 97.6
         │  │                                                 │       KiB/s, then given up
     11  └──┼─ control 1 closed: the server closed it         │
     12     │  ·  attempt 2 begins in 500 ms: the connection  │
            │       was lost                                  │
     13     │                                                 └─ C→ 999 bytes in 10 ms, 97.6 KiB/s,
            │                                                      then it failed
     14     2  ·  EPSV led nowhere: PASV from now on
     15     └─ control 2 closed: we are done
`),
  );
});

test('a reply of several lines, a data connection without TLS from elsewhere, and one whose session is new', () => {
  const steps: Step[] = [
    [0, { kind: 'connected', connection: 1, local: '10.0.0.1:4000', peer: '10.0.0.2:21' }],
    [1, reply(1, 211, 'What is there:', ' MLST size*;modify*;', ' UTF8', 'End')],
    [
      1,
      {
        kind: 'data-opened',
        connection: 1,
        data: 1,
        mode: 'active',
        local: '10.0.0.1:4001',
        peer: '10.9.9.9:20',
        secured: TLS,
      },
    ],
  ];
  assert.equal(
    drawn(steps).split('\n').slice(2).join('\n'),
    picture(`
      0  1  ·  10.0.0.1:4000 → 10.0.0.2:21
      1  1  ←S 211-What is there:
         │       MLST size*;modify*;
         │       UTF8
         │     211 End
      2  ├╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌┬─ data 1, active: port 20 → 4001
         │                                                    │  with another host: 10.9.9.9:20
         │                                                    │  TLS 1.3, not resumed: a new session
`),
  );
});

describe('what never shows', () => {
  test('secrets, even where a fault elsewhere let them through', () => {
    const steps: Step[] = [
      [0, say(1, 'PASS open sesame')],
      [0, say(1, 'pass open sesame')],
      [0, say(1, 'ACCT open sesame')],
      [0, say(1, 'SITE PSWD open sesame')],
      [0, { kind: 'note', text: 'ftp://ann:sesame@host/ was left' }],
      [0, { kind: 'retrying', attempt: 1, delayMs: 1, reason: 'ftp://ann:sesame@host/ was lost' }],
      [0, { kind: 'disconnected', connection: 1, reason: 'ftp://ann:sesame@host/ is gone' }],
    ];
    assert.doesNotMatch(drawn(steps), /sesame/);
  });

  test('what a terminal would act on, whoever says it; and no line is wider than it may be', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', ' ', '\n', '\r', '\x1b[', '\x9b', '\u202e', '\ud800', 'é', '漢', '\\', ':'),
      maxLength: 200,
    });
    const id = fc.integer({ min: 1, max: 20 });
    const event = fc.oneof<fc.Arbitrary<ClientEvent>[]>(
      fc.record({ kind: fc.constant('command' as const), connection: id, line: text }),
      fc.record({
        kind: fc.constant('reply' as const),
        connection: id,
        code: fc.nat(999),
        lines: fc.array(text, { maxLength: 4 }),
      }),
      fc.record({ kind: fc.constant('connected' as const), connection: id, local: text, peer: text }),
      fc.record({ kind: fc.constant('disconnected' as const), connection: id, reason: text }),
      fc.record({
        kind: fc.constant('data-opened' as const),
        connection: id,
        data: id,
        mode: fc.constantFrom('passive' as const, 'active' as const),
        local: text,
        peer: text,
      }),
      fc.record({
        kind: fc.constant('data-closed' as const),
        connection: id,
        data: id,
        direction: fc.constantFrom('in' as const, 'out' as const),
        bytes: fc.nat(),
        durationMs: fc.nat(),
        outcome: fc.constant('complete' as const),
      }),
      fc.record({ kind: fc.constant('note' as const), text }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.integer({ min: 90, max: 160 }), (events, width) => {
        const whole = createPicture({ width });
        for (const line of events.flatMap((each, index) => whole.add(each, index))) {
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
          assert.ok(Array.from(line).length <= width, `${Array.from(line).length} > ${width}: ${line}`);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('an endless reply: sixty lines of it, and how many more there are', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`);
    const text = drawn([[0, reply(1, 230, ...lines)]]);
    assert.match(text, /line 59\n.*… and 940 more lines\n$/);
  });
});

test('text is broken between words, and inside of words that are longer than the line', () => {
  assert.deepEqual(wrapText('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrapText('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
  assert.deepEqual(wrapText('', 4), ['']);
  assert.deepEqual(wrapText('one two three', 8, 2), ['one two', '  three']);
});
