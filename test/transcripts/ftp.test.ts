/** Plays every transcript of `ftp/`, and sees to it that every verb has one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/protocols/ftp/server/commands/index.ts';
import { faultsOf, startTestServer } from '../support/ftp-server.ts';
import { playTranscript } from '../support/play-transcript.ts';
import { parseTranscript } from '../support/transcript.ts';

const FOLDER = join(import.meta.dirname, 'ftp');
const transcripts = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => [name, parseTranscript(readFileSync(join(FOLDER, name), 'utf8'))]),
);

for (const [name, steps] of transcripts)
  test(name, async () => {
    await using server = await startTestServer({ greeting: 'Portcall test server ready.' });
    await playTranscript(server, steps);
    assert.deepEqual(faultsOf(server), []);
  });

/** What FTP is made of; a table that lost a row must not lose its transcript unnoticed. */
const PROMISED =
  'USER PASS ACCT QUIT REIN CWD CDUP PWD XCWD XCUP XPWD XMKD XRMD PORT PASV EPRT EPSV TYPE STRU MODE RETR STOR APPE STOU ALLO REST ABOR RNFR RNTO DELE MKD RMD LIST NLST MLST MLSD SIZE MDTM MFMT MFCT MFF SYST STAT HELP FEAT CLNT NOOP LANG';
const PROMISED_PAIRS = ['OPTS MLST', 'OPTS UTF8', 'SITE HELP', 'SITE CHMOD', 'SITE UTIME', 'SITE SYMLINK'];

test('every verb is spoken in a transcript', () => {
  const spoken = [...transcripts.values()].flatMap((steps) =>
    steps.flatMap(({ step }) => (step.kind === 'client' ? [`${step.text} `.toUpperCase()] : [])),
  );
  const verbs = new Set([...PROMISED.split(' '), ...PROMISED_PAIRS, ...COMMANDS.flatMap((row) => row.verbs)]);
  const silent = [...verbs].filter((verb) => !spoken.some((line) => line.startsWith(`${verb} `)));
  assert.deepEqual(silent, []);
});
