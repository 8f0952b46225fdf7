/** Moves the bytes of one file from its readers to its landing: in order over one, or in spans over several at once. */
import { orAborted } from '../../base/wait.ts';
import { FileError } from '../error.ts';
import type { Entry, FileReader } from '../file-system.ts';
import type { Start } from './begin.ts';
import { hashBytes } from './hash-file.ts';
import type { Hasher } from './hasher.ts';
import { Progress } from './progress.ts';
import { type Pump, pumpSpan } from './pump.ts';
import { missingOf, totalOf } from './ranges.ts';
import type { Run } from './run.ts';
import { Span, Spans } from './spans.ts';

/** A part of a file that has less is not worth a connection of its own. */
export const LEAST_SEGMENT_BYTES = 4 * 1024 * 1024;
/** Each has two buffers in memory. */
const MOST_SEGMENTS = 32;

export interface Moving {
  readonly start: Start;
  readonly reader: FileReader;
  /** Sees all bytes in their order, also those that had arrived before. Only where they move in order. */
  readonly hasher: Hasher | undefined;
}

const grew = (run: Run): FileError =>
  new FileError('integrity', run.from.path, { detail: 'grew while it was copied; copy it again when it is finished' });

const shrank = (run: Run): FileError =>
  new FileError('integrity', run.from.path, { detail: 'ended before the size that it was said to have' });

/** A size that the place does not tell can only be found out. */
const isComparable = ({ options }: Run, { sizeIs }: Entry): boolean =>
  options.verify !== 'none' && sizeIs !== 'unknown';

type Shared = Omit<Pump, 'read' | 'span' | 'expectedBytes' | 'onRead'>;

function sharedOf(run: Run, { landing, recorder }: Start, source: Entry): Shared {
  const progress = new Progress({
    clock: run.clock,
    startBytes: recorder.doneBytes,
    tell: (bytes, bytesPerSecond) => run.tell({ kind: 'progress', bytes, sizeBytes: source.sizeBytes, bytesPerSecond }),
  });
  const isBounded = isComparable(run, source);
  return {
    clock: run.clock,
    pace: run.pace,
    signal: run.signal,
    async write(bytes, positionBytes) {
      if (isBounded && positionBytes + bytes.length > source.sizeBytes) throw grew(run);
      await landing.write(bytes, positionBytes);
    },
    onWritten(startBytes, endBytes) {
      recorder.wrote(startBytes, endBytes);
      progress.add(endBytes - startBytes);
    },
  };
}

/** Resolves to the number of bytes that the whole file has. */
export async function moveInOrder(run: Run, { start, reader, hasher }: Moving): Promise<number> {
  const source = reader.entry;
  const startBytes = totalOf(start.done);
  const read: Pump['read'] = (into, positionBytes) => reader.read(into, positionBytes);
  if (hasher !== undefined && startBytes > 0)
    await hashBytes(hasher, { read, endBytes: startBytes, signal: run.signal, pace: run.pace });
  const span = new Span(startBytes, Infinity);
  await pumpSpan({
    ...sharedOf(run, start, source),
    read,
    span,
    expectedBytes: source.sizeIs === 'unknown' ? Infinity : Math.max(0, source.sizeBytes - startBytes),
    ...(hasher === undefined ? {} : { onRead: (bytes: Uint8Array) => hasher.update(bytes) }),
  });
  if (isComparable(run, source) && span.writtenBytes < source.sizeBytes) throw shrank(run);
  if (source.sizeIs !== 'unknown' && span.writtenBytes !== source.sizeBytes)
    run.warn(`${span.writtenBytes} bytes were copied, and the source was said to have ${source.sizeBytes}.`);
  return span.writtenBytes;
}

const isPassing = (error: unknown): boolean => error instanceof FileError && error.retryable;

/** Several readers at work on one file. */
class Crew {
  readonly #run: Run;
  readonly #spans: Spans;
  readonly #shared: Shared;
  readonly #source: Entry;
  readonly #stop = new AbortController();
  readonly #failures: unknown[] = [];

  constructor(run: Run, start: Start, { source, movers }: { readonly source: Entry; readonly movers: number }) {
    this.#run = run;
    this.#source = source;
    this.#spans = new Spans(missingOf(start.done, source.sizeBytes), movers);
    const { signal } = run;
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#shared = { ...sharedOf(run, start, source), signal: stop };
  }

  /** Rejects with the first failure that nobody made up for. */
  async work(reader: FileReader, others: number): Promise<void> {
    const helpers = Array.from({ length: others }, () => this.#member(() => this.#help()));
    await Promise.all([this.#member(() => this.#workWith(reader)), ...helpers]);
    this.#run.signal?.throwIfAborted();
    if (!this.#spans.isDone || this.#stop.signal.aborted) throw this.#failures[0];
    if (this.#failures.length > 0)
      this.#run.warn(`${this.#failures.length} of ${others + 1} connections failed, and the others did their part.`);
  }

  /** One that fails in passing leaves its part to the others; any other failure ends the work of all. */
  async #member(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#failures.push(error);
      if (!isPassing(error)) this.#stop.abort(error);
    }
  }

  /** The connection is opened where its work begins: some places read in one stream only. */
  async #help(): Promise<void> {
    const { from, call } = this.#run;
    const first = await orAborted(this.#spans.take(), this.#shared.signal);
    if (first === undefined) return;
    try {
      const fromBytes = first.nextBytes;
      await using reader = await from.files.openReader(from.path, { ...call, expected: this.#source, fromBytes });
      if (reader.entry.sizeBytes !== this.#source.sizeBytes)
        throw new FileError('integrity', from.path, { detail: 'changed while it was copied; copy it again' });
      await this.#workWith(reader, first);
    } catch (error) {
      this.#spans.giveBack(first);
      throw error;
    }
  }

  async #workWith(reader: FileReader, first?: Span): Promise<void> {
    let span = first ?? (await orAborted(this.#spans.take(), this.#shared.signal));
    while (span !== undefined) {
      await this.#pump(reader, span);
      span = await orAborted(this.#spans.take(), this.#shared.signal);
    }
  }

  async #pump(reader: FileReader, span: Span): Promise<void> {
    const read: Pump['read'] = (into, positionBytes) => reader.read(into, positionBytes);
    try {
      const outcome = await pumpSpan({ ...this.#shared, read, span, expectedBytes: span.leftBytes });
      if (outcome === 'end-of-file' && span.writtenBytes < span.endBytes) throw shrank(this.#run);
      this.#spans.done(span);
    } catch (error) {
      this.#spans.giveBack(span);
      throw error;
    }
  }
}

/** As {@link moveInOrder}, over several readers where enough is missing for them. */
export async function moveScattered(run: Run, { start, reader }: Moving): Promise<number> {
  const source = reader.entry;
  const missingBytes = source.sizeBytes - totalOf(start.done);
  const most = Math.max(1, Math.floor(missingBytes / LEAST_SEGMENT_BYTES));
  const movers = Math.max(1, Math.min(run.options.segments ?? 1, most, MOST_SEGMENTS));
  await new Crew(run, start, { source, movers }).work(reader, movers - 1);
  if (run.options.verify === 'none') return source.sizeBytes;
  const now = await run.from.files.stat(run.from.path, run.call);
  if (now.sizeBytes > source.sizeBytes) throw grew(run);
  if (now.sizeBytes < source.sizeBytes) throw shrank(run);
  return source.sizeBytes;
}
