/** Uploads of accounts that may write and not everything: a published file changes only as far as they were allowed. */
import { FileError } from '../files/error.ts';
import type { FileSystem, Guard, Upload, WriteOptions } from '../files/file-system.ts';
import type { VirtualPath } from '../base/virtual-path.ts';
import type { Permission } from './permission.ts';

/** The name was free when the upload began; who takes it meanwhile keeps it. */
const withoutReplacing = (upload: Upload): Upload => ({
  startBytes: upload.startBytes,
  write: (bytes, positionBytes) => upload.write(bytes, positionBytes),
  commit: (options = {}) => upload.commit({ ...options, replace: 'refused' }),
  keep: () => upload.keep(),
  discard: () => upload.discard(),
  ...(upload.descriptor === undefined ? {} : { descriptor: upload.descriptor }),
});

/** Adds behind what stands there and never into it. No descriptor is lent: it could be written anywhere. */
const onlyBehind = (upload: Upload, path: VirtualPath): Upload => ({
  startBytes: upload.startBytes,
  write: (bytes, positionBytes) =>
    positionBytes < upload.startBytes
      ? Promise.reject(new FileError('denied', path))
      : upload.write(bytes, positionBytes),
  commit: (options) => upload.commit(options),
  keep: () => upload.keep(),
  discard: () => upload.discard(),
});

/** Begins at the end of what is published; an interrupted upload is left aside, since it may hold something else. */
async function addBehind(files: FileSystem, path: VirtualPath, options: WriteOptions): Promise<Upload> {
  const { start, signal, guard, mode } = options;
  const upload = await files.openUpload(path, {
    guard,
    start: { from: 'end' },
    ...(signal === undefined ? {} : { signal }),
    ...(mode === undefined ? {} : { mode }),
  });
  if (start?.from !== 'offset' || start.offsetBytes === upload.startBytes) return onlyBehind(upload, path);
  await upload.discard();
  throw new FileError(start.offsetBytes > upload.startBytes ? 'bad-offset' : 'denied', path);
}

/** What beginning an upload needs; `undefined` where the touch cannot be part of it. */
function neededFor(touch: Parameters<Guard>[1], from: NonNullable<WriteOptions['start']>['from']): Permission {
  // A name that must be new is refused later when it is taken, and nothing is replaced.
  if (touch !== 'replace' || from === 'nothing-new') return 'write';
  return from === 'nothing' ? 'overwrite' : 'append';
}

/** How the guard of an upload learns what is allowed at the real place, refusing what is not. */
export type Judgement = (needs: (touch: Parameters<Guard>[1], allowed: ReadonlySet<Permission>) => boolean) => Guard;

/** Opens an upload that keeps to what is allowed where it will be published. */
export async function openPermittedUpload(
  files: FileSystem,
  path: VirtualPath,
  options: WriteOptions,
  judgement: Judgement,
): Promise<Upload> {
  const from = options.start?.from ?? 'nothing';
  const onlyAdds = new Error('the upload is begun again, at the end');
  const judged: ReadonlySet<Permission>[] = [];
  const guard = judgement((touch, allowed) => {
    if (!allowed.has(neededFor(touch, from))) return false;
    judged.push(allowed);
    if (touch === 'replace' && !allowed.has('overwrite') && from !== 'nothing-new') throw onlyAdds;
    return true;
  });
  const behind = judgement((touch, allowed) => allowed.has(neededFor(touch, 'end')));
  try {
    const upload = await files.openUpload(path, { ...options, guard });
    return judged.at(-1)?.has('overwrite') === true ? upload : withoutReplacing(upload);
  } catch (error) {
    if (error !== onlyAdds) throw error;
    return addBehind(files, path, { ...options, guard: behind });
  }
}
