/**
 * Install mode of IOS XE: packages that lie expanded in flash:, and packages.conf, which names those to boot.
 *
 * `add` expands a bundle into packages and a `.conf` of their own. `activate` puts that in the place of packages.conf and
 * keeps the one before; until `commit`, the next reload but one, or the end of a timer, brings the one before back.
 */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError, type FileReader } from '../../files/index.ts';
import { makePackagesConf, readBundlePackages, readPackagesConf } from '../image/bundle.ts';
import { inspectFile } from '../boot/loadable.ts';
import type { Hardware, HardwareFacts } from '../state/hardware.ts';
import { readText, type Spot, type Volume, type Volumes, writeText } from '../state/volumes.ts';

export const PACKAGES_CONF = '/packages.conf' as VirtualPath;
/** The packages.conf of before, while the new one is on trial. */
const BEFORE_CONF = '/packages.conf.00-' as VirtualPath;
const CHUNK_BYTES = 256 * 1024;
/** What is not committed by then is taken back. */
export const AUTO_ABORT_MS = 7_200_000;

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

/** What a file holds to be installed. Throws an {@link InstallFailure}. */
export async function readBundle({ volume, path }: Spot, runs: readonly string[]): Promise<Bundle> {
  await using reader = await volume.files.openReader(path).catch(() => {
    throw new InstallFailure(`File ${path.slice(1)} does not exist`);
  });
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

async function sizeOf({ files }: Volume, path: VirtualPath): Promise<number | undefined> {
  return await files.stat(path).then(
    ({ sizeBytes }) => sizeBytes,
    () => undefined,
  );
}

/** Lays the packages of a bundle beside each other. Throws an {@link InstallFailure} where there is no room, before it begins. */
export async function expandBundle({ volume, path }: Spot, bundle: Bundle): Promise<void> {
  const missing = [];
  for (const each of bundle.packages)
    if ((await sizeOf(volume, inRoot(each.name))) !== each.sizeBytes) missing.push(each);
  const needed = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (needed > (await volume.freeBytes()))
    throw new InstallFailure(
      `There is not enough free disk available to perform this operation on switch 1. At least ${Math.ceil(needed / 1024)} KB of free disk is required`,
    );
  await using reader = await volume.files.openReader(path);
  for (const { name, offset, sizeBytes } of missing) {
    const upload = await volume.files.openUpload(inRoot(name), { sizeBytes });
    try {
      let position = 0;
      for await (const piece of pieces(reader, offset, offset + sizeBytes)) {
        await upload.write(piece, position);
        position += piece.length;
      }
      await upload.commit();
    } catch (error) {
      await upload.discard();
      throw error;
    }
  }
  await writeText(volume.files, bundle.confPath, makePackagesConf(bundle.packages.map(({ name }) => name)));
}

/** The files that a conf names; none where there is no such conf. */
export async function packagesOf({ files }: Volume, conf: VirtualPath): Promise<readonly string[]> {
  const text = await readText(files, conf);
  return text === undefined ? [] : (readPackagesConf(text) ?? []);
}

/** `cat9k-rpbase.17.03.01.SPA.pkg` is of 17.03.01. */
export const versionIn = (names: readonly string[]): string | undefined =>
  names.map((name) => /\.(\d{2}\.\d{2}\.\d{2}[a-z]{0,2})\./.exec(name)?.[1]).find((found) => found !== undefined);

/** Puts a conf in the place of packages.conf, on trial. */
export async function activate({ main }: Volumes, hardware: Hardware, conf: VirtualPath): Promise<void> {
  const text = await readText(main.files, conf);
  if (text === undefined) throw new InstallFailure('No inactive package found');
  const before = await readText(main.files, PACKAGES_CONF);
  if (before !== undefined) await writeText(main.files, BEFORE_CONF, before);
  await writeText(main.files, PACKAGES_CONF, text);
  hardware.change({ trial: { boots: 0 } });
}

/** The trial has gone well. */
export const commit = (hardware: Hardware): void => hardware.change({ trial: undefined });

/** Brings back what was booted before. False: there is nothing to go back to. */
export async function rollBack({ main }: Volumes, hardware: Hardware): Promise<boolean> {
  const before = await readText(main.files, BEFORE_CONF);
  hardware.change({ trial: undefined });
  if (before === undefined) return false;
  await writeText(main.files, PACKAGES_CONF, before);
  await main.files.remove(BEFORE_CONF);
  return true;
}

/** At each boot: a trial that was booted once and never committed is over. */
export async function judgeTrial(volumes: Volumes, hardware: Hardware): Promise<void> {
  const { trial } = hardware.facts;
  if (trial === undefined) return;
  if (trial.boots === 0) hardware.change({ trial: { boots: 1 } });
  else await rollBack(volumes, hardware);
}

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

/** Files of software that nothing needs: neither what runs, nor what packages.conf names, nor what a trial would go back to. */
export async function unusedFiles(
  { main }: Volumes,
  { trial }: HardwareFacts,
  running: string,
): Promise<readonly string[]> {
  const isOnTrial = trial !== undefined;
  const used = new Set([
    ...(await packagesOf(main, PACKAGES_CONF)),
    ...(isOnTrial ? [BEFORE_CONF.slice(1), ...(await packagesOf(main, BEFORE_CONF))] : []),
    running.replace(/^[^:]*:\/?/, ''),
  ]);
  const active = (await packagesOf(main, PACKAGES_CONF)).join('\n');
  const found: string[] = [];
  for await (const batch of main.files.list(ROOT))
    for (const { name, type } of batch) {
      const isSoftware = type === 'file' && /(\.pkg|\.bin|\.SPA\.conf|^packages\.conf\.00-)$/.test(name);
      const isOfActive = name.endsWith('.conf') && (await packagesOf(main, inRoot(name))).join('\n') === active;
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
