/**
 * What is to be done by itself, each after one of a few delays: sessions to be looked up, deliveries to be made. All items of a queue wait equally long,
 * so that the first is always the next one due, and a queue costs nothing but its ends.
 */
import type { Counters, Span } from './counters.js';
import type { KeyValue } from './key-value.js';

/** Seconds. */
export const DELAYS = [0, 60, 600, 3_600, 6 * 3_600] as const;
export type Delay = (typeof DELAYS)[number];

const DAY = 24 * 3_600;
/** Seconds after which an item that never comes to an end is given up: Stripe's slowest payments settle in 14 days. */
const PATIENCE: Record<Why, number> = { event: 21 * DAY, settling: 21 * DAY, delivery: 7 * DAY };

/** A session to be looked up, or a delivery to be made. */
export interface DueItem {
  /** The session's, or the lane's of the outbox. */
  id: string;
  /** The place in {@link DELAYS} of the delay after which it came. */
  queue: number;
  /** When it was first added, in seconds since 1970. */
  since: number;
  /**
   * Why it is here: an event has said that it is to be looked up, its payment will settle some day, or a fulfiller is to be
   * told. Of the latter two a payment, or lane, has one at most.
   */
  why: Why;
}

/** See {@link DueItem}. */
export type Why = 'event' | 'settling' | 'delivery';

/** The item that somebody is at. It stays here until they are done, whatever becomes of them. */
const IN_HAND = 'h';

/** Items of queue n (`u<n>_<number>`), and the one in hand (`h`). Times are in seconds since 1970. */
export class DueQueues {
  constructor(
    private readonly store: KeyValue,
    private readonly counters: Counters,
  ) {}

  /** Returns when it will be due. */
  add(id: string, why: Why, delay: Delay, now: number, since = now): number {
    const queue = DELAYS.indexOf(delay);
    const span = this.span(queue);
    this.store.setText(key(queue, span.next), `${now + delay} ${since} ${why} ${id}`);
    span.next += 1;
    return now + delay;
  }

  /** Puts an item that has come to nothing off until after the next longer delay; or gives it up, when it is too old. */
  postpone({ id, why, queue, since }: DueItem, now: number): number | undefined {
    if (now - since > PATIENCE[why]) return undefined;
    return this.add(id, why, DELAYS[Math.min(queue + 1, DELAYS.length - 1)], now, since);
  }

  /** Takes one that is due in hand, or undefined. One that was in hand and not done with is put off: it may be to blame. */
  take(now: number): DueItem | undefined {
    const stranded = this.inHand();
    if (stranded) {
      this.postpone(stranded, now);
      this.done(stranded);
    }
    for (const queue of DELAYS.keys()) {
      const span = this.span(queue);
      const head = this.head(queue, span);
      if (head === undefined || head.due > now) continue;
      this.store.remove(key(queue, span.first));
      span.first += 1;
      const item = { id: head.id, why: head.why, queue, since: head.since };
      this.store.setText(IN_HAND, written(item));
      return item;
    }
    return undefined;
  }

  /** Says that an item is no longer in hand; another may be by now, if it has taken too long. */
  done(item: DueItem): void {
    if (this.store.getText(IN_HAND) === written(item)) this.store.remove(IN_HAND);
  }

  /** When there is something to take next, in seconds since 1970; undefined when there never will be. */
  get nextDue(): number | undefined {
    if (this.inHand()) return 0;
    let next: number | undefined;
    for (const queue of DELAYS.keys()) {
      const head = this.head(queue, this.span(queue));
      if (head !== undefined && (next === undefined || head.due < next)) next = head.due;
    }
    return next;
  }

  /** How many wait. */
  get size(): number {
    return this.counters.counts.due.reduce((sum, { first, next }) => sum + next - first, 0);
  }

  private inHand(): DueItem | undefined {
    const text = this.store.getText(IN_HAND);
    if (text === undefined) return undefined;
    const [queue, since, why, id] = text.split(' ');
    return { id, why: why as Why, queue: Number(queue), since: Number(since) };
  }

  private head(queue: number, span: Span): (Omit<DueItem, 'queue'> & { due: number }) | undefined {
    if (span.first >= span.next) return undefined;
    const [due, since, why, id] = (this.store.getText(key(queue, span.first)) ?? '0 0 event ').split(' ');
    return { due: Number(due), since: Number(since), why: why as Why, id };
  }

  private span(queue: number): Span {
    return (this.counters.counts.due[queue] ??= { first: 0, next: 0 });
  }
}

function written({ queue, since, why, id }: DueItem): string {
  return `${queue} ${since} ${why} ${id}`;
}

function key(queue: number, number: number): string {
  return `u${queue}_${number}`;
}
