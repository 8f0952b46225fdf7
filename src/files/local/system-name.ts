/** Names for the operating system, and the names that are our own. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { encodeName, holdsRawBytes } from '../../base/name.ts';

/** A system path: text, or bytes where a name is not UTF-8. */
export type SystemPath = string | Buffer;

/** A name inside a directory given by its system path. */
export function inside(directory: SystemPath, name: string): SystemPath {
  if (typeof directory === 'string' && !holdsRawBytes(name)) return `${directory}/${name}`;
  return Buffer.concat([Buffer.from(directory), Buffer.from('/'), encodeName(name)]);
}

/** Every name of ours begins with this; clients can neither see nor use such names. */
const RESERVED = '.portcall-';

export const isReserved = (name: string): boolean => name.startsWith(RESERVED);

const sha256 = (text: string): string => createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');

const HOST = sha256(hostname()).slice(0, 6);

/** An upload that runs: says whose it is, so that what a dead process left is known. */
export const runningName = (): string => `${RESERVED}${HOST}-${process.pid}-${randomBytes(6).toString('hex')}.upload`;

/** What an interrupted upload left, found again by its owner and the name it was for. */
export const interruptedName = (owner: string, name: string): string =>
  `${RESERVED}${sha256(`${owner}\0${name}`).slice(0, 24)}.part`;

/** What a reserved name says of the file under it. */
export type Leftover =
  | { readonly kind: 'running'; readonly host: 'ours' | 'other'; readonly pid: number }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'unknown' };

export function parseReserved(name: string): Leftover {
  const [, host, pid] = /^\.portcall-([0-9a-f]{6})-(\d{1,10})-[0-9a-f]{12}\.upload$/.exec(name) ?? [];
  if (host !== undefined) return { kind: 'running', host: host === HOST ? 'ours' : 'other', pid: Number(pid) };
  return /^\.portcall-[0-9a-f]{24}\.part$/.test(name) ? { kind: 'interrupted' } : { kind: 'unknown' };
}
