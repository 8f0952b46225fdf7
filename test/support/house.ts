/** A whole server for one test, as a configuration file wants it: in this process, in a folder that is thrown away. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type Serving } from '../../src/app/serve.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemClock } from '../../src/base/clock.ts';
import { settle } from '../../src/config/settings.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import { eventually } from './wait.ts';

export interface TestHouse extends AsyncDisposable {
  readonly folder: string;
  readonly serving: Serving;
  /** Of the first listener. */
  readonly port: number;
  readonly events: readonly ServerEvent[];
  /** Writes the configuration anew. */
  configure(yaml: string): void;
  /** The first event of a kind that fits; waits for it. */
  event<K extends ServerEvent['kind']>(
    kind: K,
    fits?: (event: Extract<ServerEvent, { kind: K }>) => boolean,
  ): Promise<Extract<ServerEvent, { kind: K }>>;
}

/** One listener on loopback, so that a test names only what it is about. */
const LISTENER = "listeners: ['ftp://127.0.0.1:0']\nstate: state\n";

export interface HouseOptions {
  readonly clock?: Clock;
  /** A folder of an earlier house, to start it again. */
  readonly folder?: string;
}

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portcall-house-'));
  mkdirSync(join(folder, 'files'));
  return folder;
}

/** Starts it; disposing closes it, and removes the folder unless the test gave it. */
export async function startHouse(yaml: string, options: HouseOptions = {}): Promise<TestHouse> {
  const folder = options.folder ?? newFolder();
  const configure = (text: string): void =>
    writeFileSync(join(folder, 'portcall.yaml'), `${text.includes('listeners:') ? '' : LISTENER}${text}`);
  configure(yaml);
  const events: ServerEvent[] = [];
  const resettle = (): ReturnType<typeof settle> => settle({ config: 'portcall.yaml' }, folder);
  const serving = await serve(resettle(), {
    observe: (event) => void events.push(event),
    clock: options.clock ?? systemClock,
    random: () => 0,
    resettle,
  });
  return {
    folder,
    serving,
    port: serving.listeners[0]?.port ?? 0,
    events,
    configure,
    async event(kind, fits = () => true) {
      type Wanted = Extract<ServerEvent, { kind: typeof kind }>;
      const find = (): Wanted | undefined =>
        events.find((event): event is Wanted => event.kind === kind && fits(event as Wanted));
      await eventually(() => find() !== undefined, `the event ${kind}`);
      return find()!;
    },
    async [Symbol.asyncDispose]() {
      await serving.close({ graceMs: 0 });
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
