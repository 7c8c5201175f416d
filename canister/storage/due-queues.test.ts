import { beforeEach, describe, expect, it } from 'vitest';
import { Counters } from './counters.js';
import { DELAYS, DueQueues, type DueItem } from './due-queues.js';
import { InMemory } from './key-value.js';

const NOW = 1_800_000_000;
const DAY = 86_400;

let store: InMemory;
let counters: Counters;
let queues: DueQueues;
beforeEach(() => {
  store = new InMemory();
  upgrade();
});

/** Opens what is stored anew, as an upgrade does. */
function upgrade(): void {
  counters = new Counters(store);
  queues = new DueQueues(store, counters);
}

/** Takes what is due, and is done with it. */
function takeAll(now: number): DueItem[] {
  const taken: DueItem[] = [];
  for (let item = queues.take(now); item; item = queues.take(now)) {
    taken.push(item);
    queues.done(item);
  }
  return taken;
}

describe('due queues', () => {
  it('give what is due, each queue in its order, and survive an upgrade', () => {
    expect(queues.add('slow', 'event', 600, NOW)).toBe(NOW + 600);
    queues.add('a', 'event', 60, NOW);
    queues.add('b', 'event', 60, NOW + 1);
    queues.add('now', 'event', 0, NOW + 2);
    expect([queues.nextDue, queues.size]).toEqual([NOW + 2, 4]);
    counters.save();
    upgrade();
    expect(takeAll(NOW + 2)).toEqual([{ id: 'now', why: 'event', queue: 0, since: NOW + 2 }]);
    expect([takeAll(NOW + 59), queues.nextDue]).toEqual([[], NOW + 60]);
    expect(takeAll(NOW + 61).map(({ id }) => id)).toEqual(['a', 'b']);
    expect([takeAll(NOW + 600).map(({ id }) => id), queues.nextDue, queues.size]).toEqual([['slow'], undefined, 0]);
  });

  it('keep the item in hand until it is done with, and put it off where it never is', () => {
    queues.add('bad', 'event', 0, NOW);
    queues.add('good', 'event', 0, NOW);
    expect(queues.take(NOW)?.id).toBe('bad');
    counters.save();
    upgrade(); // in the middle of it
    expect(queues.nextDue).toBe(0);
    expect(takeAll(NOW + 5).map(({ id }) => id)).toEqual(['good']);
    expect(queues.nextDue).toBe(NOW + 65);
    expect(takeAll(NOW + 65)).toEqual([{ id: 'bad', why: 'event', queue: 1, since: NOW }]);
  });

  it('put off what comes to nothing, longer each time, and give it up after 21 days', () => {
    queues.add('a', 'event', 0, NOW);
    const times: number[] = [];
    for (let now: number | undefined = NOW; now !== undefined; now = queues.nextDue) {
      const item = queues.take(now)!;
      times.push(now - NOW);
      queues.postpone(item, now);
      queues.done(item);
    }
    expect(times.slice(0, 7)).toEqual([0, 60, 660, 4_260, 25_860, 47_460, 69_060]);
    expect(times.at(-1)).toBeGreaterThan(21 * DAY);
    expect(times.at(-1)).toBeLessThan(22 * DAY);
  });

  it('leave nothing behind', () => {
    for (const delay of DELAYS) for (let turn = 0; turn < 20; turn += 1) queues.add(`s${turn}`, 'event', delay, NOW);
    expect(takeAll(NOW + DAY)).toHaveLength(5 * 20);
    expect(store.keys()).toEqual([]);
  });
});
