/** What the audit log holds, and that nobody changes it unseen. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../base/manual-clock.ts';
import { AUDIT_START, type AuditPlace, auditPlaceOf, createAudit, verifyAuditLines } from './audit.ts';
import type { ServerEvent } from './event.ts';

const START_MS = Date.UTC(2026, 10, 23, 1, 2, 3, 4);
const session = { protocol: 'ftp', session: 's7', peer: '192.0.2.1:4000' } as const;
const login: ServerEvent = { ...session, kind: 'login', account: 'admin', anonymous: false };
const upload: ServerEvent = {
  ...session,
  kind: 'transfer',
  account: 'admin',
  direction: 'upload',
  type: 'image',
  verb: 'STOR',
  path: '/configs/r1',
  bytes: 100,
  startBytes: 0,
  durationMs: 20,
  outcome: 'complete',
  reason: '',
  evidence: 'likely',
};
const closed: ServerEvent = {
  ...session,
  kind: 'session-closed',
  account: 'admin',
  durationMs: 9,
  reason: 'the client said QUIT',
};

/** The lines that these events make, without their ends. */
function linesOf(events: readonly ServerEvent[], after?: AuditPlace): string[] {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const observe = createAudit({ destination, clock: createManualClock(START_MS), ...(after && { after }) });
  for (const event of events) observe(event);
  return lines.map((line) => line.slice(0, -1));
}

test('each line: number, time and kind, the fields of its kind in their order, and the hash of the line before', () => {
  const [first = '', second = ''] = linesOf([login, upload]);
  assert.equal(
    first,
    `{"sequence":1,"time":"2026-11-23T01:02:03.004Z","kind":"login","protocol":"ftp","session":"s7","peer":"192.0.2.1:4000","account":"admin","anonymous":false,"previous":"${'0'.repeat(64)}"}`,
  );
  assert.deepEqual(Object.entries(JSON.parse(second) as object), [
    ['sequence', 2],
    ['time', '2026-11-23T01:02:03.004Z'],
    ...Object.entries({ kind: 'transfer', ...session }),
    ['account', 'admin'],
    ['direction', 'upload'],
    ['verb', 'STOR'],
    ['path', '/configs/r1'],
    ['type', 'image'],
    ['bytes', 100],
    ['startBytes', 0],
    ['durationMs', 20],
    ['outcome', 'complete'],
    ['reason', ''],
    ['evidence', 'likely'],
    ['previous', createHash('sha256').update(first).digest('hex')],
  ]);
});

test('what an auditor asks for is there, and what is only a log is not', () => {
  const events: readonly ServerEvent[] = [
    { kind: 'listening', protocol: 'ftp', host: '::1', port: 21 },
    { ...session, kind: 'session-opened' },
    { ...session, kind: 'login-failed', account: 'root', reason: 'wrong password' },
    { ...session, kind: 'secured', version: 'TLSv1.3', cipher: 'AES', certificateNames: ['r1'] },
    { kind: 'banned', group: '192.0.2.1', reason: 'guessing', durationMs: 60_000 },
    { ...session, kind: 'limit', account: undefined, reason: 'too many transfers' },
    { ...session, kind: 'changed', account: 'admin', verb: 'DELE', path: '/a', detail: '' },
    { ...upload, direction: 'listing' },
    { kind: 'fault', where: 'x', cause: new Error('y') },
    { kind: 'note', text: 'z' },
    closed,
  ];
  const kinds = linesOf(events).map((line) => (JSON.parse(line) as ServerEvent).kind);
  assert.deepEqual(kinds, ['login-failed', 'secured', 'banned', 'limit', 'changed', 'session-closed']);
  assert.deepEqual((JSON.parse(linesOf([events[3]!])[0] ?? '') as { certificateNames: unknown }).certificateNames, [
    'r1',
  ]);
});

test('listings are written when told', () => {
  const lines: string[] = [];
  const observe = createAudit({
    destination: { write: (line) => lines.push(line) },
    clock: createManualClock(),
    listings: 'written',
  });
  observe({ ...upload, direction: 'listing' });
  assert.equal(lines.length, 1);
});

test('the chain holds over a restart, and over a file that was rotated away', () => {
  const before = linesOf([login, upload]);
  const after = linesOf([closed, login], auditPlaceOf(`cut off at the front\n${before.join('\n')}\n{"torn`));
  assert.deepEqual(verifyAuditLines([...before, ...after], AUDIT_START), {
    ok: true,
    lines: 4,
    place: auditPlaceOf(after.join('\n')),
  });
  const verdict = verifyAuditLines(before, AUDIT_START);
  assert.ok(verdict.ok && verifyAuditLines(after, verdict.place).ok && verifyAuditLines(after).ok);
});

test('an empty file is where a chain begins', () => {
  assert.deepEqual(auditPlaceOf(''), AUDIT_START);
  assert.deepEqual(verifyAuditLines([]), { ok: true, lines: 0, place: AUDIT_START });
});

const damages: readonly (readonly [string, (lines: string[]) => unknown, number, RegExp])[] = [
  ['a changed line', (lines) => (lines[1] = lines[1]!.replace('"bytes":100', '"bytes":999')), 3, /number 2, is not/],
  ['a removed line', (lines) => lines.splice(1, 1), 2, /number 3, and 2 was due/],
  ['a removed first line', (lines) => lines.shift(), 1, /number 2, and 1 was due/],
  ['lines that changed places', (lines) => lines.splice(1, 2, lines[2]!, lines[1]!), 2, /number 3/],
  ['a line told twice', (lines) => lines.splice(1, 0, lines[0]!), 2, /number 1, and 2 was due/],
  ['a line broken off', (lines) => (lines[1] = lines[1]!.slice(0, 40)), 2, /no line of an audit log/],
];
for (const [what, damage, line, problem] of damages)
  test(`${what} shows`, () => {
    const lines = linesOf([login, upload, closed, login]);
    damage(lines);
    const verdict = verifyAuditLines(lines, AUDIT_START);
    assert.ok(!verdict.ok);
    assert.equal(verdict.line, line);
    assert.match(verdict.problem, problem);
  });

test('any change to one character of any line shows, unless it is the last', () => {
  const lines = linesOf([login, upload, closed, login]);
  fc.assert(
    fc.property(fc.nat({ max: 2 }), fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (at, offset, other) => {
      const line = lines[at]!;
      const place = offset % line.length;
      fc.pre(line[place] !== other && other !== '\n');
      const changed = lines.with(at, line.slice(0, place) + other + line.slice(place + 1));
      assert.equal(verifyAuditLines(changed, AUDIT_START).ok, false);
    }),
  );
});

const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });

test('no text of a peer makes more than one plain line, or breaks the chain', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const peer = { protocol: 'ftp', session: text, peer: text } as const;
      const lines = linesOf([
        { ...upload, ...peer, account: text, path: text, reason: text },
        { ...peer, kind: 'secured', version: text, cipher: text, certificateNames: [text] },
      ]);
      for (const line of lines) assert.match(line, /^[^\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]+$/u);
      assert.equal(verifyAuditLines(lines, AUDIT_START).ok, true);
    }),
  );
});

test('a secret is nowhere in a line', () => {
  const [line = ''] = linesOf([{ ...upload, reason: 'ftp://u:hunter2@h/' }]);
  assert.match(line, /ftp:\/\/u:\*\*\*@h/);
});
