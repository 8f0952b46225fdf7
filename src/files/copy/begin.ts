/** Where a copy begins: anew, or behind what an earlier attempt left, when that is still the beginning of the same file. */
import { orAborted } from '../../base/wait.ts';
import type { Entry, FileReader } from '../file-system.ts';
import type { ResumeRecord } from './copy.ts';
import { type ReadAt, fill } from './fill.ts';
import type { Landing, LandingSite, Left } from './landing.ts';
import { type Range, type Ranges, cutAt } from './ranges.ts';
import { Recorder } from './recorder.ts';
import type { Run } from './run.ts';

/** So much of the end of what is there is compared with the source before anything is added to it. */
const OVERLAP_BYTES = 64 * 1024;

export interface Start {
  readonly landing: Landing;
  readonly done: Ranges;
  readonly recorder: Recorder;
}

/** How coarse a time looks: listings know some of them only to the second, the minute or the day. */
const UNITS_MS = [86_400_000, 60_000, 1_000, 1];

function isSameTime(one: number, other: number): boolean {
  const unitMs = UNITS_MS.find((unit) => one % unit === 0 || other % unit === 0) ?? 1;
  return Math.floor(one / unitMs) === Math.floor(other / unitMs);
}

const isSameSource = (before: ResumeRecord['source'], now: Entry): boolean =>
  before.sizeBytes === now.sizeBytes &&
  isSameTime(before.modifiedMs, now.modifiedMs) &&
  (before.uniqueId === undefined || now.uniqueId === undefined || before.uniqueId === now.uniqueId);

type Verdict = { readonly done: Ranges } | { readonly why: string };

/** What of what was left may be continued, as far as sizes and records tell. */
export function judgeLeft(source: Entry, left: Left, record: ResumeRecord | undefined): Verdict {
  if (record !== undefined && !isSameSource(record.source, source)) return { why: 'the source has changed since' };
  if (left.sizeBytes > source.sizeBytes) return { why: 'more had arrived than the source has now' };
  if (left.order === 'in-order') return { done: left.sizeBytes === 0 ? [] : [[0, left.sizeBytes]] };
  if (record === undefined) return { why: 'nothing tells which parts of it had arrived' };
  return { done: cutAt(record.done, left.sizeBytes) };
}

interface Compared {
  readonly reader: FileReader;
  readonly read: ReadAt;
  readonly signal: AbortSignal | undefined;
}

async function isSameEnd([start, end]: Range, { reader, read, signal }: Compared): Promise<boolean> {
  const length = Math.min(OVERLAP_BYTES, end - start);
  const [here, there] = [new Uint8Array(length), new Uint8Array(length)];
  const readSource: ReadAt = (into, position) => reader.read(into, position);
  const reading = Promise.all([fill(readSource, here, end - length), fill(read, there, end - length)]);
  const [hereCount, thereCount] = await orAborted(reading, signal);
  return hereCount === length && thereCount === length && here.every((byte, index) => byte === there[index]);
}

async function isSameOverlap(done: Ranges, compared: Compared): Promise<boolean> {
  for (const range of done) if (!(await isSameEnd(range, compared))) return false;
  return true;
}

const recorderOf = (run: Run, source: Entry, done: Ranges): Recorder =>
  new Recorder({ records: run.records, key: run.to.label, clock: run.clock, source, done });

async function anew(run: Run, site: LandingSite, source: Entry): Promise<Start> {
  const recorder = recorderOf(run, source, []);
  // Before the first byte: a scattered part without a record is worth nothing, and one with an old record is a trap.
  await recorder.save();
  return { landing: await site.open(0), done: [], recorder };
}

interface Found {
  readonly done: Ranges;
  readonly reader: FileReader;
  /** A record says of which source it is. */
  readonly isKnown: boolean;
}

/** Opens what was left and looks at its end. Gives the reason when it cannot be continued. */
async function continued(run: Run, site: LandingSite, { done, reader, isKnown }: Found): Promise<Landing | string> {
  const landing = await site.open(done.at(-1)?.[1] ?? 0);
  try {
    const why = await differenceOf(run, landing, { done, reader, isKnown });
    if (why === undefined) return landing;
    await landing.discard();
    return why;
  } catch (error) {
    await landing.keep().catch(() => undefined);
    throw error;
  }
}

async function differenceOf(run: Run, landing: Landing, { done, reader, isKnown }: Found): Promise<string | undefined> {
  if (landing.read === undefined) {
    if (!isKnown) return 'nothing tells whether what had arrived is of this file';
    run.warn('What had arrived before could not be read back, and was continued because the source looks the same.');
    return undefined;
  }
  const read = landing.read.bind(landing);
  if (await isSameOverlap(done, { reader, read, signal: run.signal })) return undefined;
  return 'the end of what had arrived is not what the source has there';
}

/** Opens the landing, and says which bytes need not be moved again. */
export async function begin(run: Run, site: LandingSite, reader: FileReader): Promise<Start> {
  const source = reader.entry;
  const left = run.continues ? await site.left() : undefined;
  if (left === undefined || left.sizeBytes === 0) return anew(run, site, source);
  const record = await run.records.load(run.to.label).catch(() => undefined);
  const verdict = judgeLeft(source, left, record);
  if ('why' in verdict) {
    run.beganAnew(verdict.why);
    return anew(run, site, source);
  }
  const { done } = verdict;
  if (done.length === 0) return anew(run, site, source);
  const recorder = recorderOf(run, source, done);
  await recorder.save();
  const landing = await continued(run, site, { done, reader, isKnown: record !== undefined });
  if (typeof landing === 'string') {
    run.beganAnew(landing);
    return anew(run, site, source);
  }
  return { landing, done, recorder };
}
