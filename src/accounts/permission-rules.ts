/**
 * Permissions that differ from place to place: the rule with the longest path that holds a place counts there.
 *
 * Some disks take `/SECRET` and `/secret` for one name, or two spellings of `é`. A rule must not be dodged by such a
 * spelling, so each place is judged twice, by exact names and by folded ones, and only what both allow is allowed.
 */
import { ROOT, type VirtualPath, componentsOf, resolvePath } from '../base/virtual-path.ts';
import type { PermissionRule } from './definition.ts';
import { PERMISSIONS, type Permission, type PermissionRules, type PlaceRules } from './permission.ts';
import { type ParsedRule, type RulePosition, RuleTree, allowedByBoth, leadsOn, variesBelow } from './rule-tree.ts';

const ASCII = /^[\x00-\x7f]*$/;
/** Characters without a shape of their own, which HFS+ passes over when it compares names. */
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * One spelling for all names that some disk takes for the same. Lower case first, so that `ẞ` and `ß` both become `SS`;
 * upper case last, because it does not depend on what stands beside a letter. Folding too much only forbids more.
 */
export const foldName = (name: string): string =>
  ASCII.test(name)
    ? name.toUpperCase()
    : name.replace(IGNORED, '').normalize('NFC').toLowerCase().toUpperCase().normalize('NFC');

const exactly = (name: string): string => name;

function parseRule({ path, allow }: PermissionRule): ParsedRule {
  const refuse = (why: string): never => {
    throw new RangeError(`The permission rule for ${JSON.stringify(path)} ${why}`);
  };
  if (!path.startsWith('/')) refuse('must begin with "/": rules name places from the root of the account.');
  if (path.split('/').includes('..')) refuse('must not contain "..": write the path that is meant.');
  const resolved = resolvePath(ROOT, path) ?? refuse('holds a NUL or is longer than 4096 characters.');
  for (const permission of allow)
    if (!PERMISSIONS.includes(permission))
      refuse(`allows ${JSON.stringify(permission)}, which is none of: ${PERMISSIONS.join(', ')}.`);
  return { components: componentsOf(resolved), allow: new Set(allow) };
}

interface Trees {
  readonly exact: RuleTree;
  readonly folded: RuleTree;
}

/** Where both walks stand once no rule reaches further. */
const leftBehind = ({ allowed }: RulePosition): RulePosition => ({ reached: [], allowed });

class JudgedPlace implements PlaceRules {
  readonly #trees: Trees;
  readonly #exact: RulePosition;
  readonly #folded: RulePosition;
  readonly allowed: ReadonlySet<Permission>;
  readonly mentioned: boolean;
  readonly leads: boolean;
  readonly varies: boolean;
  /** The place of all names that no rule mentions. */
  #unmentioned: PlaceRules | undefined;

  constructor(trees: Trees, exact: RulePosition, folded: RulePosition) {
    this.#trees = trees;
    this.#exact = exact;
    this.#folded = folded;
    this.allowed = allowedByBoth(exact.allowed, folded.allowed);
    this.mentioned = exact.reached.length + folded.reached.length > 0;
    this.leads = leadsOn(exact);
    this.varies = variesBelow(exact) || variesBelow(folded);
  }

  child(name: string): PlaceRules {
    if (!this.varies) return this.#rest();
    const exact = this.#trees.exact.step(this.#exact, name);
    const folded = this.#trees.folded.step(this.#folded, name);
    if (exact === undefined && folded === undefined) return this.#rest();
    return new JudgedPlace(this.#trees, exact ?? leftBehind(this.#exact), folded ?? leftBehind(this.#folded));
  }

  #rest(): PlaceRules {
    const isAtEnd = this.#exact.reached.length === 0 && this.#folded.reached.length === 0;
    this.#unmentioned ??= isAtEnd
      ? this
      : new JudgedPlace(this.#trees, leftBehind(this.#exact), leftBehind(this.#folded));
    return this.#unmentioned;
  }
}

/**
 * The rules of one account. Components are compared whole, and `*` in one stands for any run of characters in it. Of two
 * rules with as many components the one with a literal where the other has a pattern is closer; where rules are equally
 * close, only what all of them allow is allowed. Throws a `RangeError` that names the rule when one is not valid.
 */
export function permissionRules(rules: readonly PermissionRule[]): PermissionRules {
  const parsed = rules.map(parseRule);
  const trees = { exact: new RuleTree(parsed, exactly), folded: new RuleTree(parsed, foldName) };
  const root: PlaceRules = new JudgedPlace(trees, trees.exact.start, trees.folded.start);
  const place = (path: VirtualPath): PlaceRules => {
    let here = root;
    for (const name of componentsOf(path)) here = here.child(name);
    return here;
  };
  return {
    anywhere: (permission) => parsed.some(({ allow }) => allow.has(permission)),
    at: (path) => place(path).allowed,
    place,
  };
}
