/** Setting times so that they are either what was asked for or refused. */
import type { Stats } from 'node:fs';
import { FileError } from '../error.ts';
import type { Attributes } from '../file-system.ts';

/** Some file systems keep two seconds apart as one (FAT). */
const COARSEST_MS = 2_000;

/** The system calls of one way to a file. */
export interface TimeCalls {
  readonly set: (accessed: Date, modified: Date) => void;
  readonly look: () => Stats;
}

/**
 * Sets what is given and keeps the other time. A disk that cannot hold the date takes its nearest one without a word:
 * then the old times are put back, and the wish is refused with `unsupported`.
 */
export function setTimes(calls: TimeCalls, { accessedMs, modifiedMs }: Attributes, path: string): void {
  if (accessedMs === undefined && modifiedMs === undefined) return;
  const { atimeMs, mtimeMs } = calls.look();
  // As dates, because Node takes a negative number of seconds for "now".
  calls.set(new Date(accessedMs ?? atimeMs), new Date(modifiedMs ?? mtimeMs));
  if (Math.abs(calls.look().mtimeMs - (modifiedMs ?? mtimeMs)) <= COARSEST_MS) return;
  calls.set(new Date(atimeMs), new Date(mtimeMs));
  throw new FileError('unsupported', path);
}
