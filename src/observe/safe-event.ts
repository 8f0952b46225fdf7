/** Events made fit to be written down: no secret in them, no text without a bound, errors as text. */
import { causeText, framesText } from './cause.ts';
import type { ServerEvent } from './event.ts';
import { redactArgument, redactText } from './redact.ts';

/** Longest text of a peer or of an error that is written, in UTF-16 units: longer than any path or command line. */
const MAX_TEXT = 8192;

type Treatment = (text: string) => string;

/** A bug is told with the places it came through; an error that answers a command is enough by itself. */
const causeOf = (event: ServerEvent): string | undefined => {
  if (!('cause' in event) || event.cause === undefined) return undefined;
  const frames = event.kind === 'fault' ? framesText(event.cause) : '';
  return frames === '' ? causeText(event.cause) : `${causeText(event.cause)} ${frames}`;
};

function treated(value: unknown, treat: Treatment): unknown {
  if (typeof value === 'string') return treat(redactText(value.slice(0, MAX_TEXT)));
  return Array.isArray(value) ? value.map((item: unknown) => treated(item, treat)) : value;
}

/** The event with every text treated, secrets removed first; an error becomes text. */
export function withTexts(event: ServerEvent, treat: Treatment): ServerEvent {
  const argument = event.kind === 'command-failed' ? redactArgument(event.verb, event.argument) : '';
  const safe = event.kind === 'command-failed' ? { ...event, argument } : event;
  const entries = Object.entries({ ...safe, cause: causeOf(event) }).map(([key, value]: [string, unknown]) => [
    key,
    treated(value, treat),
  ]);
  // Texts were replaced by texts; `kind`, `protocol` and `outcome` hold nothing that is ever treated.
  return Object.fromEntries(entries) as ServerEvent;
}
