/** A thread for hashes that would hold up the event loop; begun when the first is wanted. It never keeps the process alive by itself. */
import { Worker } from 'node:worker_threads';
import type { ComputeCrypt } from './scheme.ts';

/** From sources the thread is TypeScript, from the built package JavaScript. */
const FILE = import.meta.url.endsWith('.ts') ? './crypt-worker.ts' : './crypt-worker.js';

interface Waiting {
  readonly resolve: (computed: string) => void;
  readonly reject: (error: Error) => void;
}

/** Computes one after another, in the order of the calls. When the thread dies, all that wait reject; the next call begins a new one. */
export function createCryptThread(): ComputeCrypt {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;

  const begin = (): Worker => {
    const begun = new Worker(new URL(FILE, import.meta.url), { execArgv: [] });
    begun.on('message', ({ id, computed }: { readonly id: number; readonly computed: string }) => {
      waiting.get(id)?.resolve(computed);
      waiting.delete(id);
      if (waiting.size === 0) begun.unref();
    });
    const end = (error: Error): void => {
      if (worker !== begun) return;
      worker = undefined;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    begun.on('error', (error: unknown) => end(error instanceof Error ? error : new Error(String(error))));
    begun.on('exit', (code) => end(new Error(`the thread for password hashes ended with ${code}`)));
    return begun;
  };

  return (request) =>
    new Promise((resolve, reject) => {
      worker ??= begin();
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, ...request });
    });
}
