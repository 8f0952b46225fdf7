/** Makes accounts out of definitions: their trees, their rights, their bounds. */
import type { Account } from '../accounts/account.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import { permissionRules } from '../accounts/permission-rules.ts';
import { permitted } from '../accounts/permitted.ts';
import type { Clock } from '../base/clock.ts';
import { resolvePath, ROOT } from '../base/virtual-path.ts';
import { present } from '../config/present.ts';
import type { FileSystem } from '../files/file-system.ts';
import { mountFileSystem } from '../files/mount/mount-file-system.ts';
import { announced, type UploadHook } from '../files/wrap/announced.ts';
import { quota } from '../files/wrap/quota.ts';
import { throttled } from '../files/wrap/throttle.ts';
import type { Folders } from './folders.ts';

/** Accounts whose books (quota, bandwidth) are kept while nobody is logged in; beyond, the one used longest ago is let go. */
const MOST_KEPT = 10_000;

export interface AccountSurroundings {
  readonly folders: Folders;
  readonly clock: Clock;
  /** The folder of accounts that name none. */
  readonly root: string;
  readonly hook: UploadHook | undefined;
}

/** The sessions of an account share one `Account`, and with it its quota and its bandwidth. */
export class AccountBuilder {
  readonly #surroundings: AccountSurroundings;
  readonly #kept = new Map<string, Account>();

  constructor(surroundings: AccountSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Throws what keeps a folder from being opened, or a RangeError for a rule that is none. */
  build(definition: AccountDefinition, kind: 'named' | 'anonymous' = 'named'): Account {
    // Only what an account is made of makes another one: not a password, nor a date that a hook moves with each answer.
    const { name, mounts, permissions, limits, protocols } = definition;
    const key = JSON.stringify([kind, name, mounts, permissions, limits, protocols]);
    const account = this.#kept.get(key) ?? this.#make(definition, kind);
    this.#kept.delete(key);
    this.#kept.set(key, account);
    const [oldest = ''] = this.#kept.size > MOST_KEPT ? this.#kept.keys() : [];
    this.#kept.delete(oldest);
    return account;
  }

  #make(definition: AccountDefinition, kind: 'named' | 'anonymous'): Account {
    const permissions = permissionRules(definition.permissions);
    const files = permitted(this.#bounded(definition), permissions);
    const { name, limits, protocols } = definition;
    return { name, files, permissions, limits, anonymous: kind === 'anonymous', ...present('protocols', protocols) };
  }

  #bounded(definition: AccountDefinition): FileSystem {
    const { clock, hook } = this.#surroundings;
    const { uploadBytesPerSecond, downloadBytesPerSecond, quotaBytes, quotaFiles } = definition.limits;
    const tree = this.#treeOf(definition);
    const told = hook === undefined ? tree : announced(tree, hook);
    const isSlowed = uploadBytesPerSecond !== undefined || downloadBytesPerSecond !== undefined;
    const slowed = isSlowed ? throttled(told, definition.limits, clock) : told;
    if (quotaBytes === undefined && quotaFiles === undefined) return slowed;
    const bounds = {
      ...(quotaBytes === undefined ? {} : { bytes: quotaBytes }),
      ...(quotaFiles === undefined ? {} : { files: quotaFiles }),
    };
    return quota(slowed, bounds, clock);
  }

  #treeOf({ mounts }: AccountDefinition): FileSystem {
    const { folders, root } = this.#surroundings;
    const [first] = mounts;
    if (first === undefined) return folders.filesOf(root, 'read-write');
    if (mounts.length === 1 && first.at === ROOT) return folders.filesOf(first.directory, first.access);
    return mountFileSystem(
      mounts.map(({ at, directory, access }) => ({
        at: resolvePath(ROOT, at) ?? ROOT,
        fileSystem: folders.filesOf(directory, access),
      })),
    );
  }
}
