/**
 * Patterns of several components: `images/*.bin`, `**` for any number of directories, braces also across slashes.
 *
 * A pattern is followed as a set of positions in it, component by component, so that no pattern and no path takes longer
 * than their product (no way back, and so no way to blow it up).
 */
import {
  compileGlob,
  type GlobMatcher,
  type GlobOptions,
  hasGlob,
  MAX_PATTERN_LENGTH,
  openBraces,
} from '../../base/glob.ts';
import { FileError } from '../error.ts';

/** One component of a pattern. `anything-deep` stands for any number of components, also none. */
export type PatternPart =
  | { readonly kind: 'anything-deep'; readonly fits: GlobMatcher }
  /** A name that means itself. */
  | { readonly kind: 'name'; readonly name: string; readonly fits: GlobMatcher }
  | { readonly kind: 'pattern'; readonly fits: GlobMatcher };

export type PathPattern = readonly PatternPart[];

/** Where in a pattern one is: indices of the parts that may come next, ascending; the pattern's length is its end. */
export type Positions = readonly number[];

/**
 * The patterns that one text stands for: several where it has braces. `/` at its ends means nothing here. Throws
 * `bad-name` where it is too long or its braces open to too many.
 */
export function compilePathPattern(text: string, options: GlobOptions = {}): readonly PathPattern[] {
  const opened = text.length > MAX_PATTERN_LENGTH ? undefined : openBraces(text);
  if (opened === undefined)
    throw new FileError('bad-name', text.slice(0, 80), {
      detail: `a pattern may have ${MAX_PATTERN_LENGTH} letters, and its braces may open to 64 patterns`,
    });
  return opened.map((pattern) => partsOf(pattern, options));
}

function partsOf(pattern: string, options: GlobOptions): PathPattern {
  const components = pattern.split('/').filter((component) => component !== '');
  const anyName = partOf('*', options);
  const parts: PatternPart[] = [];
  for (const component of components)
    if (component !== '**') parts.push(partOf(component, options));
    else if (parts.at(-1)?.kind !== 'anything-deep') parts.push({ kind: 'anything-deep', fits: anyName.fits });
  // `a/**` is everything below a, and not a itself.
  if (parts.at(-1)?.kind === 'anything-deep') parts.push(anyName);
  return parts;
}

function partOf(component: string, options: GlobOptions): PatternPart {
  // Braces have been opened: what is left of them are letters, and one component opens to one pattern.
  const fits = compileGlob(component, options) ?? (() => false);
  if (hasGlob(component)) return { kind: 'pattern', fits };
  return { kind: 'name', name: component.replace(/\\([^])/g, '$1'), fits };
}

/** Where one is before the first component. */
export const startOf = (pattern: PathPattern): Positions => settled(pattern, [0]);

/** Where one is after one more component; empty where no path that goes on from here can match. */
export function advance(pattern: PathPattern, positions: Positions, name: string): Positions {
  const next: number[] = [];
  for (const position of positions) {
    const part = pattern[position];
    if (part?.fits(name) === true) next.push(part.kind === 'anything-deep' ? position : position + 1);
  }
  return settled(pattern, next);
}

export const hasMatched = (pattern: PathPattern, positions: Positions): boolean => positions.at(-1) === pattern.length;

/** Adds the parts behind an `anything-deep`, which may stand for nothing. */
function settled(pattern: PathPattern, positions: readonly number[]): Positions {
  const all = new Set<number>();
  for (const position of positions) {
    all.add(position);
    if (pattern[position]?.kind === 'anything-deep') all.add(position + 1);
  }
  return [...all].sort((one, other) => one - other);
}
