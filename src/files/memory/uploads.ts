/** Begins uploads in memory: anew, from a copy of what is published, or from what an interrupted one left. */
import { type VirtualPath, baseName } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Touch, Upload, UploadStart, WriteOptions } from '../file-system.ts';
import { type Draft, MemoryUpload, isOffset } from './handles.ts';
import type { FileNode, Node } from './node.ts';
import type { Place, Tree } from './tree.ts';

export const partKeyOf = (owner: string, name: string): string => `${owner}\0${name}`;

const DEFAULT_MODE = 0o644;

/** Takes the interrupted upload out of the directory, so that no second session has it. */
function claimPart({ directory }: Place, partKey: string | undefined): FileNode | undefined {
  if (partKey === undefined) return undefined;
  const part = directory.parts.get(partKey);
  directory.parts.delete(partKey);
  return part;
}

function copyOf(tree: Tree, published: FileNode, mode: number): FileNode {
  const copy = tree.newFile(mode);
  copy.content.copyFrom(published.content);
  return copy;
}

interface Beginning {
  readonly place: Place;
  readonly start: UploadStart;
  readonly partKey: string | undefined;
  readonly mode: number;
}

function baseOf(tree: Tree, { place, start, partKey, mode }: Beginning): Pick<Draft, 'node' | 'base'> {
  if (start.from === 'nothing' || start.from === 'nothing-new') return { node: tree.newFile(mode), base: 'nothing' };
  const part = claimPart(place, partKey);
  if (part !== undefined) return { node: part, base: 'part' };
  if (place.node?.kind === 'file') return { node: copyOf(tree, place.node, mode), base: 'copy' };
  return { node: tree.newFile(mode), base: 'nothing' };
}

function draftOf(tree: Tree, beginning: Beginning, path: VirtualPath): Draft {
  const { start, place, partKey } = beginning;
  const { node, base } = baseOf(tree, beginning);
  if (start.from === 'nothing' || start.from === 'nothing-new') return { node, base, startBytes: 0 };
  const startBytes = start.from === 'end' ? node.content.size : start.offsetBytes;
  if (isOffset(startBytes) && startBytes <= node.content.size) return { node, base, startBytes };
  if (base === 'part' && partKey !== undefined) place.directory.parts.set(partKey, node);
  else node.content.disown();
  throw new FileError('bad-offset', path);
}

export function openMemoryUpload(tree: Tree, path: VirtualPath, options: WriteOptions = {}): Upload {
  const { start = { from: 'nothing' }, owner, mode = DEFAULT_MODE } = options;
  const replaceOrMake = (standing: Node | undefined): Touch => (standing === undefined ? 'make' : 'replace');
  const place = tree.find(path, { links: 'follow', guard: options.guard, touch: replaceOrMake });
  if (place.node?.kind === 'directory') throw new FileError('is-directory', path);
  if (start.from === 'nothing-new' && place.node !== undefined) throw new FileError('exists', path);
  const partKey = owner === undefined ? undefined : partKeyOf(owner, place.name);
  const { directory, name } = place;
  const target = {
    path,
    asked: baseName(path),
    directory,
    name,
    partKey,
    mustBeNew: start.from === 'nothing-new',
    now: () => tree.now(),
  };
  return new MemoryUpload(target, draftOf(tree, { place, start, partKey, mode: mode & 0o777 }, path));
}
