/** The client's file system before servers that others wrote keeps the contract that every file system keeps. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encodeName } from '../../src/base/name.ts';
import { ROOT, resolvePath } from '../../src/base/virtual-path.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpFileSystem } from '../../src/protocols/ftp/client/powers.ts';
import { below } from '../support/below.ts';
import { needsPeer } from '../support/peers/packages.ts';
import type { Peer } from '../support/peers/peer.ts';
import { PEERS } from '../support/peers/peers.ts';
import { type RunningPeer, startPeer } from '../support/peers/start-peer.ts';
import { describeFileSystem, type Made } from './files.ts';
import { get, namesOf, path, put } from './files-probe.ts';

/** Cases that a server makes impossible, each with the reason. */
const OF_FTP = {
  'writes may overlap and come in any order': 'over FTP bytes are written in order',
  'two sessions cannot both have what was interrupted': 'FTP has no lock, so two clients of one owner share a part',
  'mode and times are set, also one time alone': 'FTP sets whole seconds, and no access times',
  'a file is cut and grown': 'FTP has no command for it',
};
const KINDS = 'names with blanks, letters of the world and raw bytes are kept';
const MODES = 'the permission bits of a replaced file are carried over';
const SKIPS: Readonly<Record<Peer['name'], Readonly<Record<string, string>>>> = {
  vsftpd: { ...OF_FTP, [MODES]: 'its anonymous users may not change modes' },
  proftpd: OF_FTP,
  'pure-ftpd': { ...OF_FTP, [KINDS]: 'it makes `_` of a blank at the end; the other names are tried below' },
  pyftpdlib: {
    ...OF_FTP,
    [KINDS]: 'it lists a byte that is no UTF-8 as U+FFFD; the other names are tried below',
    [MODES]: 'it shows modes only to those who ask for that fact',
  },
};

/** What a name may hold. */
const NAMES = [
  ' lead',
  'trail ',
  'a b',
  '-rf',
  '*',
  '[x]',
  '%s%n',
  '$(id)',
  'Grüße',
  '日本',
  '😀',
  'raw\udcff\udc80',
  'a\\b',
  '~',
  '#',
];
/** Names that a server changes by itself, or refuses. */
const CHANGED: Partial<Record<Peer['name'], readonly string[]>> = {
  'pure-ftpd': ['trail ', 'a\\b'],
  pyftpdlib: ['raw\udcff\udc80'],
};

for (const peer of PEERS) {
  const { skip } = needsPeer(peer);
  let started: Promise<RunningPeer> | undefined;
  let connected: Promise<FtpFileSystem> | undefined;
  /** One server and one client for all cases, each of which begins with an empty directory: some servers log in slowly. */
  const make = async (): Promise<Made> => {
    const server = await (started ??= startPeer(peer));
    const { host, port, account, home } = server;
    const files = await (connected ??= connectFtp({ host, port, ...account }));
    await server.empty();
    const prefix = resolvePath(ROOT, home) ?? ROOT;
    return { fileSystem: prefix === ROOT ? files : below(files, prefix) };
  };
  describeFileSystem(`FTP to ${peer.name}`, make, { skips: SKIPS[peer.name], ...(skip !== false && { skip }) });

  test(`names of all kinds come back from ${peer.name} as they went`, { skip }, async () => {
    const { fileSystem: files } = await make();
    const names = NAMES.filter((name) => CHANGED[peer.name]?.includes(name) !== true);
    for (const name of names) await put(files, `/${name}`, name);
    assert.deepEqual(await namesOf(files, '/'), names.toSorted());
    for (const name of names) assert.equal(await get(files, `/${name}`), new TextDecoder().decode(encodeName(name)));
    for (const name of names) await files.remove(path(`/${name}`));
    assert.deepEqual(await namesOf(files, '/'), []);
  });

  after(async () => {
    await (await connected)?.close();
    await (await started)?.[Symbol.asyncDispose]();
  });
}
