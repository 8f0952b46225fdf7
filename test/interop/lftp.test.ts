/** lftp against our FTP server: single files, and mirrors of a tree of 500 files with odd names. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { atMeeting, ENCRYPTIONS, interop, type Meeting } from '../support/interop.ts';
import { needs, runWell } from '../support/program.ts';
import { hashTree, LATIN1_NAMES, makeTree, ODD_NAMES } from '../support/tree.ts';

const lftp = (meeting: Meeting, ...commands: string[]): Promise<string> => lftpIn('C.UTF-8', meeting, ...commands);

const trust = ({ encryption }: Meeting): string[] =>
  encryption === undefined
    ? ['set ftp:ssl-allow no']
    : ['set ftp:ssl-force yes', 'set ftp:ssl-protect-data yes', `set ssl:ca-file ${encryption.caFile}`];

/** In the locale C it takes names as bytes. */
const lftpIn = async (locale: 'C' | 'C.UTF-8', meeting: Meeting, ...commands: string[]): Promise<string> => {
  const settings = [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    'set net:timeout 10',
    ...trust(meeting),
    'set xfer:clobber yes',
    `set ftp:passive-mode ${meeting.mode === 'passive' ? 'yes' : 'no'}`,
  ];
  const open = `open -u u,p -p ${meeting.port} ${meeting.encryption?.start === 'implicit' ? 'ftps' : 'ftp'}://${meeting.host.includes(':') ? `[${meeting.host}]` : meeting.host}`;
  const script = [...settings, open, ...commands].join('; ');
  return (await runWell('lftp', ['--norc', '-c', script], { cwd: meeting.home, env: { LC_ALL: locale } })).output;
};

interop({
  program: 'lftp',
  families: [4, 6],
  modes: ['passive', 'active'],
  encryptions: ENCRYPTIONS,
  // It sends `EPRT |2|::|port|`, an address that belongs to nobody (4.9.2).
  cannot: (family, mode) => family === 6 && mode === 'active',
  get: (meeting, { local, remote }) => lftp(meeting, `get ${remote} -o ${local}`),
  put: (meeting, { local, remote }) => lftp(meeting, `put ${local} -o ${remote}`),
  resumeGet: (meeting, { local, remote }) => lftp(meeting, 'set xfer:clobber no', `get -c ${remote} -o ${local}`),
  resumePut: (meeting, { local, remote }) => lftp(meeting, `put -c ${local} -o ${remote}`),
  getText: (meeting, { local, remote }) => lftp(meeting, `get -a ${remote} -o ${local}`),
  putText: (meeting, { local, remote }) => lftp(meeting, `put -a ${local} -o ${remote}`),
  list: (meeting) => lftp(meeting, 'ls'),
});

const BYTES = [...ODD_NAMES, ...LATIN1_NAMES];

/** A server that tells of UTF8 or MLST is taken to speak UTF-8 alone: without FEAT lftp takes names as bytes, by LIST. */
for (const { what, locale, settings, names } of [
  { what: 'UTF-8', locale: 'C.UTF-8', settings: [], names: ODD_NAMES },
  { what: 'bytes', locale: 'C', settings: ['set ftp:use-feat no'], names: BYTES },
] as const) {
  const count = 500;

  test(`lftp: mirror ${count} files down, names as ${what}`, needs('lftp'), () =>
    atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
      makeTree(server.root, names, count);
      await lftpIn(locale, meeting, ...settings, 'mirror --parallel=4 --no-perms / copy');
      assert.deepEqual(hashTree(join(meeting.home, 'copy')), hashTree(server.root));
    }),
  );

  test(`lftp: mirror ${count} files up, names as ${what}`, needs('lftp'), () =>
    atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
      const source = join(meeting.home, 'source');
      mkdirSync(source);
      makeTree(source, names, count);
      await lftpIn(locale, meeting, ...settings, 'mirror --reverse --parallel=4 --no-perms source /copy');
      assert.deepEqual(hashTree(join(server.root, 'copy')), hashTree(source));
    }),
  );
}

test('lftp: find out, rename, change the mode, remove', needs('lftp'), () =>
  atMeeting({ family: 4, mode: 'passive' }, async ({ meeting, server }) => {
    makeTree(server.root, ['a', 'b'], 10);
    await lftp(meeting, 'mv a c', 'chmod 600 c', 'mkdir -p x/y', 'mv c x/y/c', 'rm -r sub', 'rmdir empty');
    assert.deepEqual([...hashTree(server.root).keys()].sort(), ['b', 'x', 'x/y', 'x/y/c']);
  }),
);
