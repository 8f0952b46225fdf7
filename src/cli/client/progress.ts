/** How copies show how they go on: bars on a terminal, JSON for programs, sentences when asked for them. */
import { systemClock } from '../../base/clock.ts';
import type { CopyEvent } from '../../files/copy/copy.ts';
import type { SyncEvent } from '../../files/sync/sync-report.ts';
import { durationText, rateOf, sizeText } from '../../observe/quantities.ts';
import { isOn } from './flag-values.ts';
import { failureLine } from './failure-line.ts';
import type { Client } from './run-client.ts';
import { type Expected, RunningCopies } from './running-copies.ts';

export interface Progress {
  tell(event: SyncEvent): void;
  /** Takes the bars away. */
  end(): void;
}

const baseOf = (label: string): string => label.slice(label.lastIndexOf('/') + 1);

/** Bars on a terminal, on standard error. */
function bars({ board, screen }: Client, expected: Expected | undefined): Progress {
  const copies = new RunningCopies(expected);
  const draw = (): void => board.draw(() => copies.lines(systemClock.monotonic(), screen()));
  return {
    tell(event) {
      if (event.kind === 'progress') {
        copies.progress(event);
        draw();
      } else if (event.kind === 'finished') {
        copies.ended(event.to, event.sizeBytes);
        draw();
      } else if (event.kind === 'failed') copies.ended(event.to, 0);
    },
    end: () => board.clear(),
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
  const duration = 'durationMs' in rest ? { durationMs: Math.round(rest.durationMs) } : {};
  if (!('error' in rest)) return { event: kind, ...rest, ...duration };
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

/** What the flags and the terminal ask for; `expected` is what there is to copy, where that is known. */
export function progressOf(client: Client, expected?: Expected): Progress {
  const { options, world } = client;
  const observers: Progress[] = [];
  const isTerminal = world.stderr.isTTY === true;
  if (client.json === 'yes') observers.push(telling((event) => client.event(eventJson(event))));
  else if (isTerminal && !isOn(options, 'quiet') && !isOn(options, 'trace')) observers.push(bars(client, expected));
  observers.push(telling((event) => tellPeople(client, event)));
  return all(observers);
}

/** Warnings and new attempts are always told; what was done only to those who ask. */
function tellPeople(client: Client, event: SyncEvent): void {
  if (event.kind === 'retrying') {
    const { from, reason, delayMs } = event;
    if (isOn(client.options, 'quiet')) return;
    client.say(`portcall: ${baseOf(from)}: ${reason}; trying again in ${durationText(delayMs)}`);
  } else if (event.kind === 'finished' || event.kind === 'resumed') {
    const text = sentence(event);
    if (text !== undefined && isOn(client.options, 'verbose')) client.say(text);
    if (event.kind === 'resumed') return;
    for (const warning of event.warnings) client.say(`portcall: ${baseOf(event.to)}: ${warning}`);
  }
}
