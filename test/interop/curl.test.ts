/** curl against our FTP server. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atMeeting, ENCRYPTIONS, type FilePair, interop, type Meeting } from '../support/interop.ts';
import { needs, runWell } from '../support/program.ts';
import { sampleBytes } from '../support/tree.ts';

const url = ({ host, port, encryption }: Meeting, path = ''): string =>
  `${encryption?.start === 'implicit' ? 'ftps' : 'ftp'}://u:p@${host.includes(':') ? `[${host}]` : host}:${port}/${path}`;

/** Encryption or nothing, and only this authority. */
const trust = ({ encryption }: Meeting): string[] =>
  encryption === undefined ? [] : ['--ssl-reqd', '--cacert', encryption.caFile];

const curl = async (meeting: Meeting, ...args: string[]): Promise<Buffer> => {
  const mode = meeting.mode === 'active' ? ['--ftp-port', '-'] : [];
  const { stdout } = await runWell(
    'curl',
    ['--silent', '--show-error', '--globoff', ...mode, ...trust(meeting), ...args],
    {
      cwd: meeting.home,
    },
  );
  return stdout;
};

const get = (meeting: Meeting, { local, remote }: FilePair, ...more: string[]): Promise<Buffer> =>
  curl(meeting, ...more, '--output', local, url(meeting, remote));
const put = (meeting: Meeting, { local, remote }: FilePair, ...more: string[]): Promise<Buffer> =>
  curl(meeting, ...more, '--upload-file', local, url(meeting, remote));

interop({
  program: 'curl',
  families: [4, 6],
  modes: ['passive', 'active'],
  encryptions: ENCRYPTIONS,
  // It sends active data in the clear, whatever was agreed on (7.88).
  cannot: (_family, mode, encryption) => encryption !== undefined && mode === 'active',
  get,
  put,
  append: (meeting, files) => put(meeting, files, '--append'),
  resumeGet: (meeting, files) => get(meeting, files, '--continue-at', '-'),
  resumePut: (meeting, files) => put(meeting, files, '--continue-at', '-'),
  getText: (meeting, files) => get(meeting, files, '--use-ascii'),
  putText: (meeting, files) => put(meeting, files, '--use-ascii', '--crlf'),
  list: async (meeting) => (await curl(meeting, url(meeting))).toString(),
});

test('curl: a part from the middle, and another file on the same connection', needs('curl'), () =>
  atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
    const bytes = sampleBytes(3_000_000);
    await writeFile(join(server.root, 'a'), bytes);
    const got = await curl(meeting, '--range', '1000-1999', url(meeting, 'a'), url(meeting, 'a'));
    assert.deepEqual(got, Buffer.concat([bytes.subarray(1000, 2000), bytes.subarray(1000, 2000)]));
  }),
);

test('curl: folders are made, names are quoted as URLs', needs('curl'), () =>
  atMeeting({ family: 4, mode: 'passive' }, async ({ meeting }) => {
    await writeFile(join(meeting.home, 'local'), 'x');
    const place = url(meeting, 'new%20folder/%C3%A9%23%25');
    await curl(meeting, '--ftp-create-dirs', '--upload-file', 'local', place);
    assert.equal((await curl(meeting, place)).toString(), 'x');
  }),
);
