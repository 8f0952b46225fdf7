/**
 * The jail for systems without `/proc`: directories are paths, checked to lie in the root before each use, and what was
 * opened is compared with a second look. It withstands every name and link, but not a process on the same machine that
 * swaps directories inside the root between the check and the use; SECURITY.md says so.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import process from 'node:process';
import { decodeName } from '../../base/name.ts';
import { FileError } from '../error.ts';
import { type Directory, type Held, type Jail, type NativePath, nativePath } from './jail.ts';
import { isPlainWindowsName } from './windows-name.ts';

// Windows has neither flag; there the comparison after opening stands alone.
const flagOf = (name: 'O_NOFOLLOW' | 'O_NONBLOCK'): number =>
  (constants as Record<string, number | undefined>)[name] ?? 0;
const O_CAREFUL = flagOf('O_NOFOLLOW') | flagOf('O_NONBLOCK');

class PathDirectory implements Directory {
  readonly #realRoot: string;
  readonly #path: string;

  constructor(realRoot: string, path: string) {
    this.#realRoot = realRoot;
    this.#path = path;
  }

  pathOf(name: string): NativePath {
    this.#confirmInside();
    return this.#unchecked(name);
  }

  enter(name: string): Directory | undefined {
    // Not confirmed at each step, only where something is done: a check of a deep path would be quadratic.
    if (!lstatSync(this.#unchecked(name)).isDirectory()) return undefined;
    return new PathDirectory(this.#realRoot, this.#join(name));
  }

  hold(name: string): Held {
    const path = this.pathOf(name);
    const stats = lstatSync(path);
    return { stats, path, reopen: (flags) => this.#reopen(name, stats, flags), close: () => undefined };
  }

  close(): void {
    // A path needs no closing.
  }

  #reopen(name: string, seen: { readonly dev: number; readonly ino: number }, flags: number): number {
    const path = this.pathOf(name);
    const descriptor = openSync(path, flags | O_CAREFUL);
    try {
      const opened = fstatSync(descriptor);
      this.#confirmInside();
      for (const again of [seen, statSync(path)]) {
        if (again.dev !== opened.dev || again.ino !== opened.ino) throw new FileError('denied', name);
      }
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** Components are compared whole, so that `/srv/u10` is not inside `/srv/u1`. */
  #confirmInside(): void {
    const real = decodeName(realpathSync.native(this.#unchecked(''), { encoding: 'buffer' }));
    const way = relative(this.#realRoot, real);
    if (way === '..' || /^\.\.[/\\]/.test(way) || /^(?:[/\\]|[a-z]:)/i.test(way)) throw new FileError('denied', way);
  }

  #join(name: string): string {
    return name === '' ? this.#path : `${this.#path.replace(/\/$/, '')}/${name}`;
  }

  #unchecked(name: string): NativePath {
    return nativePath(this.#join(name));
  }
}

/** Opens a jail that works on any system. Throws the system's error when the root is no directory. */
export function pathJail(root: string): Jail {
  const realRoot = realpathSync.native(root);
  const directory = new PathDirectory(realRoot, realRoot);
  if (!statSync(realRoot).isDirectory()) throw new FileError('not-directory', '/');
  return {
    realRoot,
    root: () => directory,
    refuses: (name) => process.platform === 'win32' && !isPlainWindowsName(name),
    close: () => undefined,
  };
}
