/** Python's ftplib against our FTP server. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atMeeting, ENCRYPTIONS, type FilePair, interop, type Meeting } from '../support/interop.ts';
import { needs, runWell } from '../support/program.ts';
import { sampleBytes } from '../support/tree.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'ftplib-client.py');

/** ftplib continues the TLS session only when it is made to. */
const encryptionOf = ({ encryption }: Meeting): [string, string] => {
  if (encryption === undefined) return ['none', ''];
  return [encryption.dataBinding === 'required' ? 'tls-resuming' : 'tls', encryption.caFile];
};

const ftplib = async (meeting: Meeting, operation: string, files?: FilePair): Promise<string> => {
  const names = files === undefined ? [] : [files.local, files.remote];
  const args = [
    SCRIPT,
    meeting.host,
    String(meeting.port),
    meeting.mode,
    ...encryptionOf(meeting),
    operation,
    ...names,
  ];
  return (await runWell(PYTHON, args, { cwd: meeting.home })).output;
};

const moves =
  (operation: string) =>
  (meeting: Meeting, files: FilePair): Promise<string> =>
    ftplib(meeting, operation, files);

interop({
  program: PYTHON,
  families: [4, 6],
  modes: ['passive', 'active'],
  // It knows no implicit TLS.
  encryptions: ENCRYPTIONS.map((encryption) => ({ ...encryption, start: 'explicit' as const })),
  get: moves('get'),
  put: moves('put'),
  append: moves('append'),
  resumeGet: moves('resume-get'),
  resumePut: moves('resume-put'),
  getText: moves('get-text'),
  putText: moves('put-text'),
  list: (meeting) => ftplib(meeting, 'list'),
});

for (const operation of ['abort', 'abort-with-synch'])
  test(`ftplib: ${operation} out of band in the middle, then go on`, needs(PYTHON), () =>
    atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
      const bytes = sampleBytes(20_000_000);
      await writeFile(join(server.root, 'big'), bytes);
      const said = await ftplib(meeting, operation, { local: 'big', remote: 'big' });
      assert.match(said, /^426 .*\n226 /);
      assert.ok((await readFile(join(meeting.home, 'big'))).equals(bytes));
    }),
  );
