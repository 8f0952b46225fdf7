/** Writes lines to a stream whose reader may be slow: beyond a bound they are dropped and counted, never hoarded. */

/** What is needed of a stream; every `Writable` fits. */
export interface LineDestination {
  write(text: string): unknown;
  /** Bytes that were written and not yet taken. */
  readonly writableLength: number;
}

interface LineSinkOptions {
  readonly destination: LineDestination;
  readonly maxQueuedBytes: number;
  /** The line that says how many lines are missing, written as soon as there is room again. */
  readonly describeLoss: (lines: number) => string;
}

/** Lines carry their own end. */
export type LineSink = (line: string) => void;

export function createLineSink({ destination, maxQueuedBytes, describeLoss }: LineSinkOptions): LineSink {
  let lost = 0;
  return (line) => {
    if (destination.writableLength >= maxQueuedBytes) {
      lost += 1;
      return;
    }
    if (lost > 0) destination.write(describeLoss(lost));
    lost = 0;
    destination.write(line);
  };
}
