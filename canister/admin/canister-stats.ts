/** How the canister is: what it holds, what has happened, and how long its cycles will last. */
import type { Balance, Counters } from '../storage/counters.js';
import type { DueQueues } from '../storage/due-queues.js';
import { seconds, type System } from '../system.js';
import { CYCLES_FLOOR } from '../stripe/client.js';
import type { StatsValue } from './interface.js';

const DAY = 86_400;
/** Balances that are kept: those of a week, and the one before. */
const KEPT = 8;
/** Differences of which the usual one is told from the odd. */
const LEAST = 2;

export class CanisterStats {
  constructor(
    private readonly system: System,
    private readonly counters: Counters,
    private readonly queues: DueQueues,
    private readonly certified: () => number,
  ) {}

  now(): StatsValue {
    const { statuses, disputed, duplicates, lookups, events, lastEvent, delivered, balances } = this.counters.counts;
    const cycles = this.system.cycles();
    const perDay = burn(balances);
    return {
      payments: entries(statuses),
      disputed: BigInt(disputed),
      duplicates: BigInt(duplicates),
      lookups: entries(lookups),
      events: entries(events),
      last_event: lastEvent === undefined ? [] : [BigInt(lastEvent)],
      waiting: BigInt(this.queues.size),
      deliveries: entries(delivered),
      certified: BigInt(this.certified()),
      cycles,
      cycles_per_day: perDay === undefined ? [] : [perDay],
      days_left: perDay === undefined ? [] : [cycles > CYCLES_FLOOR ? (cycles - CYCLES_FLOOR) / perDay : 0n],
    };
  }
}

/** Remembers the balance. To be called once a day, always in the same place, before the counters are saved. */
export function noteBalance(counters: Counters, system: System): void {
  const { counts } = counters;
  counts.balances = [...counts.balances, { at: seconds(system), cycles: String(system.cycles()) }].slice(-KEPT);
}

/**
 * Cycles that usually go in a day, as they did in the last week: the median, for a message does not see what the IC keeps in
 * reserve for it and for calls under way, which is more than many a day takes. Days of a top-up do not count. Undefined where
 * there is too little to tell from.
 */
function burn(balances: readonly Balance[]): bigint | undefined {
  const perDay = balances.slice(1).map(({ at, cycles }, i) => ((BigInt(balances[i].cycles) - BigInt(cycles)) * BigInt(DAY)) / BigInt(Math.max(1, at - balances[i].at)));
  const falls = perDay.filter((cycles) => cycles > 0n).sort((one, other) => (one < other ? -1 : 1));
  return falls.length < LEAST ? undefined : falls[Math.floor((falls.length - 1) / 2)];
}

function entries(counts: Record<string, number | undefined>): [string, bigint][] {
  return Object.entries(counts).map(([name, count]) => [name, BigInt(count ?? 0)]);
}
