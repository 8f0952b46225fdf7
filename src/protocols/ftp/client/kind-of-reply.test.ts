/** Replies of real servers, and what they mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FILE_ERROR_KINDS, type FileErrorKind } from '../../../files/error.ts';
import { kindOfReply, plainKindOfReply } from './kind-of-reply.ts';

const REPLIES: readonly (readonly [string, FileErrorKind, FileErrorKind | undefined])[] = [
  ['550 Failed to open file.', 'not-found', undefined],
  ['550 Delete operation failed.', 'not-found', undefined],
  ['550 /no: No such file or directory', 'not-found', 'not-found'],
  ["550 Can't open /no: No such file or directory", 'not-found', 'not-found'],
  ['550 The system cannot find the file specified. ', 'not-found', 'not-found'],
  ['550 d: Directory not empty', 'not-empty', 'not-empty'],
  ['550 d: Is a directory', 'is-directory', 'is-directory'],
  ['550 f: not a regular file', 'not-regular', 'not-regular'],
  ['550 f: Not a directory', 'not-directory', 'not-directory'],
  ['550 Create directory operation failed: File exists.', 'exists', 'exists'],
  ['553 Could not create file.', 'bad-name', undefined],
  ['553 File name too long', 'bad-name', 'bad-name'],
  ['550 Permission denied.', 'denied', 'denied'],
  ['550 Access is denied. ', 'denied', 'denied'],
  ['552 Disk full - please upload later', 'full', 'full'],
  ['552 Transfer aborted. Disk quota exceeded', 'quota', 'quota'],
  ['451 No space left on device', 'full', 'full'],
  ['421 Timeout.', 'connection-lost', 'connection-lost'],
  ['421 There are too many connections from your internet address.', 'too-many-connections', 'too-many-connections'],
  [
    '530 Sorry, the maximum number of clients (5) for this user are already connected.',
    'too-many-connections',
    'too-many-connections',
  ],
  ['530 Please login with USER and PASS.', 'denied', 'denied'],
  ['554 Restart offset lies beyond the end of the file.', 'bad-offset', 'bad-offset'],
  ['522 SSL connection failed; session reuse required', 'not-trusted', 'not-trusted'],
  ['450 File is busy; try again.', 'busy', 'busy'],
  ['500 Unknown command.', 'unsupported', 'unsupported'],
  ['599 something of its own', 'io', undefined],
];

for (const [text, kind, plain] of REPLIES)
  test(`“${text}” is ${kind}`, () => {
    const reply = { code: Number(text.slice(0, 3)), lines: [text.slice(4)] };
    assert.equal(kindOfReply(reply), kind);
    assert.equal(plainKindOfReply(reply), plain);
  });

test('every reply has a kind', () => {
  fc.assert(
    fc.property(fc.nat(999), fc.array(fc.string()), (code, lines) => {
      assert.ok(FILE_ERROR_KINDS.includes(kindOfReply({ code, lines })));
    }),
  );
});
