/** The client's file system before servers that others wrote keeps the contract that every file system keeps. */
import { after } from 'node:test';
import { ROOT, resolvePath } from '../../src/base/virtual-path.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { below } from '../support/below.ts';
import { needsPeer } from '../support/peers/packages.ts';
import type { Peer } from '../support/peers/peer.ts';
import { PEERS } from '../support/peers/peers.ts';
import { type RunningPeer, startPeer } from '../support/peers/start-peer.ts';
import { describeFileSystem, type Made } from './files.ts';

/** Cases that a server makes impossible, each with the reason. */
const SKIPS: Readonly<Record<Peer['name'], Readonly<Record<string, string>>>> = {
  vsftpd: {},
  proftpd: {},
  'pure-ftpd': {},
  pyftpdlib: {},
};

for (const peer of PEERS) {
  const { skip } = needsPeer(peer);
  let started: Promise<RunningPeer> | undefined;
  /** One server for all cases, each of which begins with an empty directory and connections of its own. */
  const make = async (): Promise<Made> => {
    const server = await (started ??= startPeer(peer));
    await server.empty();
    const { host, port, account, home } = server;
    const files = await connectFtp({ host, port, ...account });
    const prefix = resolvePath(ROOT, home) ?? ROOT;
    return { fileSystem: prefix === ROOT ? files : below(files, prefix), dispose: () => files.close() };
  };
  describeFileSystem(`FTP to ${peer.name}`, make, { skips: SKIPS[peer.name], ...(skip !== false && { skip }) });
  after(async () => (await started)?.[Symbol.asyncDispose]());
}
