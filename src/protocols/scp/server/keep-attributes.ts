/** What `-p` brings: times and modes of what was received. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { ScpRecord } from '../wire/record.ts';
import type { ScpRun } from './scp-run.ts';

export type Times = ScpRecord & { readonly kind: 'times' };

/** Times and mode where the place has them: set-user-ID and its like never. */
export async function keepAttributes(
  { files, call }: ScpRun,
  path: VirtualPath,
  { mode, times }: { readonly mode: number; readonly times: Times | undefined },
): Promise<void> {
  const wanted = {
    mode: mode & 0o777,
    ...(times === undefined ? {} : { modifiedMs: times.modifiedMs, accessedMs: times.accessedMs }),
  };
  try {
    await files.setAttributes?.(path, wanted, call);
  } catch (error) {
    if (!(error instanceof FileError) || error.kind !== 'unsupported') throw error;
  }
}
