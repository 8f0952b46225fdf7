/** What a tree in memory is made of: files, directories and symlinks, each with what is known about it. */
import type { Attributes, Entry } from '../file-system.ts';
import type { Content } from './content.ts';

interface Facts {
  readonly id: number;
  mode: number;
  createdMs: number;
  modifiedMs: number;
  accessedMs: number;
  ownerId: number;
  groupId: number;
}

export interface FileNode extends Facts {
  readonly kind: 'file';
  readonly content: Content;
}

export interface DirectoryNode extends Facts {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
  /** Interrupted uploads, by owner and name. */
  readonly parts: Map<string, FileNode>;
}

export interface LinkNode extends Facts {
  readonly kind: 'symlink';
  readonly target: string;
}

export type Node = FileNode | DirectoryNode | LinkNode;

function sizeOf(node: Node): number {
  if (node.kind === 'file') return node.content.size;
  return node.kind === 'symlink' ? node.target.length : 0;
}

export const entryOf = (name: string, node: Node): Entry => ({
  name,
  type: node.kind,
  sizeBytes: sizeOf(node),
  modifiedMs: node.modifiedMs,
  createdMs: node.createdMs,
  accessedMs: node.accessedMs,
  mode: node.mode,
  ownerId: node.ownerId,
  groupId: node.groupId,
  linkCount: 1,
  uniqueId: node.id.toString(16),
  ...(node.kind === 'symlink' ? { linkTarget: node.target } : {}),
});

/** Changes all but the size. */
export function changeFacts(node: Node, wanted: Attributes): void {
  if (wanted.mode !== undefined) node.mode = wanted.mode & 0o7777;
  node.modifiedMs = wanted.modifiedMs ?? node.modifiedMs;
  node.accessedMs = wanted.accessedMs ?? node.accessedMs;
  node.createdMs = wanted.createdMs ?? node.createdMs;
  node.ownerId = wanted.ownerId ?? node.ownerId;
  node.groupId = wanted.groupId ?? node.groupId;
}
