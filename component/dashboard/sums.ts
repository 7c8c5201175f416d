/** What the payments of the last days come to. Currencies are never added together, nor are test payments and live ones. */
import type { Payment } from './backend.js';

export const DAYS = 30;

/** What sums are told apart by: first what is money, in the order in which it is stacked, then what came to nothing. */
export const PARTS = ['paid', 'refunded', 'processing', 'failed', 'open', 'expired'] as const;
export type Part = (typeof PARTS)[number];
export const MONEY: readonly Part[] = PARTS.slice(0, 3);

/** How many payments, and how much they come to in minor units. */
export interface Sum {
  count: number;
  amount: number;
}

/** One currency, in one mode. */
export interface Sums {
  currency: string;
  livemode: boolean;
  /** {@link DAYS} of them, the oldest first; `day` is in UTC, as in `2026-11-29`. */
  days: { day: string; parts: Partial<Record<Part, Sum>> }[];
  total: Partial<Record<Part, Sum>>;
}

/**
 * Sums up by the day on which a payment was begun. What was given back of a payment counts as refunded and no longer as paid,
 * so that a payment which was refunded in part is counted in both. Live payments come first, then the currencies in which most was begun.
 * @param now in seconds since 1970
 * @returns `left`: how many payments of these days were left out, because the settings do not accept them or their amount is not known
 */
export function sumUp(payments: Iterable<Payment>, now: number): { sums: Sums[]; left: number } {
  const days = lastDays(now);
  const groups = new Map<string, Sums>();
  let left = 0;
  for (const payment of payments) {
    const index = days.indexOf(dayOf(payment.created));
    if (index < 0) continue;
    const { amount_total: amount, currency, livemode } = payment;
    if (!payment.accepted || amount === null || currency === null) {
      left += 1;
      continue;
    }
    const key = `${livemode} ${currency}`;
    const sums = groups.get(key) ?? { currency, livemode, days: days.map((day) => ({ day, parts: {} })), total: {} };
    groups.set(key, sums);
    for (const [part, share] of split(payment, amount)) {
      add(sums.days[index].parts, part, share);
      add(sums.total, part, share);
    }
  }
  const size = ({ total }: Sums) => Object.values(total).reduce((sum, { count }) => sum + count, 0);
  return { sums: [...groups.values()].sort((a, b) => Number(b.livemode) - Number(a.livemode) || size(b) - size(a)), left };
}

/** The day of a time in seconds, in UTC. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** When the first of the days begins, in seconds since 1970. */
export function firstMoment(now: number): number {
  return (Math.floor(now / 86_400) - DAYS + 1) * 86_400;
}

function lastDays(now: number): string[] {
  return Array.from({ length: DAYS }, (_, index) => dayOf(firstMoment(now) + index * 86_400));
}

function split({ status, amount_refunded: refunded }: Payment, amount: number): [Part, number][] {
  if (status === 'refunded') return [['refunded', amount]];
  if (status === 'paid' && refunded > 0) return [['paid', Math.max(0, amount - refunded)], ['refunded', Math.min(amount, refunded)]];
  const part = PARTS.find((part) => part === status);
  return part ? [[part, amount]] : [];
}

function add(sums: Partial<Record<Part, Sum>>, part: Part, amount: number): void {
  const { count, amount: before } = sums[part] ?? { count: 0, amount: 0 };
  sums[part] = { count: count + 1, amount: before + amount };
}
