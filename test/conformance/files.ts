/** What every `FileSystem` must do, as a suite that any implementation can be put to. */
import { describe, test } from 'node:test';
import type { FileSystem } from '../../src/files/index.ts';
import { guarding, guardingLinks } from './files-guarding.ts';
import { attributes, inPlace, linking, space } from './files-powers.ts';
import type { Case } from './files-probe.ts';
import { changing, reading } from './files-reading.ts';
import { continuing, uploading } from './files-uploading.ts';

/** A file system to test, empty, and how to put it away. */
export interface Made {
  readonly fileSystem: FileSystem;
  readonly dispose?: () => void | Promise<void>;
}

export interface SuiteOptions {
  /** Names of cases that do not apply, each with the reason. */
  readonly skips?: Readonly<Record<string, string>>;
  /** Why none of it can be tried here. */
  readonly skip?: string;
}

const NEEDS: readonly (readonly [Record<string, Case>, string, (files: FileSystem) => boolean])[] = [
  [reading, '', () => true],
  [changing, '', () => true],
  [uploading, '', () => true],
  [guarding, '', () => true],
  [guardingLinks, 'has no links', (files) => files.links !== undefined],
  [continuing, 'keeps nothing of interrupted uploads', (files) => files.interruptedSize !== undefined],
  [attributes, 'sets no attributes', (files) => files.setAttributes !== undefined],
  [inPlace, 'opens nothing in place', (files) => files.openAt !== undefined],
  [linking, 'has no links', (files) => files.links !== undefined],
  [space, 'does not know its space', (files) => files.freeSpace !== undefined],
];

/** Puts a file system to the contract, each case on a fresh, empty one. */
export function describeFileSystem(
  name: string,
  make: () => Made | Promise<Made>,
  { skips = {}, skip }: SuiteOptions = {},
): void {
  describe(`${name} keeps the file system contract`, { skip: skip ?? false }, () => {
    for (const [cases, missing, has] of NEEDS) {
      for (const [title, run] of Object.entries(cases)) {
        test(title, { skip: skips[title] ?? false }, async (context) => {
          const { fileSystem, dispose } = await make();
          try {
            if (has(fileSystem)) await run(fileSystem);
            else context.skip(missing);
          } finally {
            await dispose?.();
          }
        });
      }
    }
  });
}
