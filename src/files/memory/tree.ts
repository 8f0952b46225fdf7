/** The tree of a file system in memory, and the way from a path to a node of it. */
import type { Clock } from '../../base/clock.ts';
import { type VirtualPath, componentsOf } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import { type Budget, Content } from './content.ts';
import type { DirectoryNode, FileNode, LinkNode, Node } from './node.ts';

const MAX_LINKS = 40;
const MAX_STEPS = 4096;
const MAX_NAME_LENGTH = 255;

/** A name in a directory; the empty name is the directory itself. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: string;
  /** The directories from the root to `directory`, both included. */
  readonly way: readonly DirectoryNode[];
  readonly node: Node | undefined;
}

export class Tree {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #budget: Budget;
  #lastId = 0;
  readonly root: DirectoryNode;

  constructor(clock: Pick<Clock, 'now'>, budget: Budget) {
    this.#clock = clock;
    this.#budget = budget;
    this.root = this.newDirectory(0o755);
  }

  now(): number {
    return this.#clock.now();
  }

  newFile(mode: number): FileNode {
    return { kind: 'file', content: new Content(this.#budget), ...this.#facts(mode) };
  }

  newDirectory(mode: number): DirectoryNode {
    return { kind: 'directory', children: new Map(), parts: new Map(), ...this.#facts(mode) };
  }

  newLink(target: string): LinkNode {
    return { kind: 'symlink', target, ...this.#facts(0o777) };
  }

  /** The place a path names. A symlink under the last name is followed only with `follow`. */
  find(path: VirtualPath, links: 'follow' | 'stay'): Place {
    const way = [this.root];
    const pending = [...componentsOf(path)].reverse();
    let followed = 0;
    let steps = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (++steps > MAX_STEPS) throw new FileError('too-many-links', path);
      const node = step(way, name, path);
      const isLast = pending.length === 0;
      if (node?.kind === 'symlink' && !(isLast && links === 'stay')) {
        if (++followed > MAX_LINKS) throw new FileError('too-many-links', path);
        pending.push(
          ...node.target
            .split('/')
            .filter((part) => part !== '' && part !== '.')
            .reverse(),
        );
        if (node.target.startsWith('/')) way.length = 1;
      } else if (isLast && name !== '..') return { directory: last(way), name, way, node };
      else if (name !== '..') way.push(asDirectory(node, path));
    }
    return { directory: last(way), name: '', way, node: last(way) };
  }

  existing(path: VirtualPath, links: 'follow' | 'stay'): Node {
    const { node } = this.find(path, links);
    if (node === undefined) throw new FileError('not-found', path);
    return node;
  }

  #facts(mode: number): Omit<LinkNode, 'kind' | 'target'> {
    const now = this.now();
    return { id: ++this.#lastId, mode, createdMs: now, modifiedMs: now, accessedMs: now, ownerId: 0, groupId: 0 };
  }
}

const last = (way: readonly DirectoryNode[]): DirectoryNode => {
  const directory = way.at(-1);
  if (directory === undefined) throw new Error('a way has at least the root');
  return directory;
};

/** The node under a name; `..`, which only a link brings, goes up at once. */
function step(way: DirectoryNode[], name: string, path: VirtualPath): Node | undefined {
  if (name.length > MAX_NAME_LENGTH) throw new FileError('bad-name', path);
  if (name !== '..') return last(way).children.get(name);
  if (way.length === 1) throw new FileError('denied', path);
  way.pop();
  return last(way);
}

function asDirectory(node: Node | undefined, path: VirtualPath): DirectoryNode {
  if (node === undefined) throw new FileError('not-found', path);
  if (node.kind !== 'directory') throw new FileError('not-directory', path);
  return node;
}
