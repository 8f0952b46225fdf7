/** The log: every event as one line, for people or for programs. Nothing that a peer sent can break, colour or forge one. */
import { pino } from 'pino';
import type { Clock } from '../base/clock.ts';
import { printable, printableJson } from '../base/escape.ts';
import type { Observer, ServerEvent } from './event.ts';
import { createLineSink, type LineDestination, type LineSink } from './line-sink.ts';
import { rateOf } from './quantities.ts';
import { withTexts } from './safe-event.ts';
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
