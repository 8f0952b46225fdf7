/** Several things, one after another or some at once: what fails is told, and the rest goes on. */
import { isAbort } from '../failure.ts';
import { labelled } from './failure-line.ts';
import type { Client } from './run-client.ts';

export interface Each<T> {
  /** How people know one of them. */
  readonly label: (item: T) => string;
  readonly act: (item: T) => Promise<void>;
  /** How many are done at once; 1 unless told. */
  readonly atOnce?: number;
  /** `failures`: what succeeds is only a preparation, and does not count as done. */
  readonly counts?: 'all' | 'failures';
}

/** A single thing that fails rejects with its failure; one of several is told of and counted. */
export async function forEach<T>(client: Client, items: readonly T[], each: Each<T>): Promise<void> {
  const { label, act, atOnce = 1, counts = 'all' } = each;
  const iterator = items.values();
  const work = async (): Promise<void> => {
    for (const item of iterator) {
      client.signal.throwIfAborted();
      try {
        await act(item);
        if (counts === 'all') client.did();
      } catch (error) {
        if (items.length === 1 || isAbort(error)) throw labelled(error, label(item));
        client.fail(error, label(item));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
