/** Where the bytes of a copy arrive before they stand under their name: what the two ways have in common. */
import type { Entry, FileReader, HashAlgorithm } from '../file-system.ts';
import type { ReadAt } from './fill.ts';

/** What an earlier attempt left. */
export interface Left {
  readonly sizeBytes: number;
  /** `in-order`: every byte of it was written; `scattered`: only its record tells which. */
  readonly order: 'in-order' | 'scattered';
}

/** Open for writing. Exactly one of `publish`, `keep` and `discard` ends it; `publish` that failed needs one of the others. */
export interface Landing {
  /** Writes all of it. */
  write(bytes: Uint8Array, positionBytes: number): Promise<void>;
  /** Reads back what arrived. */
  readonly read?: ReadAt;
  /** The size of what arrived, where that can be asked before it is published. */
  readonly sizeNow?: () => Promise<number>;
  /** The place's own hash of what arrived, where it gives one before it is published. */
  readonly hashNow?: (algorithm: HashAlgorithm) => Promise<string> | undefined;
  /** Makes it durable and puts it under its name, whole. Gives its size where the place has been seen to have it. */
  publish(): Promise<number | undefined>;
  /** Lets go and leaves what arrived, to be continued. */
  keep(): Promise<void>;
  /** Lets go and leaves nothing. */
  discard(): Promise<void>;
}

export interface LandingSite {
  /** Whether writes may come at any offset. */
  readonly order: 'in-order' | 'scattered';
  /** `undefined` when nothing was left. */
  left(): Promise<Left | undefined>;
  /** Where what was left can only be read before it is opened for writing; `undefined` when it cannot be read. */
  readonly openLeft?: (fromBytes: number, sizeBytes: number) => Promise<FileReader | undefined>;
  /** 0 begins anew, and whatever was left is gone; another offset continues what was left. */
  open(startBytes: number): Promise<Landing>;
}

export interface SiteOptions {
  /** What stands under the name now. */
  readonly standing: Entry | undefined;
  /** `refused`: a name that is taken by then gives `exists`. */
  readonly replace: 'allowed' | 'refused';
  /** Permission bits of a new file; the place's own choice unless told. */
  readonly mode: number | undefined;
  readonly order: 'in-order' | 'scattered';
  readonly signal: AbortSignal | undefined;
  /** The name is known to be free. */
  readonly isNew: boolean;
  /** Of the source, where it is known. */
  readonly sizeBytes: number | undefined;
}
