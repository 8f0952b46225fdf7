/**
 * The jail where the system has /proc: each component is opened relative to the descriptor of the one before, without
 * following links, so that a directory swapped for a link leads nowhere. Links are read and followed by this code.
 *
 * Node has no `openat`; `/proc/self/fd/N/name` is the same walk (proc(5)).
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, realpathSync } from 'node:fs';
import { decodeName } from '../../base/name.ts';
import { componentsOf, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import { codeOf, fileError } from './errno.ts';
import type { Held, Jail, Place } from './jail.ts';
import { inside, isReserved, type SystemPath } from './system-name.ts';

/** open(2): a descriptor that names an inode and opens nothing. Node has no constant for it. */
const O_PATH = 0o10000000;
const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** As many as Linux follows itself (path_resolution(7)). */
const MAX_LINKS = 40;

const pathOf = (fd: number): string => `/proc/self/fd/${fd}`;

/** True where this jail works. */
export function hasDescriptorPaths(): boolean {
  try {
    return process.platform === 'linux' && realpathSync('/proc/self/fd') !== '';
  } catch {
    return false;
  }
}

export function linuxJail(root: string): Jail {
  const real = realpathSync(root);
  const rootFd = openSync(real, O_PATH | constants.O_DIRECTORY);
  return {
    root: real,
    place: (path, links) => new Walk(rootFd, real, path).to(componentsOf(path), links),
    hold: holdInode,
    confirm: () => undefined,
    [Symbol.dispose]: () => closeSync(rootFd),
  };
}

function holdInode(place: Place, path: VirtualPath): Held {
  try {
    const fd = openSync(place.at, O_PATH | constants.O_NOFOLLOW);
    return { path: pathOf(fd), stats: fstatSync(fd), [Symbol.dispose]: () => closeSync(fd) };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** One walk down from the root. The descriptors of the directories passed are kept for the way back up (`..` in links). */
class Walk {
  readonly #rootFd: number;
  readonly #root: string;
  readonly #path: VirtualPath;
  readonly #passed: number[] = [];
  #linksLeft = MAX_LINKS;

  constructor(rootFd: number, root: string, path: VirtualPath) {
    this.#rootFd = rootFd;
    this.#root = root;
    this.#path = path;
  }

  to(components: readonly string[], links: 'follow' | 'stay'): Place {
    try {
      return this.#walk([...components], links);
    } catch (error) {
      this.#leave();
      throw fileError(error, this.#path);
    }
  }

  #walk(ahead: string[], links: 'follow' | 'stay'): Place {
    for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
      if (isReserved(name)) throw new FileError('not-found', this.#path);
      if (name === '..') this.#up();
      else if (ahead.length > 0) this.#down(name, ahead);
      else {
        const stats = lstatSync(inside(this.#directory, name), { throwIfNoEntry: false });
        if (links === 'stay' || stats?.isSymbolicLink() !== true) return this.#arrive(name, stats);
        this.#follow(name, ahead);
      }
    }
    return this.#arrive('.', fstatSync(this.#here));
  }

  get #here(): number {
    return this.#passed.at(-1) ?? this.#rootFd;
  }

  get #directory(): string {
    return pathOf(this.#here);
  }

  #arrive(name: string, stats: Place['stats']): Place {
    const directory = this.#directory;
    return { directory, name, at: inside(directory, name), stats, [Symbol.dispose]: () => this.#leave() };
  }

  #down(name: string, ahead: string[]): void {
    const at = inside(this.#directory, name);
    try {
      this.#passed.push(openSync(at, DIRECTORY));
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
      if (!isLink(at)) throw new FileError('not-directory', this.#path);
      this.#follow(name, ahead);
    }
  }

  #up(): void {
    const fd = this.#passed.pop();
    if (fd === undefined) throw new FileError('denied', this.#path);
    closeSync(fd);
  }

  /** Puts a link's target in front of what is still ahead. */
  #follow(name: string, ahead: string[]): void {
    this.#linksLeft -= 1;
    if (this.#linksLeft < 0) throw new FileError('too-many-links', this.#path);
    const target = decodeName(readlinkSync(inside(this.#directory, name), { encoding: 'buffer' }));
    const inner = target.startsWith('/') ? withinRoot(this.#root, target) : target;
    if (inner === undefined) throw new FileError('denied', this.#path);
    if (target.startsWith('/')) this.#leave();
    ahead.unshift(...inner.split('/').filter((component) => component !== '' && component !== '.'));
  }

  #leave(): void {
    for (const fd of this.#passed.splice(0)) closeSync(fd);
  }
}

const isLink = (at: SystemPath): boolean => lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** The part of an absolute system path that lies below the root; `undefined` when it does not. Components are whole. */
export function withinRoot(root: string, target: string): string | undefined {
  if (root === '/') return target;
  return target === root || target.startsWith(`${root}/`) ? target.slice(root.length) : undefined;
}
