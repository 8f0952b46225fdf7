/**
 * Atomic uploads on a local disk: written beside the target under a hidden name, synced, and put in place by one rename.
 * A reader keeps the old file; a crash leaves the old file and a leftover that the sweep removes.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { type VirtualPath, baseName } from '../../base/virtual-path.ts';
import { FileError } from '../error.ts';
import type { CommitOptions, Entry, Upload, UploadStart, WriteOptions } from '../file-system.ts';
import { Descriptor } from './descriptor.ts';
import { entryOf } from './entry.ts';
import { codeOf, translateError, unless } from './errno.ts';
import type { Directory, Jail } from './jail.ts';
import {
  type Target,
  type Temporary,
  claimPart,
  copyPublished,
  createTemporary,
  endRunning,
  findTarget,
  removeTemporary,
  renameTemporary,
} from './upload-target.ts';
import { WrittenExtent } from './written-extent.ts';

/** `always` survives a power cut; `never` leaves the moment of writing to the system, and is quicker. */
export type Flush = 'always' | 'never';

interface UploadRules {
  readonly flush: Flush;
  /** Permission bits that a new file does not get. */
  readonly umask: number;
}

const syncDescriptor = (descriptor: number): Promise<void> =>
  new Promise((resolve, reject) => fsync(descriptor, (error) => (error === null ? resolve() : reject(error))));

/** A rename is durable when its directory is. Systems that cannot open a directory for that do not need it. */
async function syncDirectory(directory: Directory): Promise<void> {
  const descriptor = unless(['EACCES', 'EPERM', 'EISDIR'], () => openSync(directory.pathOf(''), constants.O_RDONLY));
  if (descriptor === undefined) return;
  try {
    await syncDescriptor(descriptor).catch((error: unknown) => {
      if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Publishes under a name that must be free, without a moment in which another could take it. */
function publishNew({ directory, name }: Target, temporary: string): void {
  const linked = unless(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'], () => {
    linkSync(directory.pathOf(temporary), directory.pathOf(name));
    return true;
  });
  if (linked === true) {
    unlinkSync(directory.pathOf(temporary));
    return;
  }
  // A disk without hard links: the name is taken first by an empty file, which only we replace.
  closeSync(openSync(directory.pathOf(name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  renameSync(directory.pathOf(temporary), directory.pathOf(name));
}

/** Asking first is cheaper than an error for each of ten thousand small uploads. */
function removeIfThere(directory: Directory, name: string): void {
  const stats = lstatSync(directory.pathOf(name), { throwIfNoEntry: false });
  if (stats !== undefined) unless(['ENOENT', 'EISDIR', 'EPERM'], () => unlinkSync(directory.pathOf(name)));
}

interface Plan {
  readonly start: UploadStart;
  readonly startBytes: number;
  /** Permission bits of a file that is new. */
  readonly mode: number;
  readonly flush: Flush;
}

class LocalUpload implements Upload {
  readonly startBytes: number;
  readonly #target: Target;
  readonly #temporary: Temporary;
  readonly #plan: Plan;
  readonly #file: Descriptor;
  readonly #extent: WrittenExtent;
  #ended = false;

  constructor(target: Target, temporary: Temporary, plan: Plan) {
    this.startBytes = plan.startBytes;
    this.#target = target;
    this.#temporary = temporary;
    this.#plan = plan;
    this.#file = new Descriptor(temporary.descriptor, target.path);
    this.#extent = new WrittenExtent(plan.startBytes);
  }

  get descriptor(): number {
    return this.#file.number;
  }

  write(bytes: Uint8Array, positionBytes: number): Promise<void> {
    return this.#file.write(bytes, positionBytes, (from, to) => this.#extent.add(from, to));
  }

  read(into: Uint8Array, positionBytes: number): Promise<number> {
    return this.#file.read(into, positionBytes);
  }

  async commit(options: CommitOptions = {}): Promise<Entry> {
    this.#confirmRunning();
    await this.#guarded(async () => {
      fchmodSync(this.#file.number, this.#finalMode());
      if (this.#plan.flush === 'always') await this.#file.sync();
    });
    if (options.stillWanted?.() === false) {
      await this.keep();
      throw new FileError('interrupted', this.#target.path);
    }
    return this.#guarded(() => this.#publish(options.replace));
  }

  async keep(): Promise<void> {
    const { part } = this.#target;
    const size = part === undefined ? 0 : this.#sizeWorthKeeping();
    if (part === undefined || size === 0) return this.discard();
    await this.#end(async () => {
      ftruncateSync(this.#file.number, size);
      fchmodSync(this.#file.number, 0o600);
      if (this.#plan.flush === 'always') await this.#file.sync();
      renameTemporary(this.#target, this.#temporary.name, part);
    });
  }

  discard(): Promise<void> {
    return this.#end(() => removeTemporary(this.#target, this.#temporary.name));
  }

  /** No `await` before the rename: between the last question and the publishing nothing else may run. */
  async #publish(replace: CommitOptions['replace']): Promise<Entry> {
    const { directory, name, part } = this.#target;
    if (this.#plan.start.from === 'nothing-new' || replace === 'refused')
      publishNew(this.#target, this.#temporary.name);
    else renameSync(directory.pathOf(this.#temporary.name), directory.pathOf(name));
    this.#ended = true;
    try {
      endRunning(this.#temporary.name);
      if (part !== undefined) removeIfThere(directory, part);
      const entry = entryOf(baseName(this.#target.path), fstatSync(this.#file.number));
      if (this.#plan.flush === 'always') await syncDirectory(directory);
      return entry;
    } finally {
      await this.#letGo();
    }
  }

  /** The replaced file's owner is kept where we may do that, and its permission bits, but not set-user bits. */
  #finalMode(): number {
    const { existing } = this.#target;
    if (existing === undefined) return this.#plan.mode;
    this.#keepOwner(existing);
    return existing.mode & 0o777;
  }

  #keepOwner({ uid, gid }: Stats): void {
    const mine = fstatSync(this.#file.number);
    if (mine.uid !== uid || mine.gid !== gid)
      unless(['EPERM', 'EINVAL'], () => fchownSync(this.#file.number, uid, gid));
  }

  /**
   * Bytes without a hole up to the last one that arrived. Nothing arrived: a claimed interrupted upload stays as it was,
   * a copy of the published file is worth nothing.
   */
  #sizeWorthKeeping(): number {
    if (!this.#extent.isEmpty) return this.#extent.end;
    return this.#temporary.base === 'part' ? this.#temporary.baseBytes : 0;
  }

  async #end(act: () => void | Promise<void>): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await this.#guarded(act);
    } finally {
      await this.#letGo();
    }
  }

  async #letGo(): Promise<void> {
    await this.#file.close();
    this.#target.directory.close();
  }

  async #guarded<T>(act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw translateError(error, this.#target.path);
    }
  }

  #confirmRunning(): void {
    if (this.#ended) throw new Error(`the upload of ${this.#target.path} has ended`);
  }
}

/** The file that the upload writes into, and where its first byte belongs. */
async function begin(target: Target, start: UploadStart): Promise<{ temporary: Temporary; startBytes: number }> {
  if (start.from === 'nothing' || start.from === 'nothing-new')
    return { temporary: createTemporary(target), startBytes: 0 };
  const copied = target.existing === undefined ? undefined : (): Promise<Temporary> => copyPublished(target);
  const temporary = claimPart(target) ?? (await copied?.()) ?? createTemporary(target);
  const startBytes = start.from === 'end' ? temporary.baseBytes : start.offsetBytes;
  if (startBytes <= temporary.baseBytes) return { temporary, startBytes };
  giveBack(target, temporary);
  throw new FileError('bad-offset', target.path);
}

/** Undoes the beginning of an upload that does not come about. */
function giveBack(target: Target, temporary: Temporary): void {
  closeSync(temporary.descriptor);
  if (temporary.base === 'part' && target.part !== undefined) renameTemporary(target, temporary.name, target.part);
  else removeTemporary(target, temporary.name);
}

const isOffset = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

export async function openLocalUpload(
  jail: Jail,
  rules: UploadRules,
  path: VirtualPath,
  options: WriteOptions = {},
): Promise<Upload> {
  const { start = { from: 'nothing' }, signal, mode = 0o666 } = options;
  signal?.throwIfAborted();
  if (start.from === 'offset' && !isOffset(start.offsetBytes)) throw new FileError('bad-offset', path);
  const target = findTarget(jail, path, options);
  try {
    if (start.from === 'nothing-new' && target.existing !== undefined) throw new FileError('exists', path);
    const { temporary, startBytes } = await begin(target, start);
    if (signal?.aborted === true) {
      giveBack(target, temporary);
      signal.throwIfAborted();
    }
    return new LocalUpload(target, temporary, {
      start,
      startBytes,
      mode: mode & 0o777 & ~rules.umask,
      flush: rules.flush,
    });
  } catch (error) {
    target.directory.close();
    throw translateError(error, path);
  }
}
