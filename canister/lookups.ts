/**
 * Which sessions are being looked up, and which had a setback lately.
 *
 * Kept in memory only: an upgrade forgets it, and the next shopper simply asks
 * again. Both maps are bounded, for anyone may invent ids.
 */
import type { Answer } from './contract.js';
import type { Setback } from './stripe-answer.js';

/**
 * Seconds after which a lookup no longer counts as under way. Its marker is
 * removed when it ends, whatever the end; the lease is for the end that never
 * comes to us (an upgrade drops it anyway). Two outcalls of a minute, and a reserve.
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
export interface Remembered {
  /** What to answer until then. */
  answer: Answer;
  /** In seconds since 1970. */
  until: number;
}

interface Entry extends Remembered {
  failures: number;
}

/** See above. Times are in seconds since 1970. */
export class Lookups {
  private readonly underWay = new Map<string, number>();
  private readonly setbacks = new Map<string, Entry>();

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
  setback(id: string, now: number): Answer | undefined {
    const entry = this.setbacks.get(id);
    return entry !== undefined && now < entry.until ? entry.answer : undefined;
  }

  /** Remembers that a lookup could not tell, or found no such session. */
  fail(id: string, reason: Setback | 'not_found', now: number): Answer {
    const failures = (this.setbacks.get(id)?.failures ?? 0) + 1;
    const wait = Math.min(FIRST_WAIT[reason] * 2 ** (failures - 1), LONGEST_WAIT);
    const answer = answerTo(reason, wait);
    this.setbacks.delete(id);
    this.setbacks.set(id, { answer, until: now + wait, failures });
    if (this.setbacks.size > MOST_SETBACKS) this.setbacks.delete(this.setbacks.keys().next().value!);
    return answer;
  }

  /** Forgets a session's setbacks, now that Stripe has spoken. */
  succeed(id: string): void {
    this.setbacks.delete(id);
  }
}

function answerTo(reason: Setback | 'not_found', wait: number): Answer {
  if (reason === 'not_found') return { status: 'not_found' };
  if (reason === 'misconfigured') return { status: 'unavailable', reason };
  return { status: 'unavailable', retry_after_ms: wait * 1000, reason };
}
