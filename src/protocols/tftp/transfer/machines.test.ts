import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Journey, travel } from '../../../../test/support/lossy-network.ts';
import { DEFAULT_TIMING } from './round-trip.ts';

const JOURNEY: Journey = {
  blocks: 10,
  blockBytes: 512,
  lastBytes: 100,
  windowBlocks: 1,
  rollover: 0,
  opening: 'packet',
  timing: DEFAULT_TIMING,
  fate: () => [1],
};

const counted = (count: number): number[] => Array.from({ length: count }, (_none, index) => index + 1);

/** No rhythm that a window could fall in with. */
const scattered = (packet: number): number => Math.imul(packet, 0x9e3779b1) >>> 7;

/** Each packet is lost, doubled, or late, as the list says, and in good order once the list is used up. */
const fates = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant([1]) },
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 3_000 })) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3_000 })) },
  ),
  { maxLength: 200 },
);

const journeys = fc.record({
  blocks: fc.integer({ min: 1, max: 60 }),
  lastBytes: fc.integer({ min: 0, max: 511 }),
  windowBlocks: fc.constantFrom(1, 2, 3, 8, 64),
  finishMs: fc.constantFrom(0, 10, 2_500),
  opening: fc.constantFrom('packet' as const, 'none' as const),
  list: fates,
});

describe('a file over a network', () => {
  test('that does no harm: each block once, each window one word', () => {
    for (const [windowBlocks, packets] of [
      [1, 22],
      [4, 15],
      [16, 13],
    ] as const) {
      const outcome = travel({ ...JOURNEY, windowBlocks });
      assert.deepEqual(outcome.taken, counted(10));
      assert.deepEqual([outcome.sender, outcome.receiver, outcome.packets], ['confirmed', 'confirmed', packets]);
    }
  });

  test('that loses, doubles, delays and reorders any packet: it always ends, whole or with a reason', () => {
    fc.assert(
      fc.property(journeys, ({ list, ...chosen }) => {
        const outcome = travel({ ...JOURNEY, ...chosen, fate: (packet) => list[packet - 1] ?? [1] });
        // No block is left out, taken twice, or taken for another, however it ends.
        assert.deepEqual(outcome.taken, counted(outcome.taken.length));
        assert.notEqual(outcome.sender, undefined);
        if (outcome.sender === 'confirmed') assert.ok(outcome.isWhole);
        if (outcome.isWhole) assert.equal(outcome.taken.length, chosen.blocks);
        else assert.equal(outcome.receiver, 'silent');
      }),
      { numRuns: 600 },
    );
  });

  test('that loses one packet in ten and more is crossed', () => {
    fc.assert(
      fc.property(journeys, fc.integer({ min: 10, max: 30 }), ({ blocks, windowBlocks, opening }, every) => {
        const outcome = travel({
          ...JOURNEY,
          blocks,
          windowBlocks,
          opening,
          fate: (packet) => (scattered(packet) % every === 0 ? [] : [5]),
        });
        assert.ok(outcome.isWhole);
        assert.deepEqual(outcome.taken, counted(blocks));
      }),
    );
  });

  test('that doubles every packet costs twice as many at most: no Sorcerer’s Apprentice', () => {
    for (const windowBlocks of [1, 4]) {
      const outcome = travel({ ...JOURNEY, blocks: 200, windowBlocks, fate: () => [1, 2] });
      const alone = travel({ ...JOURNEY, blocks: 200, windowBlocks });
      assert.deepEqual(outcome.taken, counted(200));
      assert.ok(outcome.packets <= 2 * alone.packets, `${outcome.packets} packets beside ${alone.packets}`);
    }
  });

  test('longer than block numbers go: they begin again at 0, or at 1', () => {
    for (const rollover of [0, 1] as const)
      for (const windowBlocks of [1, 16]) {
        const blocks = 66_000;
        const fate = (packet: number): number[] => (packet % 997 === 0 ? [] : [1]);
        const outcome = travel({ ...JOURNEY, blocks, blockBytes: 8, lastBytes: 3, rollover, windowBlocks, fate });
        assert.equal(outcome.sender, 'confirmed');
        assert.equal(outcome.taken.length, blocks);
        assert.ok(outcome.taken.every((block, index) => block === index + 1));
      }
  });

  test('that has gone silent is given up, after pauses that grow', () => {
    const outcome = travel({ ...JOURNEY, fate: (packet) => (packet > 4 ? [] : [1]) });
    assert.deepEqual([outcome.sender, outcome.receiver], ['silent', 'silent']);
    assert.ok(outcome.endMs > 5_000 && outcome.endMs < 60_000, `${outcome.endMs} ms`);
  });
});
