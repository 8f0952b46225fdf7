/** Does one action of a plan, after a look at whether the world is still as the plan saw it. */
import { copyFile } from '../copy/copy-file.ts';
import { parentOf, type VirtualPath } from '../../base/virtual-path.ts';
import type { CopyEvent, CopyReport, Place } from '../copy/copy.ts';
import { FileError } from '../error.ts';
import type { CallOptions } from '../file-system.ts';
import { confirmAbsent, confirmSame, confirmThere, type Looking, standing } from './check-world.ts';
import type { CopyAction, DeleteAction, SyncAction } from './sync-plan.ts';
import type { ApplyOptions } from './sync-report.ts';
import { placeIn, type TreePath } from './tree-path.ts';

/** `unneeded`: somebody did it already; `why` is a clause. */
export type Performed =
  { readonly how: 'done'; readonly report?: CopyReport } | { readonly how: 'unneeded'; readonly why: string };

const DONE: Performed = { how: 'done' };
const GONE: Performed = { how: 'unneeded', why: 'it is gone already' };

/** Fails with a {@link FileError}: as the file systems do, or because something has changed since the plan was made. */
export async function perform(action: SyncAction, options: ApplyOptions): Promise<Performed> {
  switch (action.do) {
    case 'make-directory':
      return makeDirectory(action.path, options);
    case 'copy':
    case 'replace':
      return copy(action, options);
    case 'set-times': {
      const to = lookAt('destination', action.path, options);
      const { files, path } = to.place;
      await confirmSame(to, action.destination);
      if (files.setAttributes === undefined) throw new FileError('unsupported', path);
      await files.setAttributes(path, { modifiedMs: action.modifiedMs }, to.call);
      return DONE;
    }
    case 'delete':
    case 'delete-directory':
      return remove(action, options);
  }
}

async function copy(action: CopyAction, options: ApplyOptions): Promise<Performed> {
  const from = lookAt('source', action.path, options);
  const to = lookAt('destination', action.path, options);
  await Promise.all([
    confirmSame(from, action.source),
    action.do === 'copy' ? confirmAbsent(to) : confirmSame(to, action.destination),
  ]);
  const { onEvent, copy: copyOne = copyFile, clock } = options;
  const report = await copyOne(from.place, to.place, {
    ...options.copying,
    ...from.call,
    ...(clock === undefined ? {} : { clock }),
    ifExists: action.do === 'copy' ? 'refuse' : 'replace',
    ...(onEvent === undefined ? {} : { onEvent: (event: CopyEvent) => onEvent(event) }),
  });
  return { how: 'done', report };
}

async function makeDirectory(path: TreePath, options: ApplyOptions): Promise<Performed> {
  const to = lookAt('destination', path, options);
  if (path === '') await makeAbove(to.place, to.call);
  try {
    await to.place.files.makeDirectory(to.place.path, to.call);
    return DONE;
  } catch (error) {
    if (!(error instanceof FileError) || (await standing(to))?.type !== 'directory') throw error;
    return { how: 'unneeded', why: 'it is there already' };
  }
}

/** Makes what is missing above the root of the destination. */
async function makeAbove({ files, path, label }: Place, call: CallOptions): Promise<void> {
  const missing: VirtualPath[] = [];
  for (let at = parentOf(path); at !== parentOf(at); at = parentOf(at)) {
    const found = await standing({ place: { files, path: at, label }, side: 'destination', call });
    if (found !== undefined) break;
    missing.push(at);
  }
  for (const directory of missing.reverse()) await files.makeDirectory(directory, call);
}

async function remove(action: DeleteAction, options: ApplyOptions): Promise<Performed> {
  const to = lookAt('destination', action.path, options);
  if ((await standing(to)) === undefined) return GONE;
  if (action.do === 'delete') await confirmSame(to, action.destination);
  if (action.roomFor !== undefined) await confirmThere(lookAt('source', action.roomFor, options));
  if (action.why === 'not-in-source') await confirmAbsent(lookAt('source', action.path, options));
  const { files, path } = to.place;
  if (action.do === 'delete') await files.remove(path, to.call);
  else await files.removeDirectory(path, to.call);
  return DONE;
}

function lookAt(side: Looking['side'], path: TreePath, options: ApplyOptions): Looking {
  const root = side === 'source' ? options.from : options.to;
  const place = placeIn(root.path, path);
  if (place === undefined) throw new FileError('unsafe', path, { detail: 'the plan names a path outside of the tree' });
  const { signal, guard } = options;
  const label = path === '' ? root.label : `${root.label.replace(/\/$/, '')}/${path}`;
  return {
    side,
    place: { files: root.files, path: place, label },
    call: { ...(signal === undefined ? {} : { signal }), guard },
  };
}
