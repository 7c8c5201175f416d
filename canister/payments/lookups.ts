/**
 * Which sessions are being looked up, and which had a setback lately.
 *
 * Kept in memory only: an upgrade forgets it, and the next shopper simply asks
 * again. Both maps are bounded, for anyone may invent ids.
 */
import type { Answer } from '../contract.js';
import type { Setback } from '../stripe/answer.js';

/**
 * Seconds after which a lookup no longer counts as under way. Its marker is
 * removed when it ends, whatever the end; the lease is for the end that never
 * comes to us (an upgrade drops it anyway). As long as three outcalls take at most:
 * should one outlast it, a second lookup begins, which costs an outcall and harms nothing.
 */
const LEASE = 180;

/** Setbacks remembered; the oldest go first. */
const MOST_SETBACKS = 5_000;

/** Seconds until a lookup makes sense again after the first setback of its kind; each further one doubles it. */
const FIRST_WAIT: Record<Setback | 'not_found', number> = {
  rate_limited: 4,
  stripe_unreachable: 2,
  stripe_error: 2,
  busy: 2,
  too_large: 60,
  low_cycles: 30,
  misconfigured: 15,
  not_found: 10,
};
const LONGEST_WAIT = 300;

/** What a failed lookup has left behind. */
export interface FailedLookup {
  /** What to answer until then, without `retry_after_ms`. */
  answer: Answer;
  /** When another lookup makes sense, in seconds since 1970. */
  until: number;
  /** How many have failed in a row. */
  failures: number;
}

/** See above. Times are in seconds since 1970. */
export class Lookups {
  private readonly underWay = new Map<string, number>();
  private readonly setbacks = new Map<string, FailedLookup>();

  /** Whether a lookup of the session is under way. */
  isUnderWay(id: string, now: number): boolean {
    const since = this.underWay.get(id);
    return since !== undefined && now < since + LEASE;
  }

  /** Marks a lookup as under way; what it returns ends it, and only it. */
  begin(id: string, now: number): () => void {
    for (const [other, since] of this.underWay) {
      if (now < since + LEASE) break; // in order of their beginning
      this.underWay.delete(other);
    }
    this.underWay.delete(id);
    this.underWay.set(id, now);
    return () => {
      if (this.underWay.get(id) === now) this.underWay.delete(id);
    };
  }

  /** What the last lookup's failure says, while it is too early for another. */
  setback(id: string, now: number): FailedLookup | undefined {
    const setback = this.setbacks.get(id);
    return setback !== undefined && now < setback.until ? setback : undefined;
  }

  /** Remembers that a lookup could not tell, or found no such session. */
  fail(id: string, reason: Setback | 'not_found', now: number): FailedLookup {
    const failures = (this.setbacks.get(id)?.failures ?? 0) + 1;
    const wait = Math.min(FIRST_WAIT[reason] * 2 ** (failures - 1), LONGEST_WAIT);
    const answer: Answer = reason === 'not_found' ? { status: reason } : { status: 'unavailable', reason };
    const setback = { answer, until: now + wait, failures };
    this.setbacks.delete(id);
    this.setbacks.set(id, setback);
    if (this.setbacks.size > MOST_SETBACKS) this.setbacks.delete(this.setbacks.keys().next().value!);
    return setback;
  }

  /** Forgets a session's setbacks, now that Stripe has spoken. */
  succeed(id: string): void {
    this.setbacks.delete(id);
  }

  /** Forgets all setbacks: the settings may have been mended. */
  forgetSetbacks(): void {
    this.setbacks.clear();
  }
}
