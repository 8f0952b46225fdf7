/** Copies one file between any two places. */
import { pause } from '../../base/wait.ts';
import { FileError } from '../error.ts';
import type { Entry } from '../file-system.ts';
import { betweenServers } from './between-servers.ts';
import type { CopyOptions, CopyReport, Place } from './copy.ts';
import { keepAttributes } from './keep-attributes.ts';
import { type Published, Run } from './run.ts';
import { type Facts, clearLeft, throughUs } from './through-us.ts';
import { verifyPublished } from './verify.ts';

async function sourceOf({ from, call, options }: Run): Promise<Entry> {
  const { expected } = options;
  const entry = expected?.type === 'file' ? expected : await from.files.stat(from.path, call);
  if (entry.type === 'directory')
    throw new FileError('is-directory', from.path, { detail: 'is a directory: copy it as a tree' });
  return entry;
}

async function statOrNothing(
  { files, path }: Place,
  options: Parameters<Place['files']['stat']>[1],
): Promise<Entry | undefined> {
  try {
    return await files.stat(path, options);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** A remote place need not be asked what it has when nothing hangs on it. */
async function standingAt({ from, to, call, options }: Run): Promise<Entry | undefined> {
  const { ifExists = 'replace' } = options;
  if (options.standing === 'nothing' && ifExists === 'replace') return undefined;
  const mayNotMatter = ifExists === 'replace' && from.files !== to.files && to.files.openAt === undefined;
  return mayNotMatter ? undefined : await statOrNothing(to, { ...call, links: 'stay' });
}

async function confirmTwoFiles({ from, to, call }: Run, { source, standing }: Facts): Promise<void> {
  const isOnePlace = from.files === to.files || (from.files.name === 'local' && to.files.name === 'local');
  const isOneName = from.files === to.files && from.path === to.path;
  const target = isOnePlace && standing?.type === 'symlink' ? await statOrNothing(to, call) : standing;
  const isOneFile = isOnePlace && target?.uniqueId !== undefined && target.uniqueId === source.uniqueId;
  if (isOneName || isOneFile)
    throw new FileError('exists', to.path, { detail: 'is the source itself: name another destination' });
}

function confirmReplaceable({ to, options }: Run, standing: Entry | undefined): void {
  if (standing === undefined) return;
  if (standing.type === 'directory')
    throw new FileError('is-directory', to.path, { detail: 'is a directory: name the file in it' });
  if (options.ifExists === 'refuse')
    throw new FileError('exists', to.path, { detail: 'exists already: remove it, or allow it to be replaced' });
}

async function publish(run: Run, facts: Facts): Promise<Published> {
  const within = run.options.way === 'server' ? await betweenServers(run, facts) : undefined;
  return within ?? (await throughUs(run, facts));
}

async function attempt(run: Run): Promise<CopyReport> {
  run.signal?.throwIfAborted();
  if (run.published === undefined) {
    const [source, standing] = [await sourceOf(run), await standingAt(run)];
    if (standing !== undefined && standing.type !== 'directory' && run.options.ifExists === 'skip')
      return run.report({ sizeBytes: standing.sizeBytes, verified: 'no', way: 'skipped' });
    await confirmTwoFiles(run, { source, standing });
    confirmReplaceable(run, standing);
    await publish(run, { source, standing });
  }
  const { published } = run;
  if (published === undefined) throw new Error('a copy has ended without a file');
  return await finish(run, published);
}

async function finish(run: Run, published: Published): Promise<CopyReport> {
  const { sizeBytes, way, source } = published;
  if (run.options.verify !== 'none') run.tell({ kind: 'verifying', by: 'size' });
  const proof = await verifyPublished(run, published);
  await keepAttributes(run.to, source, { ...run.call, keep: run.options.keep, warn: (text) => run.warn(text) });
  return run.report({ sizeBytes, way, ...proof });
}

/** The pause before another attempt: twice the last one, up to a bound. */
const delayOf = ({ options, retries }: Run): number =>
  Math.min(options.retry?.maxDelayMs ?? 0, (options.retry?.firstDelayMs ?? 0) * 2 ** (retries - 1));

async function retrying(run: Run): Promise<CopyReport> {
  for (;;) {
    try {
      return await attempt(run);
    } catch (error) {
      if (!run.mayRetry(error)) throw run.isAborted ? run.signal?.reason : error;
      run.retries += 1;
      const delayMs = delayOf(run);
      const reason = error instanceof Error ? error.message : String(error);
      run.tell({ kind: 'retrying', attempt: run.retries + 1, delayMs, reason });
      await pause(run.clock, delayMs, run.signal);
    }
  }
}

/**
 * Copies a file: whole, or not at all, and what stood under the name before stays until the new file is there. What is
 * promised when it is cut at any point is in `src/files/copy/README.md`.
 *
 * Fails as the places do; with `exists` for the source itself or a name that is taken and may not be replaced; with
 * `integrity` when what arrived is not what was sent, or the source changed its size. An aborted signal rejects with its
 * reason. Throws a `RangeError` for a rate that is not a positive number.
 */
export async function copyFile(from: Place, to: Place, options: CopyOptions): Promise<CopyReport> {
  const run = new Run(from, to, options);
  try {
    const report = await retrying(run);
    run.tell({ kind: 'finished', ...report });
    return report;
  } catch (error) {
    if (options.resume !== 'if-possible' && run.retries > 0 && run.published === undefined) await clearLeft(run);
    run.tell({ kind: 'failed', error });
    throw error;
  }
}
