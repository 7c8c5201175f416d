/**
 * How often Stripe is asked, whatever the load. Anyone can invent session ids, and the first lookup of an honest shopper is
 * of an unknown id, too; so single lookups are rationed, and when the ration is used up one list of the newest sessions
 * answers everybody who waits, at a fixed rate.
 *
 * Stripe allows 25 requests a second to an endpoint, and 500 reads for each payment in the average of 30 days
 * (https://docs.stripe.com/rate-limits). One lookup is a request from each of about 13 nodes.
 *
 * Kept in memory only: an upgrade begins with a full ration.
 */
import { Bucket } from './bucket.js';

/** Single lookups a second, in the long run, and at once. */
const LOOKUPS = [1, 5] as const;
/** Answers by update that need no lookup: each costs the canister a message all the same. */
const ANSWERS = [1, 50] as const;
/** Refusals by update, which tell a site builder what to mend. */
const REFUSALS = [0.5, 20] as const;
/**
 * Bytes that are hashed to see whether a webhook is Stripe's, at 8,400 instructions each, for those that turn out not to be.
 * The short ones have been checked before they were let in, by one node, whose word is not taken for it.
 */
const EVENTS = [2_000, 200_000] as const;
const LARGE_EVENTS = [1_000, 131_072] as const;
/** Single lookups a day without any payments, and for each payment of the last 30 days. */
const DAILY = 200;
const DAILY_PER_PAYMENT = 1;
/** Seconds between two lists. A shopper who waits for one is served within twice that. */
const LIST_EVERY = 4;
/** Seconds after which a list that never ended no longer counts as under way. */
const LEASE = 120;
const DAY = 86_400;

/** Times are in seconds since 1970, and may have fractions. */
export class Gate {
  readonly answers = new Bucket(...ANSWERS);
  readonly refusals = new Bucket(...REFUSALS);
  readonly events = new Bucket(...EVENTS);
  readonly largeEvents = new Bucket(...LARGE_EVENTS);
  private readonly lookups = new Bucket(...LOOKUPS);
  private day = 0;
  private spentToday = 0;
  private listedAt = 0;
  private listing = false;

  /** @param recentPayments how many there were in the last 30 days */
  constructor(private readonly recentPayments: () => number) {}

  /** Whether there is ration left for a single lookup. Changes nothing. */
  mayLookUp(now: number): boolean {
    const spent = Math.floor(now / DAY) === this.day ? this.spentToday : 0;
    return this.lookups.has(now) && spent < DAILY + DAILY_PER_PAYMENT * this.recentPayments();
  }

  /** A single lookup begins. */
  spend(now: number): void {
    this.lookups.take(now);
    const today = Math.floor(now / DAY);
    if (today !== this.day) this.spentToday = 0;
    this.day = today;
    this.spentToday += 1;
  }

  /** Whether it is time for a list. Changes nothing. */
  mayList(now: number): boolean {
    return now - this.listedAt >= (this.listing ? LEASE : LIST_EVERY);
  }

  /** A list begins; call what it returns when it has ended, well or not. */
  beginList(now: number): () => void {
    this.listedAt = now;
    this.listing = true;
    return () => {
      if (this.listedAt === now) this.listing = false;
    };
  }

  /** Seconds after which it is worth asking again, for whom there was neither lookup nor list. */
  get wait(): number {
    return LIST_EVERY;
  }
}
