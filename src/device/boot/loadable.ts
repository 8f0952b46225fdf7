/** Whether a file can be booted: what it says it is, whether it is whole, and whether it is for this device. */
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { FileError, type FileReader } from '../../files/index.ts';
import type { RunningImage } from '../command.ts';
import { readPackagesConf } from '../image/bundle.ts';
import { ImageCheck } from '../image/check-image.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import { ImageScan } from '../image/read-image-facts.ts';
import type { Platform } from '../platforms/platform.ts';
import { readText, type Spot, type Volumes } from '../state/volumes.ts';

export type Loadable =
  | { readonly outcome: 'image'; readonly image: RunningImage; readonly sizeBytes: number }
  | { readonly outcome: 'missing' }
  /** It is there and cannot run here. `why` ends a sentence that begins with the file's name. */
  | { readonly outcome: 'bad'; readonly why: 'damaged' | 'wrong-platform' | 'no-image'; readonly detail: string };

const CHUNK_BYTES = 256 * 1024;

export interface Inspected {
  readonly facts: ImageFacts | undefined;
  readonly reason: string;
  readonly state: ReturnType<ImageCheck['finish']>['state'];
  readonly embedded: string | undefined;
  readonly computed: string;
}

/** Reads a file through, once, for what it says and whether it is whole. */
export async function inspectFile(reader: Pick<FileReader, 'read'>): Promise<Inspected> {
  const [scan, check] = [new ImageScan(), new ImageCheck()];
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ;) {
    const count = await reader.read(buffer, position);
    if (count === 0) break;
    position += count;
    // Both keep pieces of what they are fed.
    const piece = buffer.slice(0, count);
    scan.push(piece);
    check.push(piece);
  }
  const reading = scan.finish();
  const { state, embedded, computed } = check.finish();
  return {
    facts: reading.ok ? reading.facts : undefined,
    reason: reading.ok ? '' : reading.reason,
    state,
    embedded,
    computed,
  };
}

const running = (facts: ImageFacts, file: string, mode: RunningImage['mode']): RunningImage => ({
  file,
  family: facts.family,
  imageId: facts.imageId,
  featureSet: facts.feature,
  version: facts.version,
  release: facts.release ?? 'RELEASE SOFTWARE (fc1)',
  compiled: facts.compiled ?? 'Thu 01-Jan-70 00:00 by prod_rel_team',
  mode,
});

const missing = (error: unknown): Loadable => {
  if (error instanceof FileError) return { outcome: 'missing' };
  throw error;
};

/** A packages.conf boots the packages that it names: all of them must be there, and whole. */
async function fromConf(spot: Spot, shown: string, platform: Platform): Promise<Loadable> {
  const text = await readText(spot.volume.files, spot.path);
  const names = text === undefined ? undefined : readPackagesConf(text);
  if (names === undefined) return { outcome: 'bad', why: 'no-image', detail: 'is no packages.conf' };
  let first: ImageFacts | undefined;
  for (const name of names) {
    const path = resolvePath(ROOT, name) ?? ROOT;
    try {
      await using reader = await spot.volume.files.openReader(path);
      const { facts, state } = await inspectFile(reader);
      if (state === 'damaged' || state === 'cut')
        return { outcome: 'bad', why: 'damaged', detail: `names ${name}, which is ${state}` };
      first ??= facts;
    } catch (error) {
      missing(error);
      return { outcome: 'bad', why: 'damaged', detail: `names ${name}, which is missing` };
    }
  }
  if (first === undefined) return { outcome: 'bad', why: 'damaged', detail: 'names no package that can be read' };
  return judged({ ...first, kind: 'packages-conf' }, shown, platform);
}

function judged(facts: ImageFacts, shown: string, platform: Platform): Loadable {
  if (!platform.runs.includes(facts.family))
    return { outcome: 'bad', why: 'wrong-platform', detail: `is for ${facts.family}, not for this device` };
  const mode = facts.kind === 'packages-conf' ? 'install' : 'bundle';
  return { outcome: 'image', image: running(facts, shown, mode), sizeBytes: facts.sizeBytes };
}

/** What the loader finds at a name. `shown` is the name as it is told in `show version`. */
export async function loadable(spot: Spot, shown: string, platform: Platform): Promise<Loadable> {
  try {
    if (spot.path.endsWith('.conf')) return await fromConf(spot, shown, platform);
    await using reader = await spot.volume.files.openReader(spot.path);
    const { facts, reason, state } = await inspectFile(reader);
    if (facts === undefined) return { outcome: 'bad', why: 'no-image', detail: reason };
    if (state === 'damaged' || state === 'cut') return { outcome: 'bad', why: 'damaged', detail: `is ${state}` };
    if (facts.kind === 'tar') return { outcome: 'bad', why: 'no-image', detail: 'is an archive' };
    return judged(facts, shown, platform);
  } catch (error) {
    return missing(error);
  }
}

/** Files of the main volume that may be images, in the order in which they were written. */
export async function imageFiles(volumes: Volumes): Promise<readonly Spot[]> {
  const spots: { readonly spot: Spot; readonly modifiedMs: number }[] = [];
  const { main } = volumes;
  const look = async (folder: typeof ROOT, depth: number): Promise<void> => {
    for await (const batch of main.files.list(folder))
      for (const { name, type, modifiedMs } of batch) {
        const path = resolvePath(folder, name);
        if (path === undefined || name.startsWith('.')) continue;
        if (type === 'directory' && depth < 2) await look(path, depth + 1);
        else if (type === 'file' && (/\.bin$/i.test(name) || name === 'packages.conf'))
          spots.push({ spot: { volume: main, path }, modifiedMs });
      }
  };
  await look(ROOT, 0);
  return spots.toSorted((one, other) => one.modifiedMs - other.modifiedMs).map(({ spot }) => spot);
}
