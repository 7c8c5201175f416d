import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

const NOW = 1_800_000_000;

/** Asks as often as told, for so many seconds, and counts what was let through. */
function flood(gate: Gate, perSecond: number, seconds: number, from = NOW): { lookups: number; lists: number } {
  let lookups = 0;
  let lists = 0;
  for (let turn = 0; turn < perSecond * seconds; turn += 1) {
    const now = from + turn / perSecond;
    if (gate.mayLookUp(now)) {
      gate.spend(now);
      lookups += 1;
    } else if (gate.mayList(now)) {
      gate.beginList(now)();
      lists += 1;
    }
  }
  return { lookups, lists };
}

describe('single lookups', () => {
  it('are let through, a few at once, and then one a second', () => {
    const gate = new Gate(() => 0);
    expect(flood(gate, 10, 60).lookups).toBe(64);
  });

  it('have a daily cap, which grows with the payments of the last month', () => {
    expect(flood(new Gate(() => 0), 10, 3_600).lookups).toBe(200);
    expect(flood(new Gate(() => 300), 10, 3_600).lookups).toBe(500);
  });

  it('have the next day’s cap on the next day', () => {
    const gate = new Gate(() => 0);
    flood(gate, 10, 3_600);
    expect(gate.mayLookUp(NOW + 3_600)).toBe(false);
    expect(flood(gate, 10, 3_600, NOW + 86_400).lookups).toBe(200);
  });

  it('of a merchant who is not under attack are never held up', () => {
    const gate = new Gate(() => 0);
    for (let shopper = 0; shopper < 150; shopper += 1) {
      expect(gate.mayLookUp(NOW + 2 * shopper)).toBe(true);
      gate.spend(NOW + 2 * shopper);
    }
  });
});

describe('lists', () => {
  it('come at a fixed rate under any load', () => {
    for (const perSecond of [10, 100]) expect(flood(new Gate(() => 0), perSecond, 3_600).lists).toBeLessThanOrEqual(900);
  });

  it('wait for the one under way, but not for ever', () => {
    const gate = new Gate(() => 0);
    const end = gate.beginList(NOW);
    expect([gate.mayList(NOW + 60), gate.mayList(NOW + 120)]).toEqual([false, true]);
    end();
    expect(gate.mayList(NOW + 4)).toBe(true);
    gate.beginList(NOW + 10);
    end(); // late, and of no concern to the next one
    expect(gate.mayList(NOW + 14)).toBe(false);
  });
});
