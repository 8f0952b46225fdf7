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

/** What of what was left may be continued, before a byte of it has been looked at. */
export interface Outlook {
  readonly done: Ranges;
  /** A record says of which source it is. */
  readonly isKnown: boolean;
  /** Why nothing of what was left is continued. */
  readonly why?: string;
  /** Where reading of the source begins. */
  readonly fromBytes: number;
}

const NOTHING_LEFT: Outlook = { done: [], isKnown: false, fromBytes: 0 };

export async function lookForLeft(run: Run, site: LandingSite, source: Entry): Promise<Outlook> {
  const left = run.continues ? await site.left() : undefined;
  if (left === undefined || left.sizeBytes === 0) return NOTHING_LEFT;
  const record = await run.records.load(run.to.label).catch(() => undefined);
  const verdict = judgeLeft(source, left, record);
  if ('why' in verdict) return { ...NOTHING_LEFT, why: verdict.why };
  const [start, end] = verdict.done[0] ?? [0, 0];
  const fromBytes = Math.max(start, end - OVERLAP_BYTES);
  return { done: verdict.done, isKnown: record !== undefined, fromBytes };
}

interface Found extends Outlook {
  readonly reader: FileReader;
}

const DIFFERS = 'the end of what had arrived is not what the source has there';

/** Opens what was left and looks at its end. Gives the reason when it cannot be continued. */
async function continued(run: Run, site: LandingSite, found: Found): Promise<Landing | string> {
  const { done, fromBytes } = found;
  const endBytes = done.at(-1)?.[1] ?? 0;
  const before = await site.openLeft?.(fromBytes, endBytes);
  if (before === undefined) return await openAndCompare(run, await site.open(endBytes), found);
  const isSame = await isSameBefore(run, before, found);
  return isSame ? await site.open(endBytes) : DIFFERS;
}

async function isSameBefore({ signal }: Run, before: FileReader, { done, reader }: Found): Promise<boolean> {
  await using kept = before;
  return await isSameOverlap(done, { reader, read: (into, position) => kept.read(into, position), signal });
}

async function openAndCompare(run: Run, landing: Landing, found: Found): Promise<Landing | string> {
  try {
    const why = await differenceOf(run, landing, found);
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
  return (await isSameOverlap(done, { reader, read, signal: run.signal })) ? undefined : DIFFERS;
}

/** Opens the landing, and says which bytes need not be moved again. */
export async function begin(
  run: Run,
  site: LandingSite,
  { outlook, looked, reader }: { readonly outlook: Outlook; readonly looked: Entry; readonly reader: FileReader },
): Promise<Start> {
  const source = reader.entry;
  const { done } = outlook;
  const why = done.length > 0 && !isSameSource(looked, source) ? 'the source has changed since' : outlook.why;
  if (why !== undefined) run.beganAnew(why);
  if (why !== undefined || done.length === 0) return anew(run, site, source);
  const recorder = recorderOf(run, source, done);
  await recorder.save();
  const landing = await continued(run, site, { ...outlook, reader });
  if (typeof landing !== 'string') return { landing, done, recorder };
  run.beganAnew(landing);
  return anew(run, site, source);
}
