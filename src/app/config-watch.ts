/** Tells when a file has changed and has come to rest: looked at by its time, size and number, which every disk has. */
import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';

const LOOK_EVERY_MS = 2_000;

function markOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 'missing' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

/** Calls back after each change; the returned function ends it. A change counts once it was the same at two looks. */
export function watchFile(path: string, clock: Clock, onChange: () => void): () => void {
  let settled = markOf(path);
  let seen = settled;
  let cancel: () => void = () => undefined;
  const look = (): void => {
    const mark = markOf(path);
    if (mark !== settled && mark === seen && mark !== 'missing') {
      settled = mark;
      onChange();
    }
    seen = mark;
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return () => cancel();
}
