import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ROOT, type VirtualPath, resolvePath } from '../base/virtual-path.ts';
import type { PermissionRule } from './definition.ts';
import { PERMISSIONS, type Permission, permissionsOf } from './permission.ts';
import { foldName, permissionRules } from './permission-rules.ts';
import { starPattern } from './rule-tree.ts';

const at = (text: string): VirtualPath => resolvePath(ROOT, text) ?? assert.fail(text);
const rule = (path: string, ...allow: Permission[]): PermissionRule => ({ path, allow });

/** What is allowed at a place, in the order of the table of permissions. */
const allowed = (rules: readonly PermissionRule[], path: string): Permission[] => {
  const found = permissionRules(rules).at(at(path));
  return PERMISSIONS.filter((permission) => found.has(permission));
};

describe('permission rules', () => {
  test('the rule with the longest path counts, and alone', () => {
    const rules = [rule('/', 'list', 'read'), rule('/incoming', 'write'), rule('/incoming/done')];
    assert.deepEqual(allowed(rules, '/'), ['list', 'read']);
    assert.deepEqual(allowed(rules, '/images/c2911.bin'), ['list', 'read']);
    assert.deepEqual(allowed(rules, '/incoming'), ['write']);
    assert.deepEqual(allowed(rules, '/incoming/a/b'), ['write']);
    assert.deepEqual(allowed(rules, '/incoming/done/x'), []);
    assert.deepEqual(allowed(rules.toReversed(), '/incoming/done/x'), []);
  });

  test('components are compared whole', () => {
    const rules = [rule('/u1', 'read')];
    assert.deepEqual(allowed(rules, '/u1/a'), ['read']);
    assert.deepEqual(allowed(rules, '/u10'), []);
    assert.deepEqual(allowed(rules, '/u'), []);
    assert.deepEqual(allowed(rules, '/'), []);
  });

  test('without a rule nothing is allowed', () => {
    assert.deepEqual(allowed([], '/'), []);
    assert.equal(permissionRules([]).anywhere('list'), false);
  });

  test('a star stands for any run of characters in its component', () => {
    const rules = [rule('/configs/10.0.0.7-*', 'write'), rule('/*/logs', 'append')];
    assert.deepEqual(allowed(rules, '/configs/10.0.0.7-running/x'), ['write']);
    assert.deepEqual(allowed(rules, '/configs/10.0.0.7-'), ['write']);
    assert.deepEqual(allowed(rules, '/configs/10.0.0.77'), []);
    assert.deepEqual(allowed(rules, '/r1/logs/today'), ['append']);
    assert.deepEqual(allowed(rules, '/r1/old/logs'), []);
  });

  test('a literal component beats a pattern, the first that differs first', () => {
    const rules = [rule('/*/b', 'read'), rule('/a/*', 'list'), rule('/*/*', 'write')];
    assert.deepEqual(allowed(rules, '/a/b'), ['list']);
    assert.deepEqual(allowed(rules, '/x/b'), ['read']);
    assert.deepEqual(allowed(rules, '/x/y'), ['write']);
  });

  test('a longer pattern beats a shorter literal', () => {
    assert.deepEqual(allowed([rule('/a', 'list'), rule('/*/*', 'read')], '/a/b'), ['read']);
  });

  test('rules that are equally close allow only what all of them allow', () => {
    const rules = [rule('/a*', 'list', 'read'), rule('/*b', 'read', 'write')];
    assert.deepEqual(allowed(rules, '/ab'), ['read']);
    assert.deepEqual(allowed([rule('/a', 'list', 'read'), rule('/a', 'read')], '/a'), ['read']);
  });

  test('a ban covers every spelling that some disk takes for the same', () => {
    const rules = [rule('/', 'read'), rule('/secret'), rule('/straße'), rule('/café')];
    for (const dodge of ['/SECRET', '/Secret/x', '/\u017fecret', '/STRASSE', '/STRAẞE', '/cafe\u0301', '/CAFE\u0301/x'])
      assert.deepEqual(allowed(rules, dodge), [], dodge);
    assert.deepEqual(allowed(rules, '/sec\u200dret'), [], 'HFS+ does not see a joiner');
    assert.deepEqual(allowed(rules, '/secrets'), ['read']);
  });

  test('an allowance does not spread to another spelling', () => {
    const rules = [rule('/', 'list'), rule('/Public', 'list', 'write')];
    assert.deepEqual(allowed(rules, '/Public/a'), ['list', 'write']);
    assert.deepEqual(allowed(rules, '/public/a'), ['list']);
    assert.deepEqual(allowed([rule('/Public', 'write')], '/public'), []);
  });

  test('rules that cannot be meant are refused by name', () => {
    for (const path of ['a', '', './a', '/a/../b', '/..', '/a\0b', `/${'x'.repeat(5000)}`])
      assert.throws(() => permissionRules([rule('/', 'read'), rule(path, 'read')]), {
        name: 'RangeError',
        message: new RegExp(JSON.stringify(path).replaceAll(/[.\\]/g, String.raw`\$&`)),
      });
    // A file or a hook may say anything.
    const unknown = ['fly'] as unknown as Permission[];
    assert.throws(() => permissionRules([{ path: '/', allow: unknown }]), /RangeError|"fly"/);
  });

  test('a trailing slash and empty components mean nothing', () => {
    assert.deepEqual(allowed([rule('//a//', 'read')], '/a/b'), ['read']);
  });

  test('what leads to an allowed place, and where places differ, is known', () => {
    const rules = permissionRules([rule('/a/b', 'read'), rule('/c/d'), rule('/x*/y', 'list')]);
    const facts = (path: string): [boolean, boolean] => [rules.place(at(path)).leads, rules.place(at(path)).varies];
    assert.deepEqual(facts('/'), [true, true]);
    assert.deepEqual(facts('/a'), [true, true]);
    assert.deepEqual(facts('/A'), [false, true]);
    assert.deepEqual(facts('/a/b'), [false, false]);
    assert.deepEqual(facts('/c'), [false, true]);
    assert.deepEqual(facts('/xyz'), [true, true]);
    assert.deepEqual(facts('/none'), [false, false]);
    assert.ok(rules.anywhere('read') && !rules.anywhere('write'));
  });

  test('names that no rule mentions share one place', () => {
    const root = permissionRules([rule('/', 'read'), rule('/secret')]).place(ROOT);
    assert.equal(root.child('a'), root.child('b'));
    assert.equal(root.child('a').child('c'), root.child('a'));
    assert.notEqual(root.child('secret'), root.child('a'));
  });

  test('the same everywhere: one place is all places', () => {
    const rules = permissionsOf('read-only');
    assert.equal(rules.place(at('/a/b')).child('c').allowed, rules.at(ROOT));
  });
});

describe('permission rules, by properties', () => {
  const name = fc.constantFrom('a', 'A', 'b', 'ab', 'é', 'e\u0301', 'ß', 'SS', 'x');
  const piece = fc.oneof(name, fc.constantFrom('*', 'a*', '*b', '*é*'));
  const pathOf = (component: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.array(component, { maxLength: 4 }).map((components) => `/${components.join('/')}`);
  const anyRule = fc.record({ path: pathOf(piece), allow: fc.subarray([...PERMISSIONS]) });
  const anyRules = fc.array(anyRule, { maxLength: 6 });

  test('what a place allows, some rule that holds it allows', () => {
    const holds = ({ path }: PermissionRule, place: string): boolean => {
      const [wanted, given] = [path, place].map((text) => text.split('/').filter((part) => part !== ''));
      return (wanted ?? []).every((part, index) => starPattern(part)(given?.[index] ?? '\0'));
    };
    fc.assert(
      fc.property(anyRules, pathOf(name), (rules, place) => {
        for (const permission of permissionRules(rules).at(at(place)))
          assert.ok(rules.some((known) => holds(known, place) && known.allow.includes(permission)));
      }),
    );
  });

  test('another spelling is never allowed what neither spelling was given', () => {
    fc.assert(
      fc.property(anyRules, pathOf(name), (rules, place) => {
        const folded = rules.map(({ path, allow }) => ({ path: foldName(path), allow }));
        const byFold = permissionRules(folded).at(at(foldName(place)));
        for (const permission of permissionRules(rules).at(at(place))) assert.ok(byFold.has(permission));
      }),
    );
  });

  test('the order of the rules says nothing', () => {
    fc.assert(
      fc.property(anyRules, pathOf(name), (rules, place) => {
        assert.deepEqual(allowed(rules, place), allowed(rules.toReversed(), place));
      }),
    );
  });

  test('a ban at the very place is obeyed, whatever the other rules say', () => {
    fc.assert(
      fc.property(anyRules, pathOf(name), (rules, place) => {
        assert.deepEqual(allowed([...rules, rule(place)], place), []);
      }),
    );
  });

  test('a pattern matches as its regular expression does', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (given, subject) => {
        const expression = new RegExp(`^${given.replaceAll('.', String.raw`\.`).replaceAll('*', '.*')}$`);
        assert.equal(starPattern(given)(subject), given.includes('*') ? expression.test(subject) : given === subject);
      }),
    );
  });
});
