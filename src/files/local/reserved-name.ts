/** The names that uploads in progress and interrupted uploads have on disk, and the prefix that hides them. */
import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { encodeName } from '../../base/name.ts';

const PREFIX = '.portcall-';
const UPLOAD = /^\.portcall-([0-9a-f]{6})-([0-9]{1,10})-[0-9a-f]{12}\.upload$/;
const PART = /^\.portcall-[0-9a-f]{24}\.part$/;

/** True for a name that belongs to us. Letter case does not matter: some disks do not tell it apart. */
export const isReserved = (name: string): boolean =>
  name.startsWith('.p') || name.startsWith('.P') ? name.toLowerCase().startsWith(PREFIX) : false;

const hexHash = (parts: readonly string[], digits: number): string => {
  const hash = createHash('sha256');
  for (const [index, part] of parts.entries()) hash.update(index === 0 ? '' : '\0').update(encodeName(part));
  return hash.digest('hex').slice(0, digits);
};

const hostHash = hexHash([hostname()], 6);

/** A fresh name for a running upload; it tells which process on which machine to ask about it. */
export const newUploadName = (): string =>
  `${PREFIX}${hostHash}-${process.pid}-${randomBytes(6).toString('hex')}.upload`;

/** The name under which one owner's interrupted upload of one file waits. */
export const partName = (owner: string, target: string): string => `${PREFIX}${hexHash([owner, target], 24)}.part`;

export type Leftover =
  | { readonly kind: 'part' }
  /** `pid` is given when the upload ran on this machine. */
  | { readonly kind: 'upload'; readonly pid?: number };

/** What a reserved name stands for; `undefined` when it is not one that we make. */
export function parseLeftover(name: string): Leftover | undefined {
  if (PART.test(name)) return { kind: 'part' };
  const match = UPLOAD.exec(name);
  if (match === null) return undefined;
  return match[1] === hostHash ? { kind: 'upload', pid: Number(match[2]) } : { kind: 'upload' };
}
