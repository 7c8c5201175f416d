/** Asks Stripe, and enters into the book what it says. */
import type { ListOutcome } from '../stripe/answer.js';
import type { StripeClient } from '../stripe/client.js';
import type { Session } from '../stripe/session.js';
import { countOne, type Counters } from '../storage/counters.js';
import type { StoredPayment } from '../storage/payment-record.js';
import { seconds, type System } from '../system.js';
import type { Book } from './book.js';
import type { FailedLookup, Lookups } from './lookups.js';

/** What a lookup has come to: a payment, that it is none of the merchant's business, or why that cannot be told. */
export type Found = { payment: StoredPayment } | { refused: FailedLookup } | { setback: FailedLookup };

/** Seconds that a session lives, and a reserve: what has been completed lately was begun within them. */
const SESSION_LIVES = 25 * 3_600;

/**
 * Where this canister traps after an `await` here, Azle rejects the promise in the cleanup callback: nothing may be replied
 * or called there, so the rejection is passed on, and only markers are removed.
 */
export class Inquiry {
  constructor(
    private readonly system: System,
    private readonly book: Book,
    private readonly counters: Counters,
    private readonly lookups: Lookups,
    private readonly stripe: StripeClient,
  ) {}

  /** Looks a session up. Others are told meanwhile that it is being looked up. */
  async session(id: string): Promise<Found> {
    const end = this.lookups.begin(id, seconds(this.system));
    try {
      const outcome = await this.stripe.session(id);
      const now = seconds(this.system);
      if (outcome.kind !== 'session') return { setback: this.fail(id, outcome.kind === 'unavailable' ? outcome.reason : 'not_found', now) };
      const payment = this.book.learn(outcome.session, now);
      if (payment === undefined) return { refused: this.fail(id, 'not_found', now) };
      this.lookups.succeed(id);
      this.count(payment.status);
      return { payment };
    } finally {
      end();
    }
  }

  /**
   * Asks for the newest sessions that shoppers have completed, a page of them.
   * @param since when they were completed at the earliest, in seconds since 1970; more than a day before they may have begun
   * @param after the session that the page before ended with
   */
  async newest(since: number, after?: string): Promise<ListOutcome> {
    const outcome = await this.stripe.newest(since - SESSION_LIVES, after);
    const now = seconds(this.system);
    if (outcome.kind === 'list') for (const session of outcome.sessions) this.enter(session, now);
    this.count(outcome.kind === 'list' ? 'list' : outcome.reason);
    return outcome;
  }

  private enter(session: Session, now: number): void {
    try {
      if (this.book.learn(session, now)) this.lookups.succeed(session.id);
    } catch {
      this.count('unreadable'); // One record that cannot be read must not hold up the rest.
    }
  }

  private fail(id: string, reason: Parameters<Lookups['fail']>[1], now: number): FailedLookup {
    this.count(reason);
    return this.lookups.fail(id, reason, now);
  }

  private count(outcome: string): void {
    countOne(this.counters.counts.lookups, outcome);
    this.book.commit();
  }
}
