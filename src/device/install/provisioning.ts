/**
 * Install mode of IOS XE: packages that lie expanded in flash:, and packages.conf, which names those to boot.
 *
 * `add` expands a bundle into packages and a `.conf` of their own; trial.ts tells what `activate` and `commit` do with it.
 */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError, type FileReader } from '../../files/index.ts';
import { makePackagesConf, readBundlePackages, readPackagesConf } from '../image/bundle.ts';
import { inspectFile } from '../boot/loadable.ts';
import { TRAILER_BYTES } from '../image/image-trailer.ts';
import { readText, type Spot, type Volume, type Volumes, writeText } from '../state/volumes.ts';

export const PACKAGES_CONF = '/packages.conf' as VirtualPath;
const CHUNK_BYTES = 256 * 1024;

/** What keeps a bundle from being expanded; the text is the device's. */
export class InstallFailure extends Error {
  override readonly name = 'InstallFailure';
}

export interface Bundle {
  /** `17.03.01`. */
  readonly version: string;
  readonly confPath: VirtualPath;
  readonly packages: readonly { readonly name: string; readonly offset: number; readonly sizeBytes: number }[];
}

/** A range of a file, piece by piece. */
async function* pieces(
  reader: Pick<FileReader, 'read'>,
  begin = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  for (let position = begin; position < end;) {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, end - position));
    const count = await reader.read(buffer, position);
    if (count === 0) return;
    position += count;
    yield buffer.subarray(0, count);
  }
}

const inRoot = (name: string): VirtualPath => resolvePath(ROOT, name) ?? ROOT;

/** A reader that ends with the system that reads. */
const readingUntil = (reader: FileReader, stopped: AbortSignal | undefined): Pick<FileReader, 'read'> => ({
  async read(into, positionBytes) {
    stopped?.throwIfAborted();
    return await reader.read(into, positionBytes);
  },
});

export interface Expansion {
  /** Families that the device can run. */
  readonly runs: readonly string[];
  /** Aborted when the system goes down. */
  readonly stopped?: AbortSignal;
}

/** What a file holds to be installed. Throws an {@link InstallFailure}. */
export async function readBundle({ volume, path }: Spot, { runs, stopped }: Expansion): Promise<Bundle> {
  await using file = await volume.files.openReader(path).catch(() => {
    throw new InstallFailure(`File ${path.slice(1)} does not exist`);
  });
  const reader = readingUntil(file, stopped);
  const { facts, state, reason } = await inspectFile(reader);
  if (facts === undefined) throw new InstallFailure(`${path.slice(1)} ${reason}`);
  if (state === 'damaged' || state === 'cut') throw new InstallFailure('Digital signature verification failed');
  if (!runs.includes(facts.family)) throw new InstallFailure('Image type is not compatible with this platform');
  const packages = await readBundlePackages(pieces(reader));
  if (packages === undefined) throw new InstallFailure(`${path.slice(1)} holds no packages`);
  const version = facts.paddedVersion ?? facts.version;
  const [prefix = 'packages'] = packages[0]?.name.split('-') ?? [];
  return { version, packages, confPath: inRoot(`${prefix}.${version}.SPA.conf`) };
}

async function endOf(reader: Pick<FileReader, 'read'>, endBytes: number): Promise<string> {
  const trailer = Buffer.alloc(TRAILER_BYTES);
  const count = await reader.read(trailer, Math.max(0, endBytes - TRAILER_BYTES));
  return trailer.toString('latin1', 0, count);
}

/** Whether a package lies there already: of the same size, and with the same digest at its end. */
async function isExpanded(
  volume: Volume,
  bundle: Pick<FileReader, 'read'>,
  { name, offset, sizeBytes }: Bundle['packages'][number],
): Promise<boolean> {
  try {
    await using there = await volume.files.openReader(inRoot(name));
    if (there.entry.sizeBytes !== sizeBytes) return false;
    return (await endOf(there, sizeBytes)) === (await endOf(bundle, offset + sizeBytes));
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return false;
    throw error;
  }
}

async function writePackage(
  volume: Volume,
  bundle: Pick<FileReader, 'read'>,
  { name, offset, sizeBytes }: Bundle['packages'][number],
): Promise<void> {
  const upload = await volume.files.openUpload(inRoot(name), { sizeBytes });
  try {
    let position = 0;
    for await (const piece of pieces(bundle, offset, offset + sizeBytes)) {
      await upload.write(piece, position);
      position += piece.length;
    }
    await upload.commit();
  } catch (error) {
    await upload.discard();
    throw error;
  }
}

/** Lays the packages of a bundle beside each other. Throws an {@link InstallFailure} where there is no room, before it begins. */
export async function expandBundle({ volume, path }: Spot, bundle: Bundle, stopped?: AbortSignal): Promise<void> {
  await using file = await volume.files.openReader(path);
  const reader = readingUntil(file, stopped);
  const missing = [];
  for (const each of bundle.packages) if (!(await isExpanded(volume, reader, each))) missing.push(each);
  const conf = makePackagesConf(bundle.packages.map(({ name }) => name));
  const needed = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, conf.length);
  if (needed > (await volume.freeBytes()))
    throw new InstallFailure(
      `There is not enough free disk available to perform this operation on switch 1. At least ${Math.ceil(needed / 1024)} KB of free disk is required`,
    );
  for (const each of missing) await writePackage(volume, reader, each);
  await writeText(volume.files, bundle.confPath, conf);
}

/** The files that a conf names; none where there is no such conf. */
export async function packagesOf({ files }: Volume, conf: VirtualPath): Promise<readonly string[]> {
  const text = await readText(files, conf);
  return text === undefined ? [] : (readPackagesConf(text) ?? []);
}

/** `cat9k-rpbase.17.03.01.SPA.pkg` is of 17.03.01. */
export const versionIn = (names: readonly string[]): string | undefined =>
  names.map((name) => /\.(\d{2}\.\d{2}\.\d{2}[a-z]{0,2})\./.exec(name)?.[1]).find((found) => found !== undefined);

/** A conf of packages that are there and not booted. */
export interface Inactive {
  readonly conf: VirtualPath;
  readonly version: string;
}

export async function inactiveConfs({ main }: Volumes): Promise<readonly Inactive[]> {
  const active = (await packagesOf(main, PACKAGES_CONF)).join('\n');
  const found: Inactive[] = [];
  for await (const batch of main.files.list(ROOT))
    for (const { name } of batch) {
      if (!/\.SPA\.conf$/.test(name)) continue;
      const names = await packagesOf(main, inRoot(name));
      const version = versionIn(names);
      if (version !== undefined && names.join('\n') !== active) found.push({ conf: inRoot(name), version });
    }
  return found;
}

/** Files of software that nothing needs: neither those in `kept`, nor what packages.conf or a conf in `kept` names. */
export async function unusedFiles({ main }: Volumes, kept: readonly string[]): Promise<readonly string[]> {
  const active = await packagesOf(main, PACKAGES_CONF);
  const used = new Set([...kept, ...active]);
  for (const name of kept)
    if (name.includes('.conf')) for (const each of await packagesOf(main, inRoot(name))) used.add(each);
  const found: string[] = [];
  for await (const batch of main.files.list(ROOT))
    for (const { name, type } of batch) {
      const isSoftware = type === 'file' && /(\.pkg|\.bin|\.SPA\.conf|^packages\.conf\.00-)$/.test(name);
      const isOfActive =
        name.endsWith('.conf') && (await packagesOf(main, inRoot(name))).join('\n') === active.join('\n');
      if (isSoftware && !used.has(name) && !isOfActive) found.push(name);
    }
  return found.toSorted();
}

export async function removeFiles({ main }: Volumes, names: readonly string[]): Promise<void> {
  for (const name of names)
    await main.files.remove(inRoot(name)).catch((error: unknown) => {
      if (!(error instanceof FileError)) throw error;
    });
}
