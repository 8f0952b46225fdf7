/** Carries over what is written about a file besides its bytes. What cannot be kept is said, and fails nothing. */
import { FileError } from '../error.ts';
import type { Attributes, CallOptions, Entry } from '../file-system.ts';
import type { CopyOptions, Place } from './copy.ts';

/** Set-user, set-group and sticky bits are never taken from elsewhere. */
const PERMISSIONS = 0o777;

export interface Keeping extends CallOptions {
  readonly keep: CopyOptions['keep'];
  readonly warn: (sentence: string) => void;
}

/** A source that knows no time says 0. */
function wantedOf(source: Entry, keep: CopyOptions['keep']): ReadonlyMap<string, Attributes> {
  const wanted = new Map<string, Attributes>();
  if (keep === 'nothing') return wanted;
  if (source.modifiedMs !== 0) wanted.set('time', { modifiedMs: source.modifiedMs });
  if (keep === 'times-and-modes' && source.mode !== undefined) wanted.set('mode', { mode: source.mode & PERMISSIONS });
  return wanted;
}

/** Rejects only for a bug, or with the signal's reason. */
export async function keepAttributes({ files, path }: Place, source: Entry, options: Keeping): Promise<void> {
  const { keep = 'times', warn, signal } = options;
  // Nobody asked for it in particular, and the place knows nothing of it: TFTP, say.
  if (options.keep === undefined && files.setAttributes === undefined) return;
  const wanted = wantedOf(source, keep);
  const call = signal === undefined ? {} : { signal };
  const set = async (attributes: Attributes): Promise<FileError | undefined> => {
    try {
      if (files.setAttributes === undefined) return new FileError('unsupported', path);
      await files.setAttributes(path, attributes, call);
      return undefined;
    } catch (error) {
      if (error instanceof FileError) return error;
      throw error;
    }
  };
  if (wanted.size === 0 || (await set(Object.assign({}, ...wanted.values()) as Attributes)) === undefined) return;
  // One refusal must not cost the other: each by itself.
  for (const [name, attributes] of wanted) {
    const failure = await set(attributes);
    if (failure !== undefined) warn(`Its ${name} could not be kept (${failure.kind}).`);
  }
}
