/** Work that goes on behind the prompt: numbered, bounded, each with a way to stop it. */

export interface Job {
  readonly number: number;
  /** As it was typed. */
  readonly source: string;
  readonly state: 'running' | 'done' | 'failed' | 'stopped';
  /** A sentence on how it ended; empty while it runs. */
  readonly ending: string;
  readonly startedMs: number;
}

export interface Jobs {
  /** Begins it, unless as many as may be run already. */
  start(source: string, work: (signal: AbortSignal) => Promise<void>): Job | undefined;
  list(): readonly Job[];
  /** Resolves when it has ended, with what became of it; `undefined` when there is none of that number. */
  wait(number: number, signal?: AbortSignal): Promise<Job | undefined>;
  /** False when none of that number runs. */
  stop(number: number): boolean;
  readonly running: readonly Job[];
}

export interface JobsOptions {
  readonly most: number;
  readonly nowMs: () => number;
  readonly explain: (error: unknown) => string;
  /** Told of each that ends. */
  readonly onEnd: (job: Job) => void;
}

/** Of those that ended, so many are remembered. */
const MOST_ENDED = 50;

interface Held {
  job: Job;
  readonly controller: AbortController;
  ended: Promise<void>;
}

const isRunning = ({ job }: Held): boolean => job.state === 'running';

function waitOrAbort(ended: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return ended;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason as Error); // it is always an error: only commands abort it
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  return Promise.race([ended, promise]).finally(() => signal.removeEventListener('abort', giveUp));
}

export function createJobs({ most, nowMs, explain, onEnd }: JobsOptions): Jobs {
  const held = new Map<number, Held>();
  let last = 0;
  const running = (): readonly Held[] => [...held.values()].filter(isRunning);
  const end = (one: Held, state: Job['state'], ending: string): void => {
    one.job = { ...one.job, state, ending };
    const old = [...held.values()].filter((each) => !isRunning(each));
    for (const { job } of old.slice(0, Math.max(0, old.length - MOST_ENDED))) held.delete(job.number);
    onEnd(one.job);
  };
  return {
    start(source, work) {
      if (running().length >= most) return undefined;
      last += 1;
      const controller = new AbortController();
      const job: Job = { number: last, source, state: 'running', ending: '', startedMs: nowMs() };
      const one: Held = { job, controller, ended: Promise.resolve() };
      held.set(last, one);
      one.ended = work(controller.signal).then(
        () => end(one, 'done', ''),
        (error: unknown) => end(one, controller.signal.aborted ? 'stopped' : 'failed', explain(error)),
      );
      return job;
    },
    list: () => [...held.values()].map(({ job }) => job),
    async wait(number, signal) {
      const one = held.get(number);
      if (one === undefined) return undefined;
      await waitOrAbort(one.ended, signal);
      return one.job;
    },
    stop(number) {
      const one = held.get(number);
      if (one === undefined || !isRunning(one)) return false;
      one.controller.abort(new Error('stopped'));
      return true;
    },
    get running() {
      return running().map(({ job }) => job);
    },
  };
}
