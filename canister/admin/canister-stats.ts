/** How the canister is: what it holds, what has happened, and how long its cycles will last. */
import type { Balance, Counters } from '../storage/counters.js';
import type { DueQueues } from '../storage/due-queues.js';
import { seconds, type System } from '../system.js';
import type { StatsValue } from './interface.js';

const DAY = 86_400;
/** Seconds from which on a difference of balances says something about a day. */
const LEAST = 3_600;

export class CanisterStats {
  constructor(
    private readonly system: System,
    private readonly counters: Counters,
    private readonly queues: DueQueues,
    private readonly certified: () => number,
  ) {}

  now(): StatsValue {
    const { statuses, disputed, duplicates, lookups, events, lastEvent, balances } = this.counters.counts;
    const cycles = this.system.cycles();
    const perDay = burn(balances, cycles, seconds(this.system));
    return {
      payments: entries(statuses),
      disputed: BigInt(disputed),
      duplicates: BigInt(duplicates),
      lookups: entries(lookups),
      events: entries(events),
      last_event: lastEvent === undefined ? [] : [BigInt(lastEvent)],
      waiting: BigInt(this.queues.size),
      certified: BigInt(this.certified()),
      cycles,
      cycles_per_day: perDay === undefined ? [] : [perDay],
      days_left: perDay === undefined || perDay === 0n ? [] : [cycles / perDay],
    };
  }
}

/**
 * Remembers the balance, at most once a day; two are kept. To be called whenever something has changed anyway, before
 * the counters are saved.
 */
export function noteBalance(counters: Counters, system: System): void {
  const { counts } = counters;
  const at = seconds(system);
  if (at - (counts.balances.at(-1)?.at ?? -Infinity) < DAY) return;
  counts.balances = [...counts.balances.slice(-1), { at, cycles: String(system.cycles()) }];
}

/** Cycles that go in a day, as they went since the older balance; undefined where none is old enough, or there was a top-up. */
function burn(balances: readonly Balance[], cycles: bigint, now: number): bigint | undefined {
  for (const { at, cycles: before } of balances) {
    const gone = BigInt(before) - cycles;
    if (now - at >= LEAST && gone >= 0n) return (gone * BigInt(DAY)) / BigInt(now - at);
  }
  return undefined;
}

function entries(counts: Record<string, number | undefined>): [string, bigint][] {
  return Object.entries(counts).map(([name, count]) => [name, BigInt(count ?? 0)]);
}
