/** How copies show how they go on: bars on a terminal, JSON for programs, sentences when asked for them. */
import { printable } from '../../base/escape.ts';
import type { CopyEvent } from '../../files/copy/copy.ts';
import type { SyncEvent } from '../../files/sync/sync-report.ts';
import { durationText, rateOf, sizeText } from '../../observe/quantities.ts';
import { failureLine } from './failure-line.ts';
import type { World } from '../world.ts';
import { isOn, type Options } from './connect-options.ts';
import { jsonLine } from './json-line.ts';

const CLEAR_LINE = '\r\u001b[K';
const BAR_WIDTH = 20;
/** Ten pictures a second are as many as anybody sees. */
const LEAST_MS = 100;
const DEFAULT_COLUMNS = 80;

export interface Progress {
  tell(event: SyncEvent): void;
  /** Takes the bar away. */
  end(): void;
}

const baseOf = (label: string): string => printable(label.slice(label.lastIndexOf('/') + 1));

interface Running {
  bytes: number;
  sizeBytes: number;
  bytesPerSecond: number;
}

const bar = (share: number): string => {
  const filled = Math.max(0, Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH)));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
};

/** One line for all that runs: its share, rate and the time that is left. */
function barLine(running: ReadonlyMap<string, Running>, columns: number): string {
  const all = [...running.values()];
  const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  const sizeBytes = all.reduce((sum, one) => sum + one.sizeBytes, 0);
  const rate = all.reduce((sum, one) => sum + one.bytesPerSecond, 0);
  const [first = ''] = running.keys();
  const what = all.length === 1 ? baseOf(first) : `${all.length} files`;
  const share = sizeBytes > 0 ? bytes / sizeBytes : 0;
  const left = rate > 0 && sizeBytes > bytes ? `  ${durationText(((sizeBytes - bytes) / rate) * 1000)} left` : '';
  const facts = `${bar(share)} ${String(Math.floor(share * 100)).padStart(3)} %  ${sizeText(bytes)}  ${sizeText(rate)}/s${left}`;
  return `${facts}  ${what}`.slice(0, Math.max(20, columns - 1));
}

/** Bars on a terminal, on standard error. */
function bars(world: World): Progress {
  const running = new Map<string, Running>();
  let drawnMs = 0;
  const draw = (): void => {
    const nowMs = performance.now();
    if (nowMs - drawnMs < LEAST_MS) return;
    drawnMs = nowMs;
    world.stderr.write(CLEAR_LINE + barLine(running, world.terminal?.screen().columns ?? DEFAULT_COLUMNS));
  };
  return {
    tell(event) {
      if (event.kind === 'progress') {
        running.set(event.to, { ...event });
        draw();
      } else if (event.kind === 'finished' || event.kind === 'failed') {
        running.delete(event.to);
        if (running.size === 0) world.stderr.write(CLEAR_LINE);
      } else if (event.kind === 'retrying')
        world.stderr.write(
          `${CLEAR_LINE}portcall: ${baseOf(event.from)}: ${printable(event.reason)}; trying again in ${durationText(event.delayMs)}\n`,
        );
    },
    end: () => {
      if (running.size > 0) world.stderr.write(CLEAR_LINE);
    },
  };
}

/** `copied a to b (12.0 MiB in 1.2 s, 10.0 MiB/s)` */
function sentence(event: CopyEvent): string | undefined {
  if (event.kind === 'resumed') return `continuing ${event.from} at ${sizeText(event.atBytes)}`;
  if (event.kind !== 'finished') return undefined;
  if (event.way === 'skipped') return `${event.to} is there already; skipped`;
  const rate = `${sizeText(event.sizeBytes)} in ${durationText(event.durationMs)}, ${sizeText(rateOf(event.sizeBytes - event.resumedAtBytes, event.durationMs))}/s`;
  const proof =
    event.verified === 'hash' ? `, ${event.hash?.algorithm ?? 'hash'} ${event.hash?.value ?? ''} proven` : '';
  return `${event.from} -> ${event.to} (${rate}${proof})`;
}

/** An event as JSON: the error of a failure as its kind and its sentence. */
function eventJson(event: SyncEvent): Readonly<Record<string, unknown>> {
  const { kind, ...rest } = event;
  if (!('error' in rest)) return { event: kind, ...rest };
  const { error, ...others } = rest;
  return { event: kind, ...others, error: { message: failureLine(error, '') } };
}

const all = (observers: readonly Progress[]): Progress => ({
  tell: (event) => {
    for (const one of observers) one.tell(event);
  },
  end: () => {
    for (const one of observers) one.end();
  },
});

const telling = (tell: (event: SyncEvent) => void): Progress => ({ tell, end: () => undefined });

/** What the flags and the terminal ask for. Warnings of finished copies are always told. */
export function progressOf(options: Options, world: World): Progress {
  const observers: Progress[] = [];
  const isTerminal = world.stderr.isTTY === true;
  if (isOn(options, 'json')) observers.push(telling((event) => void world.stdout.write(jsonLine(eventJson(event)))));
  else if (isTerminal && !isOn(options, 'quiet') && !isOn(options, 'trace')) observers.push(bars(world));
  if (isOn(options, 'verbose'))
    observers.push(
      telling((event) => {
        const text = event.kind === 'finished' || event.kind === 'resumed' ? sentence(event) : undefined;
        if (text !== undefined) world.stderr.write(`${printable(text)}\n`);
      }),
    );
  observers.push(
    telling((event) => {
      if (event.kind !== 'finished') return;
      for (const warning of event.warnings)
        world.stderr.write(`portcall: ${baseOf(event.to)}: ${printable(warning)}\n`);
    }),
  );
  return all(observers);
}
