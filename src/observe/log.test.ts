/** What the log says, and what nobody can make it say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../base/manual-clock.ts';
import type { ServerEvent } from './event.ts';
import { createLog, type LogFormat } from './log.ts';

const START_MS = Date.UTC(2026, 10, 23, 1, 2, 3, 4);
const session = { protocol: 'ftp', session: 's7', peer: '192.0.2.1:4000' } as const;

function linesOf(format: LogFormat, ...events: readonly ServerEvent[]): string[] {
  const lines: string[] = [];
  const destination = { writableLength: 0, write: (line: string) => lines.push(line) };
  const observe = createLog({ format, destination, clock: createManualClock(START_MS) });
  for (const event of events) observe(event);
  return lines;
}

const transfer: ServerEvent = {
  ...session,
  kind: 'transfer',
  account: 'admin',
  direction: 'download',
  verb: 'RETR',
  path: '/images/c2911.bin',
  bytes: 104_857_600,
  startBytes: 0,
  durationMs: 1250,
  outcome: 'complete',
  reason: '',
};

const sentences: readonly (readonly [ServerEvent, string])[] = [
  [
    transfer,
    'info  ftp s7 192.0.2.1:4000 admin downloaded /images/c2911.bin, complete, 104857600 bytes in 1.3 s, 80.0 MiB/s',
  ],
  [
    {
      ...transfer,
      direction: 'upload',
      path: '/a "b"',
      startBytes: 10,
      bytes: 5,
      durationMs: 0,
      outcome: 'aborted',
      reason: 'the client said ABOR',
    },
    'warn  ftp s7 192.0.2.1:4000 admin uploaded "/a \\"b\\"", aborted, 5 bytes from byte 10 in 0 ms, 0 bytes/s: the client said ABOR',
  ],
  [{ kind: 'listening', protocol: 'ftp', host: '::1', port: 2121 }, 'info  listening on ftp://[::1]:2121'],
  [{ ...session, kind: 'session-opened' }, 'info  ftp s7 192.0.2.1:4000 connected'],
  [
    { ...session, kind: 'session-closed', account: 'admin', durationMs: 65_000, reason: 'the client said QUIT' },
    'info  ftp s7 192.0.2.1:4000 admin left after 1 min 5 s: the client said QUIT',
  ],
  [
    { ...session, kind: 'connection-refused', reason: 'too many' },
    'warn  ftp s7 192.0.2.1:4000 connection refused: too many',
  ],
  [
    { ...session, kind: 'login', account: 'ftp', anonymous: true },
    'info  ftp s7 192.0.2.1:4000 ftp logged in anonymously',
  ],
  [
    { ...session, kind: 'login-failed', account: '\x1b[31m root\r\nfake', reason: 'wrong password' },
    'warn  ftp s7 192.0.2.1:4000 login as "\\x1b[31m root\\r\\nfake" failed: wrong password',
  ],
  [
    {
      ...session,
      kind: 'command-failed',
      account: undefined,
      verb: 'pass',
      argument: 'hunter2',
      reply: '503 Send USER first',
    },
    'warn  ftp s7 192.0.2.1:4000 "pass" was answered "503 Send USER first"',
  ],
  [
    {
      ...session,
      kind: 'command-failed',
      account: 'admin',
      verb: 'RETR',
      argument: 'x',
      reply: '451 Local error',
      cause: new Error('EIO\n'),
    },
    'warn  ftp s7 192.0.2.1:4000 admin: "RETR x" was answered "451 Local error", because of Error: EIO\\n',
  ],
  [
    { ...session, kind: 'changed', account: 'admin', verb: 'RNTO', path: '/b', detail: 'was /a' },
    'info  ftp s7 192.0.2.1:4000 admin RNTO /b: was /a',
  ],
  [
    { ...session, kind: 'stranger', address: '198.51.100.9', dataPort: 50_001 },
    'warn  ftp s7 192.0.2.1:4000 198.51.100.9 came to data port 50001, which awaits another',
  ],
  [
    {
      ...session,
      kind: 'secured',
      version: 'TLSv1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
      serverName: 'ftp.example.net',
      certificateNames: ['r1', '\x1b[31m r2'],
    },
    'info  ftp s7 192.0.2.1:4000 encrypted with TLSv1.3, TLS_AES_128_GCM_SHA256 for ftp.example.net, client certificate of r1, "\\x1b[31m r2"',
  ],
  [
    { kind: 'banned', group: '2001:db8::/64', reason: '5 wrong passwords', durationMs: 600_000 },
    'warn  2001:db8::/64 is kept out for 10 min 0 s: 5 wrong passwords',
  ],
  [
    { ...session, kind: 'limit', account: 'admin', reason: '3 sessions are open already' },
    'warn  ftp s7 192.0.2.1:4000 admin: 3 sessions are open already',
  ],
  [{ kind: 'note', text: 'swept ftp://admin:secret@host/ too' }, 'info  swept ftp://admin:***@host/ too'],
];

for (const [event, sentence] of sentences) {
  test(`as text: ${JSON.stringify(sentence)}`, () => {
    assert.deepEqual(linesOf('text', event), [`2026-11-23T01:02:03.004Z ${sentence}\n`]);
  });
}

test('a fault is told with the places that it came through', () => {
  const [line = ''] = linesOf('text', { kind: 'fault', where: 'sweep', cause: new TypeError('x is undefined') });
  assert.match(line, /error fault in sweep: TypeError: x is undefined at .*log\.test\.ts/);
  assert.match(
    linesOf('text', { kind: 'fault', where: 'sweep', cause: Symbol('odd') })[0] ?? '',
    /fault in sweep: symbol/,
  );
});

test('as JSON: every field, the rate, and names as they are', () => {
  const [line = ''] = linesOf('json', { ...transfer, path: '/\u202e\x1b[31m"\n' });
  assert.deepEqual(JSON.parse(line), {
    level: 'info',
    time: '2026-11-23T01:02:03.004Z',
    ...transfer,
    path: '/\u202e\x1b[31m"\n',
    rateBytesPerSecond: 83_886_080,
    msg: 'admin downloaded "/\\u{202e}\\x1b[31m\\"\\n", complete, 104857600 bytes in 1.3 s, 80.0 MiB/s',
  });
});

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

for (const format of ['text', 'json'] as const) {
  test(`no text makes more than one plain line (${format})`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cause = new Error(text);
        const peer = { protocol: 'ftp', session: text, peer: text } as const;
        const lines = linesOf(
          format,
          { ...transfer, ...peer, account: text, path: text, reason: text },
          { ...peer, kind: 'command-failed', account: text, verb: text, argument: text, reply: text, cause },
          { kind: 'fault', where: text, cause },
        );
        assert.equal(lines.length, 3);
        for (const line of lines) assert.match(line, /^[^\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]+\n$/u);
      }),
    );
  });

  test(`a secret is nowhere in a line (${format})`, () => {
    const failed = { ...session, kind: 'command-failed', account: undefined, reply: '500 ftp://u:hunter2@h/' } as const;
    const lines = linesOf(
      format,
      { ...failed, verb: 'Pass', argument: 'hunter2' },
      { ...failed, verb: 'ACCT', argument: 'hunter2' },
      { ...failed, verb: 'SITE', argument: 'PSWD hunter2 hunter2' },
      { ...failed, verb: 'RETR', argument: 'ftp://u:hunter2@h/x', cause: new Error('at sftp://u:hunter2@h/x') },
      { kind: 'fault', where: 'ftp://u:hunter2@h', cause: new Error('ftp://:hunter2@h') },
    );
    assert.equal(lines.length, 5);
    assert.doesNotMatch(lines.join(''), /hunter2/);
  });

  test(`a slow reader costs lines, not memory, and is told how many (${format})`, () => {
    const lines: string[] = [];
    const destination = { writableLength: 0, write: (line: string) => lines.push(line) };
    const clock = createManualClock(START_MS);
    const observe = createLog({ format, destination, clock, maxQueuedBytes: 100 });
    const say = (text: string): void => observe({ kind: 'note', text });
    say('one');
    destination.writableLength = 100;
    say('two');
    say('three');
    destination.writableLength = 99;
    say('four');
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /2 lines of this log were dropped/);
    assert.match(lines[2] ?? '', /four/);
  });
}
