/** Whether the world still is as a plan saw it. Something that has changed is left to the next plan. */
import type { VirtualPath } from '../../base/virtual-path.ts';
import type { Place } from '../copy/copy.ts';
import { FileError } from '../error.ts';
import type { CallOptions } from '../file-system.ts';
import { laterMs, seen } from './compare.ts';
import type { Seen } from './sync-plan.ts';

export interface Looking {
  readonly place: Place;
  /** For sentences. */
  readonly side: 'source' | 'destination';
  readonly call: CallOptions;
}

const SINCE = 'since the plan was made; plan again';

/** What stands there, links not followed; nothing where nothing does. */
export async function standing({ place, call }: Looking): Promise<Seen | undefined> {
  try {
    return seen(await place.files.stat(place.path, { ...call, links: 'stay' }));
  } catch (error) {
    // What was a directory above it may be a file now.
    if (error instanceof FileError && (error.kind === 'not-found' || error.kind === 'not-directory')) return undefined;
    throw error;
  }
}

/** Fails unless the same stands there that the plan saw. */
export async function confirmSame(looking: Looking, planned: Seen): Promise<void> {
  const now = await standing(looking);
  if (now === undefined) throw changed('not-found', looking, `the ${looking.side} is gone ${SINCE}`);
  if (!isSame(planned, now)) throw changed('busy', looking, `the ${looking.side} has changed ${SINCE}`);
}

/** Fails where nothing stands. */
export async function confirmThere(looking: Looking): Promise<void> {
  if ((await standing(looking)) === undefined)
    throw changed('not-found', looking, `the ${looking.side} is gone ${SINCE}`);
}

/** Fails where something stands. */
export async function confirmAbsent(looking: Looking): Promise<void> {
  if ((await standing(looking)) !== undefined)
    throw changed('exists', looking, `something has come to the ${looking.side} ${SINCE}`);
}

function changed(kind: 'not-found' | 'busy' | 'exists', { place }: Looking, detail: string): FileError {
  const path: VirtualPath = place.path;
  return new FileError(kind, path, { detail });
}

function isSame(planned: Seen, now: Seen): boolean {
  if (planned.type !== now.type) return false;
  if (planned.type !== 'file') return true;
  if (planned.sizeBytes !== now.sizeBytes && planned.sizeBytes !== undefined && now.sizeBytes !== undefined)
    return false;
  // A LIST tells minutes in the server's own time zone, and the answer for one file may be in UTC and exact.
  if (isFromListing(planned) || planned.modifiedMs === undefined || now.modifiedMs === undefined) return true;
  return planned.modifiedPrecision === now.modifiedPrecision
    ? planned.modifiedMs === now.modifiedMs
    : laterMs(planned, now) === 0;
}

const isFromListing = ({ modifiedMs = 0, modifiedPrecision }: Seen): boolean =>
  modifiedPrecision === undefined
    ? modifiedMs % 60_000 === 0
    : modifiedPrecision === 'minute' || modifiedPrecision === 'day';
