/** Lets a bounded number of tasks run at once and a bounded number wait behind them, in the order in which they came. */

export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

interface Turnstile {
  /**
   * Runs the task when its turn comes. Rejects with {@link QueueFullError} when too many wait already, and with the
   * signal's reason when that comes before the task has begun; a task that has begun is not interrupted.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface TurnstileBounds {
  readonly running: number;
  readonly waiting: number;
}

export function createTurnstile(bounds: TurnstileBounds): Turnstile {
  const queue = new Set<() => void>();
  let running = 0;

  const waitInQueue = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        queue.delete(begin);
        reject(signal?.reason as Error);
      };
      queue.add(begin);
      signal?.addEventListener('abort', giveUp, { once: true });
    });

  const enter = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    if (running >= bounds.running) {
      if (queue.size >= bounds.waiting) throw new QueueFullError(`${bounds.waiting} tasks are waiting already`);
      // Whoever leaves hands over its place, so `running` stays as it is.
      return waitInQueue(signal);
    }
    running += 1;
  };

  const leave = (): void => {
    const [next] = queue;
    if (next === undefined) {
      running -= 1;
      return;
    }
    queue.delete(next);
    next();
  };

  return {
    async run(task, signal) {
      await enter(signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}

/** One turnstile per key, kept for as long as somebody stands in it. */
export function createKeyedTurnstile(
  bounds: TurnstileBounds,
): <T>(key: string, task: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const lines = new Map<string, { readonly turnstile: Turnstile; users: number }>();
  return async (key, task, signal) => {
    const line = lines.get(key) ?? { turnstile: createTurnstile(bounds), users: 0 };
    lines.set(key, line);
    line.users += 1;
    try {
      return await line.turnstile.run(task, signal);
    } finally {
      line.users -= 1;
      if (line.users === 0) lines.delete(key);
    }
  };
}
