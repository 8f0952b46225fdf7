/**
 * Which name at the destination belongs to which of the source: the same one, or one that differs only in letter case or
 * in how accents are composed, where the destination takes the two for one. Missing that would copy `a.bin` over `A.bin`
 * and then delete `A.bin`, which is the copy.
 */
import { FileError } from '../error.ts';
import type { Entry } from '../file-system.ts';
import type { SyncOptions } from './sync-plan.ts';
import { joined, placeIn, type TreePath } from './tree-path.ts';
import type { TreeSide } from './tree-side.ts';

export interface Pairing {
  /** Names of the source with what stands for them at the destination. */
  readonly pairs: readonly (readonly [name: string, source: Entry, destination: Entry | undefined])[];
  /** What only the destination has. */
  readonly extra: readonly Entry[];
}

interface Pairable {
  readonly directory: TreePath;
  readonly source: ReadonlyMap<string, Entry>;
  readonly destination: ReadonlyMap<string, Entry>;
  readonly letterCase: NonNullable<SyncOptions['letterCase']>;
  readonly sides: { readonly source: TreeSide; readonly destination: TreeSide };
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();

export async function pairNames(pairable: Pairable): Promise<Pairing> {
  const { source, destination } = pairable;
  const extra = new Map([...destination].filter(([name]) => !source.has(name)));
  const pairs: (readonly [string, Entry, Entry | undefined])[] = [];
  const alone: string[] = [];
  for (const [name, entry] of source)
    if (destination.has(name)) pairs.push([name, entry, destination.get(name)]);
    else alone.push(name);
  const twins = new Twins(pairable);
  for (const name of alone.sort()) {
    const found = await twins.find(name);
    // Whatever becomes of the name, its twin at the destination is not something that only the destination has.
    if (found.twin !== undefined) extra.delete(found.twin);
    const entry = source.get(name);
    if (found.may === 'pair' && entry !== undefined)
      pairs.push([name, entry, found.twin === undefined ? undefined : destination.get(found.twin)]);
  }
  return { pairs, extra: [...extra.values()] };
}

interface Found {
  readonly may: 'pair' | 'be-left';
  /** The name at the destination that stands for the same. */
  readonly twin?: string;
}

/** Finds names of the destination that the destination takes for the source's. */
class Twins {
  readonly #pairable: Pairable;
  readonly #standing: ReadonlyMap<string, string>;
  /** Folded names of the source that have their place already, with that name. */
  readonly #taken = new Map<string, string>();

  constructor(pairable: Pairable) {
    this.#pairable = pairable;
    const { source, destination, letterCase } = pairable;
    const isNeeded = letterCase !== 'matters';
    this.#standing = new Map(isNeeded ? [...destination.keys()].map((name) => [fold(name), name]) : []);
    if (letterCase !== 'ignored') return;
    for (const name of source.keys()) if (destination.has(name)) this.#taken.set(fold(name), name);
  }

  async find(name: string): Promise<Found> {
    const { letterCase, source } = this.#pairable;
    if (letterCase === 'matters') return { may: 'pair' };
    const folded = fold(name);
    const twin = this.#standing.get(folded);
    const same = letterCase === 'ignored' ? 'yes' : twin === undefined ? 'no' : await this.#ask(name);
    if (same === 'no') return { may: 'pair' };
    const known = twin === undefined ? {} : { twin };
    if (same === 'unknown') return { may: 'be-left', ...known };
    const other = twin !== undefined && source.has(twin) ? twin : this.#taken.get(folded);
    this.#taken.set(folded, other ?? name);
    if (other === undefined) return { may: 'pair', ...known };
    this.#issue('letter-case', name, `the destination does not tell it from ${other}, which the source has as well`);
    return { may: 'be-left', ...known };
  }

  /** Whether something answers to the name, though the listing does not have it. */
  async #ask(name: string): Promise<'yes' | 'no' | 'unknown'> {
    const { directory, sides } = this.#pairable;
    const { place, call } = sides.destination;
    const path = placeIn(place.path, joined(directory, name));
    try {
      if (path !== undefined) await place.files.stat(path, { ...call, links: 'stay' });
      return path === undefined ? 'unknown' : 'yes';
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.kind === 'not-found') return 'no';
      this.#issue('not-asked', name, `whether it is there under another letter case: ${error.detail ?? error.kind}`);
      return 'unknown';
    }
  }

  #issue(kind: 'letter-case' | 'not-asked', name: string, why: string): void {
    this.#pairable.sides.destination.issue({ kind, path: joined(this.#pairable.directory, name), why });
  }
}
