/** Finds out whether what arrived is what was sent: by size, or by hashes that both sides stand for. */
import { FileError } from '../error.ts';
import type { HashAlgorithm, Hashing } from '../file-system.ts';
import type { CopyReport, Place } from './copy.ts';
import { hashBytes, hashFile } from './hash-file.ts';
import { createHasher } from './hasher.ts';
import type { Landing } from './landing.ts';
import type { Published, Run } from './run.ts';

type FileHash = NonNullable<CopyReport['hash']>;

/** Best first. The short ones tell damage, not malice. */
const PREFERENCE: readonly HashAlgorithm[] = ['sha256', 'sha512', 'sha1', 'md5', 'crc32'];

const knows = (hashing: Hashing | undefined, algorithm: HashAlgorithm): boolean =>
  hashing?.algorithms.has(algorithm) === true;

/** What both sides can compute themselves; a side that cannot is read by us, so anything suits it. */
export function chooseAlgorithm(source: Hashing | undefined, target: Hashing | undefined): HashAlgorithm {
  const suits = (hashing: Hashing | undefined, algorithm: HashAlgorithm): boolean =>
    hashing === undefined || hashing.algorithms.size === 0 || knows(hashing, algorithm);
  return (
    PREFERENCE.find((algorithm) => suits(source, algorithm) && suits(target, algorithm)) ??
    PREFERENCE.find((algorithm) => suits(source, algorithm)) ??
    'sha256'
  );
}

const damaged = (place: Place, detail: string): FileError => new FileError('integrity', place.path, { detail });

/**
 * The hash that the destination must have. `moved` is that of the bytes that were read in order; without it the source
 * says its own, or is read again.
 */
export async function expectedHash(
  { from, call, pace }: Run,
  algorithm: HashAlgorithm,
  moved: string | undefined,
): Promise<FileHash> {
  const own = knows(from.files.hashing, algorithm)
    ? await from.files.hashing?.of(from.path, algorithm, call)
    : undefined;
  if (own !== undefined && moved !== undefined && own.toLowerCase() !== moved)
    throw damaged(from, `its own ${algorithm} is not that of what was read: it has changed, or bytes were damaged`);
  const value = moved ?? own?.toLowerCase() ?? (await hashFile(from, algorithm, { ...call, pace, where: 'here' }));
  return { algorithm, value };
}

function confirmHash(place: Place, expected: FileHash, found: string): void {
  if (found.toLowerCase() === expected.value) return;
  const { algorithm, value } = expected;
  throw damaged(place, `what arrived has ${algorithm} ${found.toLowerCase()} in place of ${value}: copy it again`);
}

/** Reads back what has not been published; `undefined` where the place does not do that. */
async function readBack(
  { signal, pace }: Run,
  landing: Landing,
  algorithm: HashAlgorithm,
): Promise<string | undefined> {
  if (landing.read === undefined) return undefined;
  const hasher = createHasher(algorithm);
  try {
    await hashBytes(hasher, { read: landing.read.bind(landing), endBytes: Infinity, signal, pace });
    return hasher.digest();
  } catch (error) {
    if (error instanceof FileError && error.kind === 'unsupported') return undefined;
    throw error;
  }
}

/** Compares what has landed before anybody sees it. Gives `false` when that can only be done afterwards. */
export async function proveLanding(run: Run, landing: Landing, expected: FileHash): Promise<boolean> {
  const { algorithm } = expected;
  const own = await landing.hashNow?.(algorithm);
  if (own === undefined && knows(run.to.files.hashing, algorithm)) return false;
  const found = own ?? (await readBack(run, landing, algorithm));
  if (found === undefined) return false;
  confirmHash(run.to, expected, found);
  return true;
}

export async function confirmLandedSize({ to }: Run, landing: Landing, sizeBytes: number): Promise<void> {
  const found = await landing.sizeNow?.();
  if (found !== undefined && found !== sizeBytes)
    throw damaged(to, `has ${found} bytes in place of ${sizeBytes}: copy it again`);
}

/** Compares two whole files. */
export async function confirmSameFile(run: Run, place: Place): Promise<FileHash> {
  const algorithm = chooseAlgorithm(run.from.files.hashing, place.files.hashing);
  const expected = await expectedHash(run, algorithm, undefined);
  confirmHash(place, expected, await hashFile(place, algorithm, { ...run.call, pace: run.pace }));
  return expected;
}

async function confirmPublished(run: Run, published: Published): Promise<void> {
  const { to, call } = run;
  const sizeBytes = published.seenBytes ?? (await to.files.stat(to.path, call)).sizeBytes;
  if (sizeBytes !== published.sizeBytes)
    throw damaged(to, `has ${sizeBytes} bytes in place of ${published.sizeBytes}: copy it again`);
  const { expectedHash: expected } = published;
  if (expected !== undefined)
    confirmHash(to, expected, await hashFile(to, expected.algorithm, { ...call, pace: run.pace }));
}

/** Looks at what stands under the name now; what is bad does not stay there. */
export async function verifyPublished(run: Run, published: Published): Promise<Pick<CopyReport, 'verified' | 'hash'>> {
  const { to } = run;
  const { verify = 'size' } = run.options;
  if (verify === 'none') return { verified: 'no' };
  try {
    await confirmPublished(run, published);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'integrity') await to.files.remove(to.path).catch(() => undefined);
    throw error;
  }
  const hash = published.provenHash ?? published.expectedHash;
  return hash === undefined ? { verified: 'size' } : { verified: 'hash', hash };
}
