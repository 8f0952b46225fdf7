/** Copies a file without its bytes coming through us: within one place, or from one server straight to another. */
import { FileError } from '../error.ts';
import type { Facts } from './through-us.ts';
import type { Place } from './copy.ts';
import { partPath } from './part-site.ts';
import type { Published, Run } from './run.ts';
import { confirmSameFile } from './verify.ts';

interface Errand {
  readonly way: 'within-the-server' | 'between-the-servers';
  readonly work: Promise<void>;
}

/** Asks the places to do it, under the name of a part. */
function ask({ from, to, call, options }: Run, part: Place): Errand | undefined {
  if (from.files === to.files && to.files.copyWithin !== undefined)
    return { way: 'within-the-server', work: to.files.copyWithin(from.path, part.path, call) };
  const work = options.betweenServers?.(from, part, call);
  return work === undefined ? undefined : { way: 'between-the-servers', work };
}

async function confirm(run: Run, part: Place, sizeBytes: number): Promise<Pick<Published, 'provenHash'>> {
  const { verify = 'size' } = run.options;
  if (verify === 'none') return {};
  const arrived = await part.files.stat(part.path, run.call);
  if (arrived.sizeBytes !== sizeBytes)
    throw new FileError('integrity', run.to.path, {
      detail: `has ${arrived.sizeBytes} bytes in place of ${sizeBytes}: copy it again`,
    });
  if (verify === 'size') return {};
  run.tell({ kind: 'verifying', by: 'hash' });
  return { provenHash: await confirmSameFile(run, part) };
}

/** `undefined` when the places cannot, so that the bytes must go through us. Nothing is left of a copy that fails. */
export async function betweenServers(run: Run, { source }: Facts): Promise<Published | undefined> {
  const { to, call } = run;
  const part: Place = { files: to.files, path: partPath(to), label: to.label };
  const errand = ask(run, part);
  if (errand === undefined) {
    run.warn('The servers cannot do it among themselves, so the bytes went through here.');
    return undefined;
  }
  run.started(source.sizeBytes);
  try {
    await errand.work;
    const proof = await confirm(run, part, source.sizeBytes);
    await to.files.rename(part.path, to.path, call);
    run.published = { source, sizeBytes: source.sizeBytes, way: errand.way, ...proof };
    return run.published;
  } catch (error) {
    await to.files.remove(part.path).catch(() => undefined);
    if (!(error instanceof FileError) || error.kind !== 'unsupported') throw error;
    run.warn('The servers refused to do it among themselves, so the bytes went through here.');
    return undefined;
  }
}
