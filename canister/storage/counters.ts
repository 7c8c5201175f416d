/** Numbers that the canister keeps about itself, in one record. */
import type { Status } from '../contract.js';
import type { KeyValue } from './key-value.js';

/** The queues are first-in-first-out, so that two numbers say what is in one. */
export interface Span {
  /** The number of the oldest item. */
  first: number;
  /** The number that the next item will get. */
  next: number;
}

/** All that is counted. Kinds may be added: what a stored record lacks begins at 0. */
export interface Counts {
  /** Numbers given to payments so far. */
  payments: number;
  /** Payments by where they stand. */
  statuses: Partial<Record<Status, number>>;
  disputed: number;
  /** Sessions beyond the first that were paid with one reference. */
  duplicates: number;
  /** What has become of questions to Stripe, by outcome. */
  lookups: Record<string, number>;
  /** Authentic events by what they were about. */
  events: Record<string, number>;
  /** When the last authentic event came, in seconds since 1970. */
  lastEvent?: number;
  seen: Span;
  due: Span[];
  /** Numbers given to deliveries so far. */
  deliveries: number;
  /** Calls to fulfillers, by what they told or that they failed. */
  delivered: Record<string, number>;
  /** References issued to shoppers. */
  issued: Span;
  /** Payments that became paid, by day (since 1970) for the last 30 days. */
  paidOn: Record<string, number>;
  /** When it was last begun to go through the newest payments, and when last so that it came to its end; in seconds since 1970. */
  reconciling: { begun: number; ended: number };
  /** The balances of cycles of the last days, the oldest first, from which a day's burn is told. */
  balances: Balance[];
}

/** A balance of cycles, as a decimal number, and when that was, in seconds since 1970. */
export interface Balance {
  at: number;
  cycles: string;
}

const KEY = 'c';
const VERSION = 1;

function nothing(): Counts {
  return { payments: 0, statuses: {}, disputed: 0, duplicates: 0, lookups: {}, events: {}, seen: { first: 0, next: 0 }, due: [], deliveries: 0, delivered: {}, issued: { first: 0, next: 0 }, paidOn: {}, reconciling: { begun: 0, ended: 0 }, balances: [] };
}

/** {@link Counts}, read once and written back by {@link save}, which whoever changes them calls at the end of a message. */
export class Counters {
  readonly counts: Counts;
  /** Whether they were there already. */
  readonly areStored: boolean;

  constructor(private readonly store: KeyValue) {
    const text = store.getText(KEY);
    this.areStored = text !== undefined;
    const { version, ...counts } = (text === undefined ? { version: VERSION } : JSON.parse(text)) as { version: number } & Partial<Counts>;
    if (version !== VERSION) throw new Error(`counters of version ${version}: install the newer canister again`);
    this.counts = { ...nothing(), ...counts };
  }

  save(): void {
    this.store.setText(KEY, JSON.stringify({ version: VERSION, ...this.counts }));
  }
}

/** Counts one more under a name. */
export function countOne(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}
