/** The files that are moved: made once for a run, checked byte by byte in its first round. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtempDisposable, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface Sizes {
  readonly transferMiB: number;
  /** Transfers of one contestant in one round. */
  readonly transfers: number;
  readonly smallFiles: number;
  readonly smallFileBytes: number;
  /** How many sockets in TIME_WAIT those before may leave: each small file leaves one for a minute. */
  readonly timeWaitSockets: number;
  readonly entries: number;
  readonly listings: number;
  readonly loginSeconds: number;
  readonly idleSessions: readonly number[];
}

/** What a measurement wants to find in the folder. */
export type Need = 'large file' | 'small files' | 'directory' | 'nothing';

export const FULL: Sizes = {
  transferMiB: 1024,
  transfers: 3,
  smallFiles: 10_000,
  smallFileBytes: 4096,
  timeWaitSockets: 3000,
  entries: 100_000,
  listings: 2,
  loginSeconds: 2,
  idleSessions: [1000, 5000],
};

export const QUICK: Sizes = {
  transferMiB: 256,
  transfers: 2,
  smallFiles: 1000,
  smallFileBytes: 4096,
  timeWaitSockets: Infinity,
  entries: 20_000,
  listings: 2,
  loginSeconds: 0.7,
  idleSessions: [200],
};

const MIB = 1024 * 1024;
const FILES_AT_ONCE = 64;

/** A folder with `big`, `small/f00000`…, `directory/e000000`… and the empty `up/`. */
export class Workload implements AsyncDisposable {
  readonly root: string;
  readonly sizes: Sizes;
  readonly #folder: AsyncDisposable;

  private constructor(root: string, sizes: Sizes, folder: AsyncDisposable) {
    this.root = root;
    this.sizes = sizes;
    this.#folder = folder;
  }

  static async create(where: string, sizes: Sizes): Promise<Workload> {
    const folder = await mkdtempDisposable(join(where, 'portcall-bench-'));
    // The rivals serve as `nobody`.
    await chmod(folder.path, 0o755);
    const workload = new Workload(folder.path, sizes, folder);
    await mkdir(workload.uploads);
    await chmod(workload.uploads, 0o777);
    return workload;
  }

  get uploads(): string {
    return join(this.root, 'up');
  }

  get big(): string {
    return join(this.root, 'big');
  }

  get bigBytes(): number {
    return this.sizes.transferMiB * MIB;
  }

  async make(needs: ReadonlySet<Need>): Promise<void> {
    if (needs.has('large file')) await this.#makeBig();
    if (needs.has('small files')) await this.#makeSmallFiles();
    if (needs.has('directory')) await this.#makeDirectory();
  }

  async #makeBig(): Promise<void> {
    const block = randomBytes(MIB);
    await using file = await open(this.big, 'w');
    for (let index = 0; index < this.sizes.transferMiB; index++) {
      // Each block differs, so that one in the wrong place is found.
      block.writeUInt32LE(index);
      await file.write(block);
    }
  }

  async #makeSmallFiles(): Promise<void> {
    const content = randomBytes(this.sizes.smallFileBytes);
    await mkdir(join(this.root, 'small'));
    await eachOf(this.sizes.smallFiles, (index) => writeFile(this.smallFile(index), content));
  }

  smallFile(index: number): string {
    return join(this.root, 'small', `f${String(index).padStart(5, '0')}`);
  }

  async #makeDirectory(): Promise<void> {
    const directory = join(this.root, 'directory');
    await mkdir(directory);
    await eachOf(this.sizes.entries, (index) => writeFile(join(directory, `e${String(index).padStart(6, '0')}`), ''));
  }

  /** Throws unless the uploads are `count` files, each of the size of `original`; with `hashes`, each with its content. */
  async checkUploads(count: number, original: string, check: 'sizes' | 'hashes'): Promise<void> {
    const names = await readdir(this.uploads);
    if (names.length !== count) throw new Error(`${names.length} files were stored instead of ${count}`);
    const facts = check === 'hashes' ? sha256 : sizeOf;
    const wanted = await facts(original);
    for (const name of names)
      if ((await facts(join(this.uploads, name))) !== wanted) throw new Error(`${name} was stored with wrong ${check}`);
  }

  async clearUploads(): Promise<void> {
    for (const name of await readdir(this.uploads)) await rm(join(this.uploads, name), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<string> {
  return String((await stat(path)).size);
}

async function eachOf(count: number, act: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += FILES_AT_ONCE) {
    const batch = Array.from({ length: Math.min(FILES_AT_ONCE, count - start) }, (_, offset) => act(start + offset));
    await Promise.all(batch);
  }
}
