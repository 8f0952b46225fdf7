/**
 * Landing in a part file beside the target, for places that open files in place: it survives the death of this program,
 * takes writes at any offset, and becomes the target by one rename.
 */
import { type VirtualPath, baseName, parentOf, resolvePath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CallOptions, Entry, FileSystem, OpenFile } from '../file-system.ts';
import { partName } from '../part-name.ts';
import type { Place } from './copy.ts';
import type { Landing, LandingSite, Left, SiteOptions } from './landing.ts';

/** The owner must be able to write into it until it is whole. */
const OWNER_WRITES = 0o600;
const PERMISSIONS = 0o777;

/** Where the part of a file lies. Fails with `bad-name` when there is no room for its name. */
export function partPath(
  { path, label }: Pick<Place, 'path' | 'label'>,
  order: Left['order'] = 'in-order',
): VirtualPath {
  const name = partName(baseName(path), order === 'in-order' ? label : `${label}\0${order}`);
  const part = resolvePath(parentOf(path), name);
  if (part === undefined) throw new FileError('bad-name', path, { detail: 'has a path too long for a part beside it' });
  return part;
}

const unlessMissing = (error: unknown): undefined => {
  if (error instanceof FileError && error.kind === 'not-found') return undefined;
  throw error;
};

/** Gone or never there are the same. */
const removeIfThere = (files: FileSystem, path: VirtualPath): Promise<void> => files.remove(path).catch(unlessMissing);

class PartLanding implements Landing {
  readonly #files: FileSystem;
  readonly #target: VirtualPath;
  readonly #part: VirtualPath;
  readonly #file: OpenFile;
  readonly #options: SiteOptions;
  readonly #call: CallOptions;

  constructor(place: Place, part: VirtualPath, { file, options }: { file: OpenFile; options: SiteOptions }) {
    this.#files = place.files;
    this.#target = place.path;
    this.#part = part;
    this.#file = file;
    this.#options = options;
    this.#call = options.signal === undefined ? {} : { signal: options.signal };
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#file.write(bytes, positionBytes);
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#file.read(into, positionBytes);
  }

  async sizeNow(): Promise<number> {
    return (await this.#file.stat()).sizeBytes;
  }

  hashNow(algorithm: Parameters<NonNullable<Landing['hashNow']>>[0]): Promise<string> | undefined {
    const { hashing } = this.#files;
    return hashing?.algorithms.has(algorithm) === true ? hashing.of(this.#part, algorithm, this.#call) : undefined;
  }

  async publish(): Promise<number> {
    await this.#setMode();
    const { sizeBytes } = await this.#file.stat();
    await this.#file.sync();
    if (this.#options.replace === 'refused') await this.#confirmFree();
    this.#options.signal?.throwIfAborted();
    // Some places rename no file that is open.
    await this.#file.close();
    await this.#files.rename(this.#part, this.#target);
    return sizeBytes;
  }

  keep(): Promise<void> {
    return this.#file.close();
  }

  async discard(): Promise<void> {
    await this.#file.close();
    await removeIfThere(this.#files, this.#part);
  }

  /** The bits of the file that is replaced, else those that were asked for; a place that sets none has its own. */
  async #setMode(): Promise<void> {
    const { standing, mode } = this.#options;
    const wanted = standing?.mode ?? mode;
    if (wanted === undefined || this.#files.setAttributes === undefined) return;
    await this.#file.setAttributes({ mode: wanted & PERMISSIONS }).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
    });
  }

  async #confirmFree(): Promise<void> {
    const standing = await this.#files.stat(this.#target, { ...this.#call, links: 'stay' }).catch(unlessMissing);
    if (standing !== undefined) throw new FileError('exists', this.#target);
  }
}

interface Found extends Left {
  readonly path: VirtualPath;
}

class PartSite implements LandingSite {
  readonly order: LandingSite['order'];
  readonly #place: Place;
  readonly #options: SiteOptions;
  readonly #open: NonNullable<FileSystem['openAt']>;
  readonly #call: CallOptions;

  constructor(place: Place, options: SiteOptions, open: NonNullable<FileSystem['openAt']>) {
    this.order = options.order;
    this.#place = place;
    this.#options = options;
    this.#open = open;
    this.#call = options.signal === undefined ? {} : { signal: options.signal };
  }

  /** What was written in order can be continued at any offset, but not the other way round. */
  async left(): Promise<Found | undefined> {
    if (this.order === 'in-order') return this.#find('in-order');
    return (await this.#find('scattered')) ?? (await this.#find('in-order'));
  }

  async open(startBytes: number): Promise<Landing> {
    const { files } = this.#place;
    const part = partPath(this.#place, this.order);
    const found = startBytes > 0 ? await this.left() : undefined;
    if (found === undefined) await removeIfThere(files, part);
    else if (found.path !== part) await files.rename(found.path, part, this.#call);
    const mode = (this.#options.standing?.mode ?? this.#options.mode ?? 0o666) & PERMISSIONS;
    const file = await this.#open(part, {
      ...this.#call,
      access: 'read-write',
      create: found === undefined ? 'must-be-new' : 'never',
      mode: mode | OWNER_WRITES,
    });
    return new PartLanding(this.#place, part, { file, options: this.#options });
  }

  /** Only a plain file of ours is continued: a link or a second name of another file would lead elsewhere. */
  async #find(order: Left['order']): Promise<Found | undefined> {
    const { files } = this.#place;
    const path = partPath(this.#place, order);
    const entry: Entry | undefined = await files.stat(path, { ...this.#call, links: 'stay' }).catch(unlessMissing);
    if (entry === undefined) return undefined;
    if (entry.type === 'file' && (entry.linkCount ?? 1) <= 1) return { sizeBytes: entry.sizeBytes, order, path };
    await files.remove(path, this.#call);
    return undefined;
  }
}

/** `undefined` when the place does not open files in place. */
export function partSite(place: Place, options: SiteOptions): LandingSite | undefined {
  const { openAt } = place.files;
  return openAt === undefined ? undefined : new PartSite(place, options, openAt);
}

/** Whether a copy in segments left something. */
export async function scatteredIsLeft(place: Place, call: CallOptions): Promise<boolean> {
  const options = { ...call, links: 'stay' } as const;
  return (await place.files.stat(partPath(place, 'scattered'), options).catch(unlessMissing)) !== undefined;
}

/** Removes what copies to this place left. Without a signal: what is cleared away after an abort must not stop at it. */
export async function clearParts(place: Place): Promise<void> {
  await removeIfThere(place.files, partPath(place, 'in-order'));
  await removeIfThere(place.files, partPath(place, 'scattered'));
}
