/** Asks Stripe. */
import { latin1 } from '../encoding/bytes.js';
import type { Settings } from '../settings.js';
import type { System } from '../system.js';
import { interpret, interpretList, outcomeOfReject, type ListOutcome, type Outcome, type Unavailable } from './answer.js';
import { LIST_CAPS, OutcallArguments, RESPONSE_CAPS, readReply, type Cap } from './outcall.js';

/**
 * Cycles under which nothing is spent on outcalls: they keep an idle canister alive for three months.
 * A call needs about half of it free for a moment, as a reserve for its reply.
 */
export const CYCLES_FLOOR = 100_000_000_000n;

export class StripeClient {
  private readonly outcall: OutcallArguments;

  /** @param nextNumber gives a number that no other call ever gets, not even after an upgrade */
  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly nextNumber: () => number,
  ) {
    this.outcall = new OutcallArguments(settings, system.self);
  }

  /** Asks for a session. */
  session(id: string): Promise<Outcome> {
    return this.withCaps(RESPONSE_CAPS, this.outcall.url(id), (reduced) => interpret(id, reduced));
  }

  /**
   * Asks for the newest sessions that shoppers have completed, a page of them.
   * @param since when they were begun at the earliest, in seconds since 1970
   * @param after the session that the page before ended with
   */
  newest(since: number, after?: string): Promise<ListOutcome> {
    return this.withCaps(LIST_CAPS, this.outcall.listUrl(since, after), interpretList);
  }

  /** Asks for a page as {@link newest} does, to see what Stripe says to it: what the transform left of the answer. */
  probe(since: number): Promise<string | Unavailable> {
    return this.withCaps(LIST_CAPS, this.outcall.listUrl(since), (reduced) => reduced);
  }

  /** Asks with a small cap on the answer, and again with the next where that was too small. */
  private async withCaps<T>(caps: readonly Cap[], url: string, read: (reduced: string) => T): Promise<T | Unavailable> {
    const urlBytes = this.system.bytes(url);
    let outcome: Unavailable = { kind: 'unavailable', reason: 'too_large' };
    for (const cap of caps) {
      if (this.system.cycles() < CYCLES_FLOOR) return { kind: 'unavailable', reason: 'low_cycles' };
      const { args, cycles } = this.outcall.fill(cap, urlBytes, this.idempotencyKey());
      let reply: Uint8Array;
      try {
        reply = await this.system.outcall(args, cycles);
      } catch (error) {
        outcome = outcomeOfReject(error);
        if (outcome.reason === 'too_large') continue;
        return outcome;
      }
      return read(latin1(readReply(reply).body));
    }
    return outcome;
  }

  /** Names one question among those of all canisters and times. Random bytes would not: they repeat after each upgrade. */
  private idempotencyKey(): Uint8Array {
    if (this.settings.idempotent_proxy === null) return NO_BYTES;
    return this.system.bytes(`${this.system.self.toText()}-${this.nextNumber()}-${this.system.time()}`);
  }
}

const NO_BYTES = new Uint8Array();
