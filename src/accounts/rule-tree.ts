/**
 * Permission rules as a tree of path components, walked one component at a time: how a place is judged costs its depth,
 * not the number of rules. Two such trees judge together, one by exact names and one by folded ones.
 */
import type { Permission } from './permission.ts';

/** A rule whose path has been taken apart and checked. */
export interface ParsedRule {
  readonly components: readonly string[];
  readonly allow: ReadonlySet<Permission>;
}

interface RuleNode {
  readonly literals: Map<string, RuleNode>;
  readonly patterns: Map<string, { readonly matches: (name: string) => boolean; readonly node: RuleNode }>;
  /** Set where a rule ends. */
  allow: ReadonlySet<Permission> | undefined;
  /** A rule that allows something ends further down. */
  leads: boolean;
}

/** A node that the way so far leads to. `rank` has one digit a component, 0 for literal and 1 for pattern: less is closer. */
interface Reached {
  readonly node: RuleNode;
  readonly rank: string;
}

/** Where one walk through the tree stands. */
export interface RulePosition {
  readonly reached: readonly Reached[];
  /** What the rule that counts here allows; nothing when there is none. */
  readonly allowed: ReadonlySet<Permission>;
}

const NOTHING: ReadonlySet<Permission> = new Set();

/** What both allow; one of the two sets itself where that is possible. */
export function allowedByBoth(one: ReadonlySet<Permission>, other: ReadonlySet<Permission>): ReadonlySet<Permission> {
  if (one === other) return one;
  const both = new Set([...one].filter((permission) => other.has(permission)));
  return both.size === one.size ? one : both;
}

/**
 * Tells whether a name fits a pattern in which `*` stands for any run of characters. Each piece between two stars is
 * taken where it first occurs, so nothing is ever tried twice.
 */
export function starPattern(pattern: string): (name: string) => boolean {
  const pieces = pattern.split('*');
  if (pieces.length === 1) return (name) => name === pattern;
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (name) => {
    const endAt = name.length - last.length;
    if (endAt < first.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let from = first.length;
    for (const piece of middle) {
      const found = name.indexOf(piece, from);
      if (found === -1) return false;
      from = found + piece.length;
    }
    return from <= endAt;
  };
}

const newNode = (): RuleNode => ({ literals: new Map(), patterns: new Map(), allow: undefined, leads: false });

function literalBelow(parent: RuleNode, name: string): RuleNode {
  const node = parent.literals.get(name) ?? newNode();
  parent.literals.set(name, node);
  return node;
}

function patternBelow(parent: RuleNode, pattern: string): RuleNode {
  const known = parent.patterns.get(pattern);
  if (known !== undefined) return known.node;
  const node = newNode();
  parent.patterns.set(pattern, { matches: starPattern(pattern), node });
  return node;
}

function insert(root: RuleNode, { components, allow }: ParsedRule, spell: (name: string) => string): void {
  let node = root;
  for (const component of components) {
    if (allow.size > 0) node.leads = true;
    node = component.includes('*') ? patternBelow(node, spell(component)) : literalBelow(node, spell(component));
  }
  // Two rules for one place: neither was meant to be widened by the other.
  node.allow = node.allow === undefined ? allow : allowedByBoth(node.allow, allow);
}

function stepsFrom({ node, rank }: Reached, name: string): Reached[] {
  const next: Reached[] = [];
  const literal = node.literals.get(name);
  if (literal !== undefined) next.push({ node: literal, rank: `${rank}0` });
  for (const pattern of node.patterns.values())
    if (pattern.matches(name)) next.push({ node: pattern.node, rank: `${rank}1` });
  return next;
}

/** What the closest of the rules that end here allow together; `undefined` when none ends here. */
function closest(reached: readonly Reached[]): ReadonlySet<Permission> | undefined {
  let best: { readonly rank: string; readonly allow: ReadonlySet<Permission> } | undefined;
  for (const { rank, node } of reached) {
    if (node.allow === undefined || (best !== undefined && rank > best.rank)) continue;
    const allow = rank === best?.rank ? allowedByBoth(best.allow, node.allow) : node.allow;
    best = { rank, allow };
  }
  return best?.allow;
}

export class RuleTree {
  readonly #spell: (name: string) => string;
  readonly start: RulePosition;

  /** `spell` says which names are the same name. */
  constructor(rules: readonly ParsedRule[], spell: (name: string) => string) {
    this.#spell = spell;
    const root = newNode();
    for (const rule of rules) insert(root, rule, spell);
    this.start = { reached: [{ node: root, rank: '' }], allowed: root.allow ?? NOTHING };
  }

  /** The position one name further down; `undefined` when no rule mentions it: then what is above it counts. */
  step({ reached, allowed }: RulePosition, name: string): RulePosition | undefined {
    if (reached.length === 0) return undefined;
    const spelled = this.#spell(name);
    const next = reached.flatMap((place) => stepsFrom(place, spelled));
    return next.length === 0 ? undefined : { reached: next, allowed: closest(next) ?? allowed };
  }
}

export const leadsOn = ({ reached }: RulePosition): boolean => reached.some(({ node }) => node.leads);

export const variesBelow = ({ reached }: RulePosition): boolean =>
  reached.some(({ node }) => node.literals.size + node.patterns.size > 0);
