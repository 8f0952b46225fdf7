/** wget, which only fetches, against our FTP server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMeeting, type FilePair, interop, type Meeting } from '../support/interop.ts';
import { needs, runWell } from '../support/program.ts';
import { hashTree, makeTree } from '../support/tree.ts';

const url = ({ host, port }: Meeting, path: string): string =>
  `ftp://u:p@${host.includes(':') ? `[${host}]` : host}:${port}/${path}`;

const wget = async (meeting: Meeting, ...args: string[]): Promise<string> => {
  const mode = meeting.mode === 'active' ? ['--no-passive-ftp'] : [];
  const { output } = await runWell('wget', ['--no-verbose', '--tries=1', ...mode, ...args], { cwd: meeting.home });
  return output;
};

const get = (meeting: Meeting, { local, remote }: FilePair, ...more: string[]): Promise<string> =>
  wget(meeting, ...more, '--output-document', local, url(meeting, remote));

interop({
  program: 'wget',
  families: [4, 6],
  modes: ['passive', 'active'],
  get,
  resumeGet: (meeting, files) => get(meeting, files, '--continue'),
  // It shows a directory as a page of HTML.
  list: async (meeting) => (await wget(meeting, '--output-document', '-', url(meeting, ''))).replaceAll('&#32;', ' '),
});

test('wget: a whole tree', needs('wget'), () =>
  atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
    makeTree(server.root, ['plain.txt', 'two words.txt', "it's.txt", 'plus+.txt'], 20);
    await wget(meeting, '--recursive', '--no-host-directories', '--level=inf', url(meeting, ''));
    assert.deepEqual(hashTree(meeting.home), hashTree(server.root));
  }),
);
