/** Copies what a command names, file or tree, to where it says, and tells what failed. */
import { baseName, ROOT } from '../../base/virtual-path.ts';
import { copyFile } from '../../files/copy/copy-file.ts';
import { copyTree } from '../../files/copy/copy-tree.ts';
import type { CopyOptions, Place } from '../../files/copy/copy.ts';
import { type Entry, FileError } from '../../files/index.ts';
import { expand } from '../../files/sync/expand.ts';
import { at, below, type OpenedPlace } from '../../app/places/open-places.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { isOn } from './flag-values.ts';
import { forEach } from './for-each.ts';
import { copyOptions, filesAtOnce, segmentsOf } from './moving-options.ts';
import { isText, moveText } from './move-text.ts';
import { progressOf } from './progress.ts';
import type { Client } from './run-client.ts';
import type { Expected } from './running-copies.ts';

/** Names that one pattern may stand for. */
const MOST_NAMES = 100_000;
const PATTERN = /[*?[{]/;

/** A source and what stands there. */
export interface Found {
  readonly place: OpenedPlace;
  readonly entry: Entry;
  /** The same when the file itself was just looked at, so that it need not be asked for again. */
  readonly expected?: Entry;
}

/** `lab:x` may have been meant as a bookmark that is not there. */
function missing({ where, path, label }: OpenedPlace): string {
  const [, name] = /^([A-Za-z0-9][A-Za-z0-9_.-]+):/.exec(baseName(path)) ?? [];
  return where === 'here' && name !== undefined
    ? `there is no ${label}, and no bookmark ${name}`
    : `there is no ${label}`;
}

type Why = 'to-look' | 'to-read';

/** Looking at a file there means to begin fetching it: whoever fetches it finds out what it is. */
export const isUnseen = ({ files, path }: Place): boolean =>
  files.directories === 'unseen' && path !== ROOT && !PATTERN.test(path);

const unseenEntry = ({ path }: Place): Entry => ({
  name: baseName(path),
  type: 'file',
  sizeBytes: 0,
  sizeIs: 'unknown',
  modifiedMs: 0,
});

/** What an argument stands for: itself, if something has that very name, else what fits it as a pattern. */
export async function findAll(client: Client, place: OpenedPlace, why: Why = 'to-look'): Promise<Found[]> {
  const { signal } = client;
  const entry = why === 'to-read' && isUnseen(place) ? unseenEntry(place) : await standingOrLink(place, signal);
  if (entry !== undefined) return [{ place, entry, expected: entry }];
  if (!PATTERN.test(place.path)) throw new FileError('not-found', ROOT, { detail: missing(place) });
  const found: Found[] = [];
  for await (const match of expand(place.files, place.path, { signal })) {
    if (found.length >= MOST_NAMES)
      throw new CommandError(EXIT.limit, `${place.label} stands for too many names; narrow it`);
    found.push({ place: at(place, match.path), entry: match });
  }
  if (found.length === 0) throw new FileError('not-found', ROOT, { detail: `nothing fits ${place.label}` });
  return found.sort((one, other) => (one.place.path < other.place.path ? -1 : 1));
}

/** What all the arguments stand for, in their order. One of several that stands for nothing is told and left out. */
export async function findEach(client: Client, texts: readonly string[], why: Why = 'to-look'): Promise<Found[]> {
  const found: Found[] = [];
  await forEach(client, texts, {
    label: withoutPassword,
    counts: 'failures',
    act: async (text) => void found.push(...(await findAll(client, await client.places.source(text), why))),
  });
  return found;
}

/** What stands at a place; `undefined` when nothing does. */
export async function standing(
  { files, path }: Place,
  signal: AbortSignal,
  links: 'follow' | 'stay' = 'follow',
): Promise<Entry | undefined> {
  try {
    return await files.stat(path, { signal, links });
  } catch (error) {
    if (error instanceof FileError && (error.kind === 'not-found' || error.kind === 'not-directory')) return undefined;
    throw error;
  }
}

/** A link that leads to nothing stands there, too. */
const standingOrLink = async (place: Place, signal: AbortSignal): Promise<Entry | undefined> =>
  (await standing(place, signal)) ??
  (place.files.directories === 'unseen' ? undefined : await standing(place, signal, 'stay'));

type Destination = (found: Found) => OpenedPlace;

/** Where each source goes: into a directory that stands there, or under the very name. `.` has none, and fills the directory. */
async function destinationOf(client: Client, target: OpenedPlace, sources: number): Promise<Destination> {
  const isTaken = sources > 1 || target.written !== 'as-any';
  const isUnseen = target.files.directories === 'unseen';
  const isTold = target.path === ROOT || (isUnseen && isTaken);
  const there = isTold ? { type: 'directory' } : isUnseen ? undefined : await standing(target, client.signal);
  const isDirectory = there?.type === 'directory';
  if (isDirectory)
    return ({ place }) => (place.written === 'as-contents' ? target : below(target, baseName(place.path)));
  if (isTaken) throw noDirectory(target, there);
  return () => target;
}

/** What is to be a directory is none. */
export function noDirectory({ label }: OpenedPlace, there: unknown): FileError {
  const why = there === undefined ? 'there is no such directory; make it first' : 'it is no directory';
  return new FileError(there === undefined ? 'not-found' : 'not-directory', ROOT, { detail: `${label}: ${why}` });
}

/** Two sources of one name would be one file, of whichever comes last. */
function refuseCollisions(client: Client, sources: readonly Found[], destination: Destination): readonly Found[] {
  const taken = new Map<string, string>();
  return sources.filter((found) => {
    const { label } = destination(found);
    const first = taken.get(label);
    if (first === undefined || found.entry.type === 'directory') {
      taken.set(label, found.place.label);
      return true;
    }
    client.fail(
      new FileError('exists', ROOT, { detail: `${found.place.label}: ${label} is where ${first} goes` }),
      found.place.label,
    );
    return false;
  });
}

/** What two servers can do between themselves, where both speak FTP. */
const betweenServers =
  (client: Client): NonNullable<CopyOptions['betweenServers']> =>
  (from, to, call) => {
    const [source, target] = [ftpOf(from), ftpOf(to)];
    return source === undefined || target === undefined
      ? undefined
      : source.ftp.copyToServer(from.path, target, to.path, { ...call, signal: client.signal });
  };

type FtpPlace = Parameters<NonNullable<OpenedPlace['ftp']>['copyToServer']>[1];

/** The file system as one of FTP, if it is. */
const ftpOf = ({ files }: Place): FtpPlace | undefined => ('ftp' in files ? (files as FtpPlace) : undefined); // only FTP has it

/** What there is to copy, unless directories hold more than is known. */
const expectedOf = (sources: readonly Found[]): Expected | undefined =>
  sources.some(({ entry }) => entry.type !== 'file' || entry.sizeIs === 'unknown')
    ? undefined
    : { files: sources.length, sizeBytes: sources.reduce((sum, { entry }) => sum + entry.sizeBytes, 0) };

type Copying = CopyOptions & { readonly signal: AbortSignal };

/** Copies all, some at once; what fails is told, and the rest goes on. */
export async function moveAll(client: Client, sources: readonly Found[], target: OpenedPlace): Promise<number> {
  if (sources.length === 0) return EXIT.done;
  const { options, signal } = client;
  const progress = progressOf(client, expectedOf(sources));
  const copying: Copying = {
    ...copyOptions(options),
    signal,
    betweenServers: betweenServers(client),
    segments: sources.length === 1 ? segmentsOf(options) : 1,
    onEvent: (event) => progress.tell(event),
  };
  try {
    const destination = await destinationOf(client, target, sources.length);
    await forEach(client, refuseCollisions(client, sources, destination), {
      label: (found) => `${found.place.label} -> ${destination(found).label}`,
      atOnce: sources.some(({ entry }) => entry.type === 'directory') ? 1 : filesAtOnce(options),
      act: (found) =>
        isText(found.place) || isText(target)
          ? moveText(client, asFile(found), destination(found), progress)
          : moveOne(client, found, destination(found), copying),
    });
    return EXIT.done;
  } finally {
    progress.end();
  }
}

/** Text is files only. */
function asFile({ place, entry }: Found): OpenedPlace {
  if (entry.type !== 'directory') return place;
  throw new CommandError(EXIT.wrongUsage, `${place.label} is a directory, and ;type=a is for files`);
}

async function moveOne(
  client: Client,
  { place, entry, expected }: Found,
  to: OpenedPlace,
  copying: Copying,
): Promise<void> {
  if (entry.type !== 'directory') {
    await copyFile(place, to, expected === undefined ? copying : { ...copying, expected });
    return;
  }
  if (!isOn(client.options, 'recursive'))
    throw new CommandError(EXIT.failed, `${place.label} is a directory; -r copies directories`);
  const report = await copyTree(place, to, { ...copying, parallel: filesAtOnce(client.options), segments: 1 });
  for (const warning of report.warnings) client.warn(warning);
  for (const { path, error } of report.failures) client.fail(error, place.labelOf(path));
  const untold = report.failed - report.failures.length;
  if (untold > 0) client.fail(new FileError('io', place.path), `${untold} more files`);
}
