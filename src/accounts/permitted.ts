/**
 * A file system that keeps to an account's permissions. Each place is judged by the file system below, where it really
 * is, at the moment it is touched: no link and no second look leads around a rule.
 */
import { ROOT, type VirtualPath } from '../base/virtual-path.ts';
import { FileError } from '../files/error.ts';
import type {
  Attributes,
  CallOptions,
  Entry,
  FileSystem,
  Guard,
  Links,
  OpenAtOptions,
  OpenFile,
  StatOptions,
  Touch,
} from '../files/file-system.ts';
import { PERMISSIONS, type Permission, type PermissionRules, type PlaceRules } from './permission.ts';
import { openPermittedUpload } from './permitted-upload.ts';

type Needs = (touch: Touch, place: PlaceRules) => boolean;

const needing =
  (...permissions: readonly Permission[]): Needs =>
  (_touch, { allowed }) =>
    permissions.every((permission) => allowed.has(permission));

/** A place with no permission, and nothing permitted behind it, looks as if it were not there. */
const isVisible = ({ allowed, leads }: PlaceRules): boolean => allowed.size > 0 || leads;

/** What may be known of a file: that it is there, its size and its times. */
const mayKnow = ({ allowed }: PlaceRules): boolean => allowed.has('list') || allowed.has('read');

/** In a directory that may not be listed only the names that rules speak of are shown. */
const shows = (here: PlaceRules, name: string): boolean => {
  const child = here.child(name);
  return isVisible(child) && (child.mentioned || here.allowed.has('list'));
};

/** A file system that asks no guard would let everything pass. */
const unjudged = (files: FileSystem): Error => new Error(`the file system "${files.name}" asks no guard`);

interface Asked extends CallOptions {
  readonly path: VirtualPath;
  readonly needs: Needs;
}

class PermittedTree {
  readonly files: FileSystem;
  readonly #rules: PermissionRules;

  constructor(files: FileSystem, rules: PermissionRules) {
    this.files = files;
    this.#rules = rules;
  }

  /** Refuses under the path that was asked for: the real one may be nobody's business. */
  guard({ path, needs, guard: outer }: Asked): Guard {
    return (real, touch) => {
      const place = this.#rules.place(real);
      if (!isVisible(place)) throw new FileError('not-found', path);
      if (touch !== 'pass' && !needs(touch, place)) throw new FileError('denied', path);
      outer?.(real, touch);
    };
  }

  /** The options of a call that needs these permissions at the place it acts on. */
  needing<Options extends CallOptions>(path: VirtualPath, options: Options | undefined, needs: Needs) {
    // Without options there are only optional ones to spread.
    const given = options ?? ({} as Options);
    return { ...given, guard: this.guard({ path, needs, guard: given.guard }) };
  }

  /** Directories may be entered by whoever may do anything in them; of files, something must be allowed to be known. */
  async stat(path: VirtualPath, options: StatOptions | undefined): Promise<Entry> {
    const judged: PlaceRules[] = [];
    const call = this.needing(path, options, (_touch, place) => judged.push(place) > 0);
    const entry = await this.files.stat(path, call).catch((error: unknown) => {
      throw forBlind(error, judged.at(-1), path);
    });
    const place = judged.at(-1);
    if (place === undefined) throw unjudged(this.files);
    if (entry.type !== 'directory' && !mayKnow(place)) throw new FileError('denied', path);
    return entry;
  }

  async *list(path: VirtualPath, options?: CallOptions): AsyncGenerator<readonly Entry[], void, undefined> {
    const judged: PlaceRules[] = [];
    const call = this.needing(path, options, (_touch, place) => {
      judged.push(place);
      return place.allowed.has('list') || place.leads;
    });
    for await (const batch of this.files.list(path, call)) {
      const here = judged.at(-1);
      if (here === undefined) throw unjudged(this.files);
      if (here.allowed.has('list') && !here.varies) yield batch;
      else {
        const shown = batch.filter(({ name }) => shows(here, name));
        if (shown.length > 0) yield shown;
      }
    }
  }

  /** A directory moves only where the same rules hold for all that is in it, before and after. */
  rename(from: VirtualPath, to: VirtualPath, options?: CallOptions): Promise<void> {
    let source: Touch | undefined;
    const guard = this.guard({
      path: from,
      guard: options?.guard,
      needs: (touch, { allowed, varies }) => {
        source ??= touch;
        if (source === 'tree' && varies) return false;
        return allowed.has('rename') && (touch !== 'replace' || allowed.has('overwrite'));
      },
    });
    return this.files.rename(from, to, { ...options, guard });
  }

  /** What nobody may continue is not there. */
  async interruptedSize(
    interruptedSize: NonNullable<FileSystem['interruptedSize']>,
    path: VirtualPath,
    { owner, ...options }: CallOptions & { readonly owner: string },
  ): Promise<number | undefined> {
    const judged: PlaceRules[] = [];
    const call = this.needing(path, options, (_touch, place) => judged.push(place) > 0);
    const size = await interruptedSize(path, owner, call);
    const allowed = judged.at(-1)?.allowed;
    return allowed?.has('write') === true || allowed?.has('append') === true ? size : undefined;
  }

  async openAt(
    openAt: NonNullable<FileSystem['openAt']>,
    path: VirtualPath,
    options: OpenAtOptions,
  ): Promise<OpenFile> {
    const judged: PlaceRules[] = [];
    const call = this.needing(path, options, (touch, place) => {
      const { allowed } = place;
      judged.push(place);
      return neededToOpen(options, touch).every((permission) => allowed.has(permission));
    });
    const file = await openAt(path, call);
    return judged.at(-1)?.allowed.has('set-attributes') === true ? file : withFixedFacts(file, path);
  }

  links(links: Links): Links {
    return {
      read: (path, options) => links.read(path, this.needing(path, options, needing('list'))),
      make: (target, path, options) => links.make(target, path, this.needing(path, options, needing('write'))),
    };
  }
}

/** Who may only write is told the same of a name where nothing stands as of one where a file does. */
const forBlind = (error: unknown, place: PlaceRules | undefined, path: VirtualPath): unknown => {
  const isBlind = place !== undefined && !mayKnow(place) && !place.leads;
  return isBlind && error instanceof FileError && error.kind === 'not-found' ? new FileError('denied', path) : error;
};

function neededToOpen({ access, truncate = false }: OpenAtOptions, touch: Touch): readonly Permission[] {
  const reads: readonly Permission[] = access === 'write' ? [] : ['read'];
  if (touch === 'make') return [...reads, 'write'];
  return access === 'read' && !truncate ? reads : [...reads, 'overwrite'];
}

const changesFacts = (wanted: Attributes): boolean =>
  Object.entries(wanted).some(([name, value]) => name !== 'sizeBytes' && value !== undefined);

/** An open file whose mode, times and owner stay as they are. */
const withFixedFacts = (file: OpenFile, path: VirtualPath): OpenFile => ({
  stat: () => file.stat(),
  read: (into, positionBytes) => file.read(into, positionBytes),
  write: (bytes, positionBytes) => file.write(bytes, positionBytes),
  setAttributes: (attributes) =>
    changesFacts(attributes) ? Promise.reject(new FileError('denied', path)) : file.setAttributes(attributes),
  sync: () => file.sync(),
  close: () => file.close(),
  [Symbol.asyncDispose]: () => file.close(),
  ...(file.descriptor === undefined ? {} : { descriptor: file.descriptor }),
});

/** Cutting a file changes its content, so it needs what replacing it needs. */
const neededToSet = (wanted: Attributes): readonly Permission[] => {
  if (wanted.sizeBytes === undefined) return ['set-attributes'];
  return changesFacts(wanted) ? ['set-attributes', 'overwrite'] : ['overwrite'];
};

function powersOf(tree: PermittedTree): Partial<FileSystem> {
  const { setAttributes, openAt, links, interruptedSize, freeSpace } = tree.files;
  const anything: Needs = () => true;
  return {
    ...(setAttributes === undefined
      ? {}
      : {
          setAttributes: (path, wanted, options) =>
            setAttributes(path, wanted, tree.needing(path, options, needing(...neededToSet(wanted)))),
        }),
    ...(openAt === undefined ? {} : { openAt: (path, options) => tree.openAt(openAt, path, options) }),
    ...(links === undefined ? {} : { links: tree.links(links) }),
    ...(interruptedSize === undefined
      ? {}
      : {
          interruptedSize: (path, owner, options) => tree.interruptedSize(interruptedSize, path, { ...options, owner }),
        }),
    ...(freeSpace === undefined
      ? {}
      : { freeSpace: (path, options) => freeSpace(path, tree.needing(path, options, anything)) }),
  };
}

const allowsEverything = (rules: PermissionRules): boolean => {
  const { allowed, varies } = rules.place(ROOT);
  return !varies && PERMISSIONS.every((permission) => allowed.has(permission));
};

/**
 * The file system as an account with these rules may use it. What it may not do there fails with `denied`; a place where
 * it may do nothing at all is `not-found` and missing in listings, but for directories that lead to permitted places.
 * `files` must ask guards, as every file system of ours does. Rules that allow everything everywhere cost nothing.
 */
export function permitted(files: FileSystem, rules: PermissionRules): FileSystem {
  if (allowsEverything(rules)) return files;
  const tree = new PermittedTree(files, rules);
  return {
    name: files.name,
    stat: (path, options) => tree.stat(path, options),
    list: (path, options) => tree.list(path, options),
    openReader: (path, options) => files.openReader(path, tree.needing(path, options, needing('read'))),
    openUpload: (path, options = {}) =>
      openPermittedUpload(files, path, options, (needs) =>
        tree.guard({ path, guard: options.guard, needs: (touch, { allowed }) => needs(touch, allowed) }),
      ),
    remove: (path, options) => files.remove(path, tree.needing(path, options, needing('delete'))),
    removeDirectory: (path, options) => files.removeDirectory(path, tree.needing(path, options, needing('delete'))),
    makeDirectory: (path, options) => files.makeDirectory(path, tree.needing(path, options, needing('make-directory'))),
    rename: (from, to, options) => tree.rename(from, to, options),
    ...powersOf(tree),
  };
}
