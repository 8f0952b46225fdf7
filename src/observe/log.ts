/** The log: every event as one line, for people or for programs. Nothing that a peer sent can break, colour or forge one. */
import { pino } from 'pino';
import type { Clock } from '../base/clock.ts';
import { printable, printableJson } from '../base/escape.ts';
import { causeText, framesText } from './cause.ts';
import type { Observer, ServerEvent } from './event.ts';
import { createLineSink, type LineDestination, type LineSink } from './line-sink.ts';
import { rateOf } from './quantities.ts';
import { redactArgument, redactText } from './redact.ts';
import { levelOf, sentenceOf } from './sentence.ts';

export type LogFormat = 'text' | 'json';

export interface LogOptions {
  readonly format: LogFormat;
  readonly destination: LineDestination;
  readonly clock: Clock;
  /** Bytes that may wait for a slow reader before lines are dropped and counted; 1 MiB unless told. */
  readonly maxQueuedBytes?: number;
}

const DEFAULT_QUEUE_BYTES = 1_048_576;
/** Longest text of a peer or of an error that is written, in UTF-16 units: longer than any path or command line. */
const MAX_TEXT = 8192;

type Treatment = (text: string) => string;

/** A bug is told with the places it came through; an error that answers a command is enough by itself. */
const causeOf = (event: ServerEvent): string | undefined => {
  if (!('cause' in event) || event.cause === undefined) return undefined;
  const frames = event.kind === 'fault' ? framesText(event.cause) : '';
  return frames === '' ? causeText(event.cause) : `${causeText(event.cause)} ${frames}`;
};

/** The event with every text treated, secrets removed first; an error becomes text. */
function withTexts(event: ServerEvent, treat: Treatment): ServerEvent {
  const argument = event.kind === 'command-failed' ? redactArgument(event.verb, event.argument) : '';
  const safe = event.kind === 'command-failed' ? { ...event, argument } : event;
  const entries = Object.entries({ ...safe, cause: causeOf(event) }).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'string' ? treat(redactText(value.slice(0, MAX_TEXT))) : value,
  ]);
  // Texts were replaced by texts; `kind`, `protocol` and `outcome` hold nothing that is ever treated.
  return Object.fromEntries(entries) as ServerEvent;
}

const sentenceFor = (event: ServerEvent): string => sentenceOf(withTexts(event, printable));

function createTextLog({ clock }: LogOptions, sink: LineSink): Observer {
  return (event) => {
    const who = 'session' in event ? `${event.protocol} ${printable(event.session)} ${printable(event.peer)} ` : '';
    const time = new Date(clock.now()).toISOString();
    sink(`${time} ${levelOf(event).padEnd(5)} ${who}${sentenceFor(event)}\n`);
  };
}

/** The fields of an event, names as they came: JSON and its reader keep them apart from the line. */
function fieldsOf(event: ServerEvent): Record<string, unknown> {
  const rate = event.kind === 'transfer' ? { rateBytesPerSecond: rateOf(event.bytes, event.durationMs) } : {};
  return { ...withTexts(event, (text) => text), ...rate };
}

function createJsonLog({ clock }: LogOptions, sink: LineSink): Observer {
  const logger = pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => sink(printableJson(line)) },
  );
  return (event) => logger[levelOf(event)](fieldsOf(event), sentenceFor(event));
}

const lossText = (lines: number): string => `${lines} lines of this log were dropped: its reader is too slow`;

/** An observer that writes each event as one line. It never throws and never waits. */
export function createLog(options: LogOptions): Observer {
  const { format, clock, destination, maxQueuedBytes = DEFAULT_QUEUE_BYTES } = options;
  const describeLoss = (lines: number): string => {
    const time = new Date(clock.now()).toISOString();
    return format === 'json'
      ? `${JSON.stringify({ level: 'warn', time, kind: 'lines-lost', lines, msg: lossText(lines) })}\n`
      : `${time} warn  ${lossText(lines)}\n`;
  };
  const sink = createLineSink({ destination, maxQueuedBytes, describeLoss });
  return format === 'json' ? createJsonLog(options, sink) : createTextLog(options, sink);
}
