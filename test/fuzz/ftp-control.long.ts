/** Lines that no client would send, thousands of them: each is answered once, none is a bug, and the server lives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { COMMANDS } from '../../src/protocols/ftp/server/commands/index.ts';
import { assertAlive } from '../support/alive.ts';
import { faultsOf, startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3_000);
const LINES = 12;

/** QUIT and REIN end what is tried; a STAT or ABOR alone is tried elsewhere. */
const VERBS = COMMANDS.flatMap(({ verbs }) => verbs).filter((verb) => !['QUIT', 'REIN', 'USER', 'PASS'].includes(verb));

const byteText = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 })
  .map((bytes) => String.fromCharCode(...bytes.map((byte) => (byte === 10 ? 32 : byte))));
const piece = fc.constantFrom(
  '/',
  '..',
  '.',
  'a',
  'dir',
  '*',
  '?',
  '{a,b}',
  '[a-',
  '\\',
  ' ',
  '-',
  '-al',
  '--',
  '20200101000000',
  '|1|127.0.0.1|50000|',
  '127,0,0,1,200,10',
  '9'.repeat(20),
  '0',
  '-1',
  'modify=20200101000000;',
  'type;size;',
  '777',
  'ALL',
  'A',
  'I',
  '\xff',
  '\xff\xff',
  '\xc3\xa9',
  '\xe9',
  '\r',
  '\0',
  '%s',
  '"',
);
const argument = fc.oneof(
  byteText,
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
);
const line = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...VERBS), argument).map(([verb, text]) => `${verb} ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom(...VERBS) },
  { weight: 1, arbitrary: byteText },
);

/** A line ends at its LF, and CR LF may not appear in the middle of what is meant as one. */
const oneLine = (text: string): string => text.replaceAll('\n', ' ').replace(/\r+$/, '');

test('any lines at all are answered, each once', async () => {
  await using server = await startTestServer({
    limits: {
      dataConnectMs: 20,
      passwordTries: 1_000,
      globMs: 100,
      connectionsPerAddress: 1_000,
      connectionsPerMinute: 100_000,
      loginsPerMinute: 100_000,
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: LINES }), async (lines) => {
      await using client = await RawFtp.login(server.port);
      for (const text of lines) {
        client.write(`${oneLine(text)}\r\n`);
        // A transfer without its data connection ends with a second reply.
        const first = await client.reply();
        const last = first.code === 150 ? await client.reply() : first;
        assert.ok(last.code >= 200, `${JSON.stringify(text)} answered ${last.lines.join(' ')}`);
      }
      // Had a line been answered twice, or not at all, this would not come next.
      client.write('NOOP the end\r\n');
      const { code, text } = await client.reply();
      assert.equal(code, 200, text);
      assert.deepEqual(faultsOf(server), []);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
  await assertAlive(server);
});

test('any bytes at all, in any pieces, leave the server alive', async () => {
  await using server = await startTestServer({
    limits: {
      connectionsPerAddress: 1_000,
      connectionsPerMinute: 100_000,
      loginsPerMinute: 100_000,
      passwordTries: 1_000,
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), async (pieces) => {
      await using client = await RawFtp.open(server.port);
      for (const bytes of pieces) client.socket.write(bytes);
      client.socket.end('\r\nNOOP\r\n');
      await client.closed();
      assert.deepEqual(faultsOf(server), []);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: false },
  );
  await assertAlive(server);
});
