/** Copies a file by reading it here and writing it there. */
import { FileError } from '../error.ts';
import type { Entry, FileReader, HashAlgorithm } from '../file-system.ts';
import { LEAST_RESUMED_BYTES, type Start, begin, lookForLeft } from './begin.ts';
import { type Hasher, createHasher } from './hasher.ts';
import type { LandingSite, SiteOptions } from './landing.ts';
import { LEAST_SEGMENT_BYTES, moveInOrder, moveScattered } from './move.ts';
import { clearParts, partSite, scatteredIsLeft } from './part-site.ts';
import { totalOf } from './ranges.ts';
import type { Published, Run } from './run.ts';
import { clearUpload, uploadSite } from './upload-site.ts';
import { chooseAlgorithm, confirmLandedSize, expectedHash, proveLanding } from './verify.ts';

const PERMISSIONS = 0o777;

/** What is known before the first byte. */
export interface Facts {
  readonly source: Entry;
  /** What stands under the destination's name, links not followed; `undefined` when nothing does or nobody asked. */
  readonly standing: Entry | undefined;
}

const keptMode = (run: Run, source: Entry): number | undefined =>
  run.options.keep === 'times-and-modes' && source.mode !== undefined ? source.mode & PERMISSIONS : undefined;

async function orderOf(run: Run, source: Entry): Promise<SiteOptions['order']> {
  const { to, options } = run;
  const canScatter = to.files.openAt !== undefined;
  const isWanted = (options.segments ?? 1) > 1 && source.sizeBytes >= 2 * LEAST_SEGMENT_BYTES;
  if (isWanted && canScatter) return 'scattered';
  if (isWanted) run.warn('The destination takes only one piece after another, so there was one segment.');
  return canScatter && run.continues && (await scatteredIsLeft(to, run.call)) ? 'scattered' : 'in-order';
}

/** A link that stands under the name is written through by an upload; a rename would replace the link. */
async function chooseSite(run: Run, { source, standing }: Facts): Promise<LandingSite> {
  const { to, options } = run;
  const order = await orderOf(run, source);
  const replace = options.ifExists === 'refuse' || options.ifExists === 'skip' ? 'refused' : 'allowed';
  const mode = keptMode(run, source);
  const isLasting = options.resume === 'if-possible' && source.sizeBytes >= LEAST_RESUMED_BYTES;
  const isNew = options.standing === 'nothing';
  const sizeBytes = source.sizeIs === 'unknown' ? undefined : source.sizeBytes;
  const site: SiteOptions = { standing, replace, mode, order, isNew, sizeBytes, signal: run.signal };
  const part = (isLasting || order === 'scattered') && standing?.type !== 'symlink' ? partSite(to, site) : undefined;
  return part ?? uploadSite(to, { ...site, order: 'in-order' });
}

interface Work {
  readonly start: Start;
  readonly reader: FileReader;
  readonly order: LandingSite['order'];
}

type Proof = Pick<Published, 'expectedHash' | 'provenHash'>;

/**
 * Sees the bytes as they pass, where hashes are compared and they pass in order. What had arrived before would have to be
 * read again only to be hashed: where the source says its own hash, that does instead.
 */
function passingHasher({ from, options }: Run, { start, order }: Work, algorithm: HashAlgorithm): Hasher | undefined {
  if (options.verify !== 'hash' || order === 'scattered') return undefined;
  const isSelfHashing = from.files.hashing?.algorithms.has(algorithm) === true;
  return isSelfHashing && start.done.length > 0 ? undefined : createHasher(algorithm);
}

async function moveAndProve(run: Run, work: Work): Promise<Proof & { readonly sizeBytes: number }> {
  const { start, reader, order } = work;
  const { verify = 'size' } = run.options;
  const algorithm = chooseAlgorithm(run.from.files.hashing, run.to.files.hashing);
  const hasher = passingHasher(run, work, algorithm);
  const move = order === 'in-order' ? moveInOrder : moveScattered;
  const sizeBytes = await move(run, { start, reader, hasher });
  run.signal?.throwIfAborted();
  if (verify !== 'none') await confirmLandedSize(run, start.landing, sizeBytes);
  if (verify !== 'hash') return { sizeBytes };
  run.tell({ kind: 'verifying', by: 'hash' });
  const expected = await expectedHash(run, algorithm, hasher?.digest());
  const isProven = await proveLanding(run, start.landing, expected);
  return { sizeBytes, ...(isProven ? { provenHash: expected } : { expectedHash: expected }) };
}

/** After a failure: what arrived stays when somebody will continue it, and nothing does otherwise. Never rejects. */
async function leave(run: Run, { landing, recorder }: Start, error: unknown): Promise<void> {
  const isBad = error instanceof FileError && error.kind === 'integrity';
  const isContinued = run.options.resume === 'if-possible' || run.mayRetry(error);
  if (isContinued && !isBad) {
    await recorder.save();
    await landing.keep().catch(() => undefined);
    return;
  }
  await landing.discard().catch(() => undefined);
  await recorder.forget();
}

/** Resolves when the file stands under its name. */
export async function throughUs(run: Run, facts: Facts): Promise<Published> {
  const { from, to, call, options } = run;
  const { source: looked } = facts;
  const site = await chooseSite(run, facts);
  const outlook = await lookForLeft(run, site, looked);
  const { fromBytes } = outlook;
  await using reader = await from.files.openReader(from.path, { ...call, expected: looked, fromBytes });
  const source = reader.entry;
  run.started(source.sizeBytes);
  const start = await begin(run, site, { outlook, looked, reader });
  run.resumedAtBytes ??= totalOf(start.done);
  if (start.done.length > 0) run.tell({ kind: 'resumed', atBytes: totalOf(start.done) });
  try {
    const found = await moveAndProve(run, { start, reader, order: site.order });
    run.signal?.throwIfAborted();
    const seenBytes = await start.landing.publish();
    run.published = { source, way: 'through-us', seenBytes, ...found };
  } catch (error) {
    await leave(run, start, error);
    throw error;
  }
  await start.recorder.forget();
  if (options.resume === 'if-possible') await clearParts(to);
  return run.published;
}

/** Removes what a copy that is not to be continued may have left between two attempts. Never rejects. */
export async function clearLeft({ to }: Run): Promise<void> {
  await clearUpload(to).catch(() => undefined);
  if (to.files.openAt !== undefined) await clearParts(to).catch(() => undefined);
}
