/**
 * Finds the place a virtual path means, one component at a time. Symlinks are followed here and nowhere else, so that
 * each step of a link is checked like a step of the path.
 */
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { decodeName } from '../../base/name.ts';
import { type VirtualPath, componentsOf } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { Guard, Touch } from '../file-system.ts';
import { translateError, unless } from './errno.ts';
import type { Directory, Jail } from './jail.ts';
import { isReserved } from './reserved-name.ts';

const MAX_LINKS = 40;
/** Steps of one walk, links included: a link of 1,300 `x/..` would otherwise cost seconds. */
const MAX_STEPS = 4096;

/** A name in a held directory. The empty name is the directory itself. */
export interface Place {
  readonly directory: Directory;
  readonly name: string;
  /** How many directories lie between the root and this place. */
  readonly depth: number;
}

/** What a walk is for, so that its places can be judged before anything is done there. */
export interface Errand {
  readonly guard?: Guard | undefined;
  /** What will be done at the last place; asked with what stands there. */
  readonly touch: Touch | ((standing: Stats | undefined) => Touch);
}

/** The components after the root when an absolute target lies inside it. */
export function insideRoot(realRoot: string, target: string): string | undefined {
  if (target === realRoot) return '/';
  const prefix = realRoot.endsWith('/') ? realRoot : `${realRoot}/`;
  return target.startsWith(prefix) ? target.slice(prefix.length - 1) : undefined;
}

/** The text of a link, whatever bytes it holds. */
export const readLink = (directory: Directory, name: string): string =>
  decodeName(readlinkSync(directory.pathOf(name), { encoding: 'buffer' }));

class Walk {
  readonly #jail: Jail;
  readonly #path: VirtualPath;
  readonly #guard: Guard | undefined;
  #here: Directory;
  #done: string[] = [];
  #pending: string[];
  #links = 0;
  #steps = 0;

  constructor(jail: Jail, path: VirtualPath, guard: Guard | undefined) {
    this.#jail = jail;
    this.#path = path;
    this.#guard = guard;
    this.#here = jail.root();
    this.#pending = componentsOf(path).toReversed();
  }

  /** Goes to the directory that holds the last name. A last `..` of a link ends at a directory itself. */
  toLast(): Place {
    while (this.#pending.length > 0) {
      const name = this.#pending.pop() ?? '';
      if (name === '..') this.#up();
      else if (this.#pending.length === 0) return this.#place(this.#checked(name));
      else this.#down(this.#checked(name));
    }
    return this.#place('');
  }

  /** Goes on to where the link under the last name leads. Throws `not-directory` when `name` is no link. */
  follow(name: string): void {
    this.#guard?.(this.#realPath(name), 'pass');
    this.#follow(name);
  }

  /** Puts the last place to the guard; false, and nothing judged, when a link that is to be followed stands there. */
  judge({ directory, name }: Place, { touch }: Errand, links: 'follow' | 'stay'): boolean {
    if (this.#guard === undefined) return true;
    const mustLook = links === 'follow' || typeof touch === 'function';
    const standing = mustLook ? lstatSync(directory.pathOf(name), { throwIfNoEntry: false }) : undefined;
    if (links === 'follow' && standing?.isSymbolicLink() === true) return false;
    this.#guard(this.#realPath(name), typeof touch === 'function' ? touch(standing) : touch);
    return true;
  }

  #follow(name: string): void {
    if (++this.#links > MAX_LINKS) throw this.#error('too-many-links');
    const target = unless(['EINVAL'], () => readLink(this.#here, name));
    if (target === undefined) throw this.#error('not-directory');
    const components = (text: string): string[] => text.split('/').filter((part) => part !== '' && part !== '.');
    if (!target.startsWith('/')) {
      this.#pending.push(...components(target).reverse());
      return;
    }
    const inside = insideRoot(this.#jail.realRoot, target);
    if (inside === undefined) throw this.#error('denied');
    this.#pending.push(...components(inside).reverse());
    this.#toRoot();
  }

  close(): void {
    this.#here.close();
  }

  /** Lends the directory for longer than the walk: closing it is then the caller's. */
  release(): Directory {
    const { directory } = this.#place('');
    this.#here = this.#jail.root();
    return directory;
  }

  #place(name: string): Place {
    return { directory: this.#here, name, depth: this.#done.length };
  }

  #realPath(name: string): VirtualPath {
    // Only components that were walked are joined, so the path is as plain as the one that was asked for.
    return `/${[...this.#done, ...(name === '' ? [] : [name])].join('/')}` as VirtualPath;
  }

  #down(name: string): void {
    this.#guard?.(this.#realPath(name), 'pass');
    const below = this.#here.enter(name);
    if (below === undefined) {
      this.#follow(name);
      return;
    }
    this.#here.close();
    this.#here = below;
    this.#done.push(name);
  }

  /** Walks down again from the root: the kernel's `..` could lead out of a directory that was moved meanwhile. */
  #up(): void {
    if (this.#done.length === 0) throw this.#error('denied');
    const kept = this.#done.slice(0, -1);
    this.#toRoot();
    for (const name of kept) {
      this.#checked(name);
      const below = this.#here.enter(name);
      if (below === undefined) throw this.#error('not-found');
      this.#here.close();
      this.#here = below;
    }
    this.#done = kept;
  }

  #toRoot(): void {
    this.#here.close();
    this.#here = this.#jail.root();
    this.#done = [];
  }

  #checked(name: string): string {
    if (++this.#steps > MAX_STEPS) throw this.#error('too-many-links');
    if (isReserved(name)) throw this.#error('not-found');
    if (this.#jail.refuses(name)) throw this.#error('bad-name');
    return name;
  }

  #error(kind: FileError['kind']): FileError {
    return new FileError(kind, this.#path);
  }
}

/** Acts on the name itself; symlinks on the way are followed, one under the last name is not. */
export const atName = <T>(jail: Jail, path: VirtualPath, errand: Errand, act: (place: Place) => T): T =>
  walking(jail, path, errand, (walk) => {
    const place = walk.toLast();
    walk.judge(place, errand, 'stay');
    return act(place);
  });

/** `act` gives this to say that a link stands under the name. */
export const LINK = Symbol('link');

/** Acts on what the path leads to. `act` answers {@link LINK} when it met a link, and is asked again behind it. */
export const atTarget = <T>(
  jail: Jail,
  path: VirtualPath,
  errand: Errand,
  act: (place: Place, walk: Walk) => T | typeof LINK,
): T =>
  walking(jail, path, errand, (walk) => {
    for (;;) {
      const place = walk.toLast();
      const result = walk.judge(place, errand, 'follow') ? act(place, walk) : LINK;
      if (result !== LINK) return result;
      walk.follow(place.name);
    }
  });

function walking<T>(jail: Jail, path: VirtualPath, { guard }: Errand, act: (walk: Walk) => T): T {
  const walk = new Walk(jail, path, guard);
  try {
    return act(walk);
  } catch (error) {
    if (error instanceof FileError && !error.path.startsWith('/'))
      throw new FileError(error.kind, path, { cause: error });
    throw translateError(error, path);
  } finally {
    walk.close();
  }
}
