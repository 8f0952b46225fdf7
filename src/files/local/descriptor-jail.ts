/**
 * The jail on Linux. Every step opens one component relative to a descriptor, through `/proc/self/fd/N/name` with
 * O_NOFOLLOW, so that a directory swapped for a symlink between two steps leads nowhere.
 */
import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs';
import { unless } from './errno.ts';
import { type Directory, type Held, type Jail, nativePath } from './jail.ts';

/** Not in Node's constants: a descriptor that names a place and opens nothing (open(2)). */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

const descriptorPath = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

function hold(path: string): Held {
  const descriptor = openSync(nativePath(path), O_PATH | O_NOFOLLOW);
  try {
    return {
      stats: fstatSync(descriptor),
      path: descriptorPath(descriptor),
      reopen: (flags) => openSync(descriptorPath(descriptor), flags | O_NONBLOCK),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

class DescriptorDirectory implements Directory {
  readonly #descriptor: number;
  readonly #prefix: string;
  readonly #lent: boolean;

  constructor(descriptor: number, ownership: 'owned' | 'lent') {
    this.#descriptor = descriptor;
    this.#prefix = `${descriptorPath(descriptor)}/`;
    this.#lent = ownership === 'lent';
  }

  pathOf(name: string): ReturnType<typeof nativePath> {
    return nativePath(this.#prefix + name);
  }

  enter(name: string): Directory | undefined {
    // A symlink, like a file, is ENOTDIR here: O_DIRECTORY is looked at first, and O_NOFOLLOW has not followed it.
    const opened = unless(['ENOTDIR', 'ELOOP'], () => openSync(this.pathOf(name), O_PATH | O_DIRECTORY | O_NOFOLLOW));
    return opened === undefined ? undefined : new DescriptorDirectory(opened, 'owned');
  }

  hold(name: string): Held {
    return hold(this.#prefix + name);
  }

  close(): void {
    if (!this.#lent) closeSync(this.#descriptor);
  }
}

/** Opens a jail that keeps one descriptor of its root. Throws the system's error when the root is no directory. */
export function descriptorJail(root: string): Jail {
  const realRoot = realpathSync(root);
  const descriptor = openSync(realRoot, O_PATH | O_DIRECTORY);
  const directory = new DescriptorDirectory(descriptor, 'lent');
  return {
    realRoot,
    root: () => directory,
    refuses: () => false,
    close: () => closeSync(descriptor),
  };
}
