/** Whether a file at the destination is its source already, as far as a listing of both can tell. */
import type { Entry } from '../file-system.ts';
import type { ReplaceReason, Seen, SyncOptions } from './sync-plan.ts';

/** What listings tell of two files. `look-inside`: only their bytes can tell. */
export type Verdict = 'equal' | 'look-inside' | ReplaceReason;

export interface Comparison extends Pick<SyncOptions, 'compare' | 'times' | 'timeWindowMs'> {
  /** Whether the destination can be given times. */
  readonly setsTimes: 'yes' | 'no';
}

const PRECISION_MS = { millisecond: 1, second: 1000, minute: 60_000, day: 86_400_000 } as const;

/** What is kept of an entry. A time of 0 is what places say that know none; a size that is no number is not known. */
export function seen({ type, sizeBytes, modifiedMs, modifiedPrecision }: Entry): Seen {
  return {
    type,
    ...(type === 'file' && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 ? { sizeBytes } : {}),
    ...(Number.isFinite(modifiedMs) && modifiedMs !== 0 ? { modifiedMs } : {}),
    ...(modifiedPrecision === undefined ? {} : { modifiedPrecision }),
  };
}

/** How far the time that was told may be from the true one: where nobody says, as coarse as the number looks. */
function blurMs({ modifiedMs = 0, modifiedPrecision }: Seen): number {
  if (modifiedPrecision !== undefined) return PRECISION_MS[modifiedPrecision];
  if (modifiedMs % 1000 !== 0) return PRECISION_MS.millisecond;
  // FAT keeps every other second.
  return modifiedMs % 2000 === 0 ? 2000 : PRECISION_MS.second;
}

const isCoarse = ({ modifiedPrecision }: Seen): boolean =>
  modifiedPrecision === 'minute' || modifiedPrecision === 'day';

/** How much later the source is; 0 within the window, `undefined` where one of the times is not known. */
export function laterMs(source: Seen, destination: Seen, timeWindowMs = 0): number | undefined {
  if (source.modifiedMs === undefined || destination.modifiedMs === undefined) return undefined;
  const difference = source.modifiedMs - destination.modifiedMs;
  return Math.abs(difference) <= Math.max(timeWindowMs, blurMs(source), blurMs(destination)) ? 0 : difference;
}

const sizesDiffer = (source: Seen, destination: Seen): boolean =>
  source.sizeBytes !== undefined && destination.sizeBytes !== undefined && source.sizeBytes !== destination.sizeBytes;

/** Compares two files. */
export function compareFiles(source: Seen, destination: Seen, how: Comparison): Verdict {
  const by = how.compare ?? 'size-and-time';
  const later = laterMs(source, destination, how.timeWindowMs);
  if (by === 'newer' && later !== undefined) return later > 0 ? 'newer' : 'equal';
  if (sizesDiffer(source, destination)) return 'size-differs';
  if (by === 'hash') return 'look-inside';
  if (by !== 'size-and-time' || later === undefined || later === 0) return 'equal';
  if (later > 0) return 'newer';
  return timesDemanded(source, destination, how) === 'equal' ? 'time-differs' : 'equal';
}

function timesDemanded(source: Seen, destination: Seen, { times, setsTimes }: Comparison): 'equal' | 'not-older' {
  if (times !== undefined) return times;
  return setsTimes === 'yes' && !isCoarse(source) && !isCoarse(destination) ? 'equal' : 'not-older';
}

/** What becomes of two files with the same bytes: their times may have to be made the same. */
export function sameBytes(source: Seen, destination: Seen, how: Comparison): 'equal' | 'times-differ' {
  const later = laterMs(source, destination, how.timeWindowMs);
  if (later === undefined || later === 0 || how.setsTimes === 'no') return 'equal';
  const isWanted = timesDemanded(source, destination, how) === 'equal' || (how.times === 'not-older' && later > 0);
  return isWanted ? 'times-differ' : 'equal';
}
