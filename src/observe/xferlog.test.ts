/** The xferlog, field by field as xferlog(5) has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../base/manual-clock.ts';
import type { ServerEvent } from './event.ts';
import { createXferlog } from './xferlog.ts';

const START_MS = Date.UTC(2026, 10, 3, 23, 2, 3);
const session = { protocol: 'ftp', session: '7', peer: '192.0.2.1:4000' } as const;
const download: Extract<ServerEvent, { kind: 'transfer' }> = {
  ...session,
  kind: 'transfer',
  account: 'admin',
  direction: 'download',
  type: 'image',
  verb: 'RETR',
  path: '/images/c2911.bin',
  bytes: 104_857_600,
  startBytes: 0,
  durationMs: 12_500,
  outcome: 'complete',
  reason: '',
};

function linesOf(...events: readonly ServerEvent[]): string[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const observe = createXferlog({ destination, clock: createManualClock(START_MS), zoneMinutes: () => 60 });
  for (const event of events) observe(event);
  return lines;
}

const rows: readonly (readonly [string, ServerEvent, string])[] = [
  [
    'a download, in local time, the day padded with a space',
    download,
    'Wed Nov  4 00:02:03 2026 13 192.0.2.1 104857600 /images/c2911.bin b _ o r admin ftp 0 * c\n',
  ],
  [
    'an ASCII upload that broke, over IPv6, with spaces in the names',
    {
      ...download,
      peer: '[2001:db8::1]:4000',
      direction: 'upload',
      type: 'ascii',
      path: '/my file\t1',
      account: 'jane doe',
      outcome: 'aborted',
      durationMs: 3,
    },
    'Wed Nov  4 00:02:03 2026 1 2001:db8::1 104857600 /my_file_1 a _ i r jane_doe ftp 0 * i\n',
  ],
  [
    'a deletion',
    { ...session, kind: 'changed', account: 'admin', verb: 'DELE', path: '/old', detail: '' },
    'Wed Nov  4 00:02:03 2026 1 192.0.2.1 0 /old b _ d r admin ftp 0 * c\n',
  ],
];
for (const [title, event, line] of rows) test(title, () => assert.deepEqual(linesOf(event), [line]));

test('listings and other changes are not in it', () => {
  assert.deepEqual(
    linesOf(
      { ...download, direction: 'listing' },
      { ...session, kind: 'changed', account: 'admin', verb: 'MKD', path: '/d', detail: '' },
      { kind: 'note', text: 'x' },
    ),
    [],
  );
});

test('who came in without a password is marked, for as long as the session lasts', () => {
  const modes = linesOf(
    { ...session, kind: 'login', account: 'ftp', anonymous: true },
    download,
    { ...download, session: '8' },
    { ...session, kind: 'session-closed', account: 'ftp', durationMs: 1, reason: '' },
    download,
  ).map((line) => line.split(' ').at(-6));
  assert.deepEqual(modes, ['a', 'r', 'r']);
});

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

test('whatever the names hold, the line has its fields and nothing that acts on a terminal', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const [line = ''] = linesOf({ ...download, path: text, account: text });
      assert.match(line, /^[^\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]+\n$/u);
      assert.equal(line.trimEnd().split(/\s+/).length, 18);
    }),
  );
});
