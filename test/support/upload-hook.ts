/** A hook that remembers what it was told, for tests of file systems that announce uploads. */
import { createHash } from 'node:crypto';
import type { UploadHook, UploadNotice } from '../../src/files/index.ts';

export interface TestHook {
  readonly hook: UploadHook;
  readonly told: readonly UploadNotice[];
}

export function testHook(asked: Pick<UploadHook, 'decides'> = {}): TestHook {
  const told: UploadNotice[] = [];
  let sequence = 0;
  const hook: UploadHook = {
    ...asked,
    told: (notice) => void told.push(notice),
    stamp: () => ({ sequence: (sequence += 1), time: '2026-11-23T01:02:03.000Z' }),
    digest: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), end: () => hash.digest('hex') };
    },
  };
  return { hook, told };
}
