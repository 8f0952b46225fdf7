import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Verb } from '../wire/code.ts';
import { OptionTable, type Outcome, type Side, type Wish } from './option-table.ts';

const OPTION = 1;
const tableThatAgrees = (): OptionTable => new OptionTable({ us: new Set([OPTION]), peer: new Set([OPTION]) });

/** What happens in order: `+us` is our own wish, `DO` the peer's word; and what is answered, `-` where nothing is. */
type Play = readonly (readonly [event: string, answer: string])[];

const PLAYS: Readonly<Record<string, Play>> = {
  'we offer, and the peer agrees': [
    ['+us', 'WILL'],
    ['DO', '-'],
    ['DO', '-'],
    ['+us', '-'],
  ],
  'we offer, and the peer refuses': [
    ['+us', 'WILL'],
    ['DONT', '-'],
    ['DONT', '-'],
  ],
  'the peer asks, and changes its mind': [
    ['DO', 'WILL'],
    ['DO', '-'],
    ['DONT', 'WONT'],
    ['DONT', '-'],
    ['DO', 'WILL'],
  ],
  'both offer at once': [
    ['+us', 'WILL'],
    ['DO', '-'],
    ['WILL', 'DO'],
    ['WILL', '-'],
  ],
  'we ask the peer': [
    ['+peer', 'DO'],
    ['WILL', '-'],
    ['-peer', 'DONT'],
    ['WONT', '-'],
  ],
  'we change our mind before the answer': [
    ['+us', 'WILL'],
    ['-us', '-'],
    ['DO', 'WONT'],
    ['DONT', '-'],
  ],
  'we change it back again': [
    ['+us', 'WILL'],
    ['-us', '-'],
    ['+us', '-'],
    ['DO', '-'],
  ],
  'we change it, and the peer has refused': [
    ['+us', 'WILL'],
    ['-us', '-'],
    ['DONT', '-'],
    ['DO', 'WILL'],
  ],
  'off, and on again before the answer': [
    ['DO', 'WILL'],
    ['-us', 'WONT'],
    ['+us', '-'],
    ['DONT', 'WILL'],
    ['DO', '-'],
  ],
  'the peer answers no with yes': [
    ['DO', 'WILL'],
    ['-us', 'WONT'],
    ['DO', '-'],
    ['DO', 'WILL'],
  ],
  'the same, and we want it again': [
    ['DO', 'WILL'],
    ['-us', 'WONT'],
    ['+us', '-'],
    ['DO', '-'],
    ['DONT', 'WONT'],
  ],
};

function act(table: OptionTable, event: string): Outcome {
  const wish: Wish = event.startsWith('+') ? 'enable' : 'disable';
  if (/^[+-]/.test(event)) return table.wish(event.slice(1) as Side, OPTION, wish);
  return table.hear(event.toLowerCase() as Verb, OPTION);
}

describe('what is answered', () => {
  for (const [name, play] of Object.entries(PLAYS))
    test(name, () => {
      const table = tableThatAgrees();
      const played = play.map(([event]) => [event, act(table, event).answer?.verb.toUpperCase() ?? '-']);
      assert.deepEqual(played, play);
    });

  test('what is not agreed to is refused each time, and its end needs no answer', () => {
    const table = new OptionTable({ us: new Set(), peer: new Set() });
    const answers = (['do', 'do', 'dont', 'will', 'will', 'wont'] as const).map(
      (verb) => table.hear(verb, OPTION).answer?.verb,
    );
    assert.deepEqual(answers, ['wont', 'wont', undefined, 'dont', 'dont', undefined]);
  });
});

test('a change is told when it comes about, and not when it is asked for', () => {
  const table = tableThatAgrees();
  assert.equal(table.wish('us', OPTION, 'enable').change, undefined);
  assert.equal(table.isOn('us', OPTION), false);
  assert.deepEqual(table.hear('do', OPTION).change, { side: 'us', option: OPTION, isOn: true });
  assert.equal(table.isOn('us', OPTION), true);
  assert.equal(table.isOn('peer', OPTION), false);
  assert.deepEqual(table.hear('dont', OPTION).change, { side: 'us', option: OPTION, isOn: false });
});

test('two that answer one another come to rest, whatever they agree to and wish, and are of one mind', () => {
  const SIDES = fc.constantFrom<Side>('us', 'peer');
  const WISHES = fc.constantFrom<Wish>('enable', 'disable');
  const agreement = fc.record({ us: fc.boolean(), peer: fc.boolean() });
  // Who acts, and what it does: says a wish, or hears the next word of the other.
  const turns = fc.array(fc.record({ who: fc.nat(1), hears: fc.boolean(), side: SIDES, wish: WISHES }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(fc.tuple(agreement, agreement), turns, (agreements, acts) => {
      const set = (isIn: boolean): ReadonlySet<number> => new Set(isIn ? [OPTION] : []);
      const tables = agreements.map(({ us, peer }) => new OptionTable({ us: set(us), peer: set(peer) }));
      const inboxes: [Verb[], Verb[]] = [[], []];
      const take = (who: number, { answer }: Outcome): void => {
        if (answer !== undefined) inboxes[1 - who]?.push(answer.verb);
      };
      const hear = (who: number): void => {
        const verb = inboxes[who]?.shift();
        if (verb !== undefined) take(who, tables[who]!.hear(verb, OPTION));
      };
      for (const { who, hears, side, wish } of acts)
        if (hears) hear(who);
        else take(who, tables[who]!.wish(side, OPTION, wish));
      for (let rounds = 0; inboxes[0].length + inboxes[1].length > 0; rounds += 1) {
        assert.ok(rounds < 200, 'they do not come to rest');
        hear(0);
        hear(1);
      }
      assert.equal(tables[0]!.isOn('us', OPTION), tables[1]!.isOn('peer', OPTION));
      assert.equal(tables[0]!.isOn('peer', OPTION), tables[1]!.isOn('us', OPTION));
    }),
  );
});
