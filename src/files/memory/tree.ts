/** The tree of a file system in memory, and the way from a path to a node of it. */
import type { Clock } from '../../base/clock.ts';
import { type VirtualPath, componentsOf } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Guard, Touch } from '../file-system.ts';
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

/** What is looked for, and how its places are judged. */
export interface Errand {
  readonly links: 'follow' | 'stay';
  readonly guard?: Guard | undefined;
  /** What will be done at the last place; asked with what stands there. */
  readonly touch: Touch | ((standing: Node | undefined) => Touch);
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
  find(path: VirtualPath, errand: Errand): Place {
    const way = [this.root];
    const names: string[] = [];
    const judge = judgeOf(errand, names);
    const pending = [...componentsOf(path)].reverse();
    let followed = 0;
    let steps = 0;
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (++steps > MAX_STEPS) throw new FileError('too-many-links', path);
      const node = step(way, names, { name, path });
      const isLast = pending.length === 0;
      if (node?.kind === 'symlink' && !(isLast && errand.links === 'stay')) {
        judge(name, 'pass');
        if (++followed > MAX_LINKS) throw new FileError('too-many-links', path);
        pending.push(
          ...node.target
            .split('/')
            .filter((part) => part !== '' && part !== '.')
            .reverse(),
        );
        if (node.target.startsWith('/')) [way.length, names.length] = [1, 0];
      } else if (isLast && name !== '..') {
        judge(name, node);
        return { directory: last(way), name, way, node };
      } else if (name !== '..') {
        judge(name, 'pass');
        way.push(asDirectory(node, path));
        names.push(name);
      }
    }
    judge('', last(way));
    return { directory: last(way), name: '', way, node: last(way) };
  }

  existing(path: VirtualPath, errand: Errand): Node {
    const { node } = this.find(path, errand);
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

/** Puts the place under a name to the guard: as passed, or as the last one with what stands there. */
function judgeOf({ guard, touch }: Errand, names: readonly string[]) {
  return (name: string, found: Node | 'pass' | undefined): void => {
    if (guard === undefined) return;
    // Only components that were walked are joined, so the path is as plain as the one that was asked for.
    const real = `/${[...names, ...(name === '' ? [] : [name])].join('/')}` as VirtualPath;
    if (found === 'pass') guard(real, found);
    else guard(real, typeof touch === 'function' ? touch(found) : touch);
  };
}

interface Step {
  readonly name: string;
  readonly path: VirtualPath;
}

/** The node under a name; `..`, which only a link brings, goes up at once. */
function step(way: DirectoryNode[], names: string[], { name, path }: Step): Node | undefined {
  if (name.length > MAX_NAME_LENGTH) throw new FileError('bad-name', path);
  if (name !== '..') return last(way).children.get(name);
  if (way.length === 1) throw new FileError('denied', path);
  way.pop();
  names.pop();
  return last(way);
}

function asDirectory(node: Node | undefined, path: VirtualPath): DirectoryNode {
  if (node === undefined) throw new FileError('not-found', path);
  if (node.kind !== 'directory') throw new FileError('not-directory', path);
  return node;
}
