/** Where the servers that others wrote are: as packages they conflict, so a script unpacks them and installs nothing. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Peer } from './peer.ts';

/** The folder that `bench/get-rivals.sh` fills, unless told otherwise. */
export function packagesFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['PORTCALL_RIVALS'] ?? join(cache, 'portcall-rivals');
}

/** Where the packages' own `usr` and `lib` are. */
export const packagesRoot = (): string => join(packagesFolder(), 'root');

/** The libraries that were unpacked beside the programs, under Debian's name for this kind of machine. */
export function librariesOf(packages: string): Readonly<Record<string, string>> {
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return { LD_LIBRARY_PATH: `${join(packages, 'usr/lib', machine)}:${join(packages, 'lib', machine)}` };
}

/** Why it cannot run here, as a sentence; `undefined` when it can. */
export function obstacleOf(peer: Peer): string | undefined {
  if (!existsSync(join(packagesRoot(), peer.program)))
    return `${peer.name} is not in ${packagesFolder()}; fetch it with bench/get-rivals.sh`;
  return peer.needsRoot && process.getuid?.() !== 0 ? `${peer.name} starts only as root` : undefined;
}

/** For the options of a test: skipped without the server, unless this is CI, where it then fails for want of it. */
export const needsPeer = (peer: Peer): { readonly skip: string | false } => ({
  skip: process.env['CI'] === undefined ? (obstacleOf(peer) ?? false) : false,
});
