/**
 * Which names of a tree take part: ordered rules, of which the first that applies decides.
 *
 * A rule applies to a path when its pattern matches the path itself or a directory above it. So `--include '*.bin'
 * --exclude '*'` takes every `.bin` at any depth, and directories are looked into for as long as something below them
 * may still be taken; nobody has to name the directories on the way.
 */
import type { EntryType } from '../file-system.ts';
import { advance, compilePathPattern, hasMatched, type PathPattern, type Positions, startOf } from './path-pattern.ts';
import { componentsIn, type TreePath } from './tree-path.ts';

/** All conditions of a rule must hold. Conditions on size and time hold for files only. */
export interface FilterRule {
  readonly do: 'include' | 'exclude';
  /**
   * As in gitignore: without a slash it matches a name at any depth, with one at its beginning or middle a path from the
   * root of the tree; one at its end makes it match directories only. `*` and `?` do not match a slash, `**` does; names
   * that begin with a dot are matched like others. `!` in front turns the rule into its opposite; a backslash takes a
   * letter's meaning away.
   */
  readonly pattern?: string;
  readonly atLeastBytes?: number;
  readonly atMostBytes?: number;
  /** Milliseconds since 1970: a rule about age is one about these. */
  readonly modifiedAfterMs?: number;
  readonly modifiedBeforeMs?: number;
}

export interface FilterOptions {
  /** `matters` unless told. */
  readonly letterCase?: 'matters' | 'ignored';
  /** What becomes of a path that no rule applies to: `exclude` where there are only rules that include, else `include`. */
  readonly otherwise?: 'include' | 'exclude';
}

/** What rules may look at. A size or time that nobody knows fulfils no condition. */
export interface FilterFacts {
  readonly type: EntryType;
  readonly sizeBytes?: number;
  readonly modifiedMs?: number;
}

export interface Filter {
  /** Whether a path below the root takes part. */
  decide(path: TreePath, facts: FilterFacts): 'include' | 'exclude';
  /** Whether anything below a directory may take part: `nothing` spares looking into it. */
  below(directory: TreePath): 'nothing' | 'something';
}

interface CompiledRule {
  readonly does: 'include' | 'exclude';
  readonly rule: FilterRule;
  /** No pattern at all applies to every path. */
  readonly patterns: readonly PathPattern[] | undefined;
  readonly directoriesOnly: boolean;
}

/** Everything takes part. */
export const EVERYTHING: Filter = { decide: () => 'include', below: () => 'something' };

/** Compiles rules in their order. Throws `bad-name` for a pattern that is too long or opens to too many. */
export function compileFilter(rules: readonly FilterRule[], options: FilterOptions = {}): Filter {
  const compiled = rules.map((rule) => compileRule(rule, options));
  const onlyIncludes = compiled.length > 0 && compiled.every(({ does }) => does === 'include');
  const otherwise = options.otherwise ?? (onlyIncludes ? 'exclude' : 'include');
  return {
    decide(path, facts) {
      const components = componentsIn(path);
      const found = compiled.find((rule) => meets(rule, facts) && reaches(rule, components, facts.type) === 'matched');
      return found?.does ?? otherwise;
    },
    below(directory) {
      const components = componentsIn(directory);
      for (const rule of compiled) {
        const reached = reaches(rule, components, 'directory');
        // Whatever lies below a directory that a rule without conditions matches is matched by it as well.
        if (reached === 'matched' && !isConditional(rule)) return rule.does === 'include' ? 'something' : 'nothing';
        if (reached !== 'never' && rule.does === 'include') return 'something';
      }
      return otherwise === 'include' ? 'something' : 'nothing';
    },
  };
}

/** The same for a walk that asks of each name in turn: whether a file is taken, or a directory looked into. */
export function walkFilter(filter: Filter): (path: TreePath, facts: FilterFacts) => boolean {
  return (path, facts) =>
    filter.decide(path, facts) === 'include' || (facts.type === 'directory' && filter.below(path) === 'something');
}

function compileRule(rule: FilterRule, { letterCase = 'matters' }: FilterOptions): CompiledRule {
  if (rule.pattern === undefined) return { does: rule.do, rule, patterns: undefined, directoriesOnly: false };
  const isTurned = rule.pattern.startsWith('!');
  const text = isTurned ? rule.pattern.slice(1) : rule.pattern;
  const body = text.replace(/\/+$/, '');
  // A path from the root, or a name at any depth.
  const anchored = body.includes('/') ? body : `**/${body}`;
  const opposite = rule.do === 'include' ? 'exclude' : 'include';
  return {
    does: isTurned ? opposite : rule.do,
    rule,
    patterns: compilePathPattern(anchored, { hidden: 'always', letterCase }),
    directoriesOnly: text.endsWith('/'),
  };
}

const isConditional = ({ rule }: CompiledRule): boolean =>
  [rule.atLeastBytes, rule.atMostBytes, rule.modifiedAfterMs, rule.modifiedBeforeMs].some(
    (bound) => bound !== undefined,
  );

function meets(compiled: CompiledRule, { type, sizeBytes = NaN, modifiedMs = NaN }: FilterFacts): boolean {
  if (!isConditional(compiled)) return true;
  const { atLeastBytes, atMostBytes, modifiedAfterMs, modifiedBeforeMs } = compiled.rule;
  const holds = (bound: number | undefined, test: (bound: number) => boolean): boolean =>
    bound === undefined || test(bound);
  return (
    type === 'file' &&
    holds(atLeastBytes, (bound) => sizeBytes >= bound) &&
    holds(atMostBytes, (bound) => sizeBytes <= bound) &&
    holds(modifiedAfterMs, (bound) => modifiedMs > bound) &&
    holds(modifiedBeforeMs, (bound) => modifiedMs < bound)
  );
}

/** Whether a rule's pattern matches a path (or what is above it), may match something below it, or neither. */
function reaches(
  { patterns, directoriesOnly }: CompiledRule,
  components: readonly string[],
  type: EntryType,
): 'matched' | 'maybe-below' | 'never' {
  if (patterns === undefined) return 'matched';
  let best: 'matched' | 'maybe-below' | 'never' = 'never';
  for (const pattern of patterns) {
    const reached = follow(pattern, components);
    if (reached.matchedAt < components.length) return 'matched';
    if (reached.matchedAt === components.length && (!directoriesOnly || type === 'directory')) return 'matched';
    if (reached.positions.length > 0) best = 'maybe-below';
  }
  return best;
}

/** After how many components the pattern first matches (Infinity: never), and where it is after the last. */
function follow(
  pattern: PathPattern,
  components: readonly string[],
): { readonly matchedAt: number; readonly positions: Positions } {
  let positions = startOf(pattern);
  for (const [index, name] of components.entries()) {
    positions = advance(pattern, positions, name);
    if (hasMatched(pattern, positions)) return { matchedAt: index + 1, positions };
    if (positions.length === 0) break;
  }
  return { matchedAt: Infinity, positions };
}
