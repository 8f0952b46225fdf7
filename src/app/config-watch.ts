/** Tells when a file has changed and has come to rest: looked at by its time, size and number, which every disk has. */
import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';

const LOOK_EVERY_MS = 2_000;

/** `undefined` while there is no file that can be looked at: it may be on its way, or its disk away. */
function markOf(path: string): string | undefined {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}

/** Calls back after each change; the returned function ends it. A change counts once it was the same at two looks. */
export function watchFile(path: string, clock: Clock, onChange: () => void): () => void {
  let settled = markOf(path);
  let seen = settled;
  let cancel: () => void = () => undefined;
  const look = (): void => {
    const mark = markOf(path);
    if (mark !== undefined && mark !== settled && mark === seen) {
      settled = mark;
      onChange();
    }
    seen = mark;
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return () => cancel();
}
