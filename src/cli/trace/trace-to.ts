/** `--trace`: draws the conversation with a server while it goes on. */
import type { Clock } from '../../base/clock.ts';
import type { ClientObserver } from '../../observe/client-event.ts';
import { createPicture } from './picture.ts';

/** The width where no terminal says another. */
const TRACE_WIDTH = 100;

export interface TraceOptions {
  readonly clock: Clock;
  /** Characters in a line; {@link TRACE_WIDTH} unless told. */
  readonly width?: number | undefined;
}

/** An observer that writes the picture line by line, the times from the first event on. */
export function traceTo(write: (text: string) => unknown, options: TraceOptions): ClientObserver {
  const { clock, width = TRACE_WIDTH } = options;
  const picture = createPicture({ width });
  let startMs: number | undefined;
  return (event) => {
    const nowMs = clock.monotonic();
    const isFirst = startMs === undefined;
    startMs ??= nowMs;
    const lines = [...(isFirst ? picture.head : []), ...picture.add(event, nowMs - startMs)];
    write(lines.map((line) => `${line}\n`).join(''));
  };
}
