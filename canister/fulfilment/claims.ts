/** Gives each payment to one fulfiller at most, and only where it is the payment that was expected. */
import { CallerError } from '../caller-error.js';
import { SESSION_ID, type Answer, type Payment } from '../contract.js';
import { latin1 } from '../encoding/bytes.js';
import { answerOf, type Book } from '../payments/book.js';
import type { Checkout } from '../payments/checkout.js';
import type { Fulfiller, Settings } from '../settings.js';
import type { Claimed } from '../storage/claimed.js';
import type { Payments } from '../storage/payments.js';
import type { ClaimArgumentValue, ClaimOutcome } from './interface.js';

/** What is needed of the rest. Settings, book and checkout are those of now, which may change while Stripe is asked. */
export interface Rooms {
  settings: () => Settings;
  payments: Payments;
  book: () => Book;
  checkout: () => Checkout;
  claimed: Claimed;
}

export class Claims {
  constructor(private readonly rooms: Rooms) {}

  /** Whether somebody may claim payments. @param principal as text */
  isFulfiller(principal: string): boolean {
    return this.fulfiller(principal) !== undefined;
  }

  /** Throws a CallerError unless somebody may claim payments. */
  check(principal: string): Fulfiller {
    const fulfiller = this.fulfiller(principal);
    if (fulfiller === undefined) throw new CallerError(`Only fulfillers may do this: a controller can add ${principal} to fulfillers, with its payment links.`);
    return fulfiller;
  }

  /**
   * Claims a payment, after asking Stripe about it where it is time to. Throws a CallerError where the caller is no fulfiller,
   * or has sent no session's id; and where nobody can tell now, so that the call is to be made again.
   * @param by the caller, as text
   */
  async claim(by: string, expected: ClaimArgumentValue): Promise<ClaimOutcome> {
    const { session_id: id } = expected;
    if (!SESSION_ID.test(id)) throw new CallerError('session_id must be the id of a Checkout Session: cs_test_ or cs_live_ with letters and digits after it.');
    if (!this.check(by).payment_links.includes(expected.payment_link)) return 'mismatch';
    await this.learn(id);
    // From here to the end nothing is awaited, so that no two callers find the same payment unclaimed.
    if (!this.check(by).payment_links.includes(expected.payment_link)) return 'mismatch';
    const { claimed } = this.rooms;
    const payment = this.accepted(id);
    if (payment === undefined) return 'not_paid';
    if (!isExpected(payment.payment!, expected)) return 'mismatch';
    const owner = claimed.by(id);
    if (owner !== undefined && owner !== by) return 'claimed_by_other';
    if (payment.status !== 'paid' && payment.status !== 'refunded') return 'not_paid';
    const { amount_total, amount_refunded } = payment.payment!;
    if (payment.status === 'refunded' || BigInt(amount_total! - amount_refunded) < expected.min_amount) return 'refunded';
    if (owner === by) return 'already_yours';
    claimed.set(id, by);
    return 'claimed';
  }

  private fulfiller(principal: string): Fulfiller | undefined {
    return this.rooms.settings().fulfillers.find(({ canister }) => canister === principal);
  }

  private async learn(id: string): Promise<void> {
    const checkout = this.rooms.checkout();
    const known = checkout.known(id, id.startsWith('cs_live_')) ?? (await checkout.lookUp(id)) ?? checkout.busy;
    const { status, reason, retry_after_ms } = JSON.parse(latin1(known)) as Answer;
    if (status !== 'unavailable' && status !== 'checking') return;
    const when = retry_after_ms === undefined ? 'when that is mended' : `in ${retry_after_ms / 1_000} seconds`;
    throw new CallerError(`It cannot be told now what has become of the payment (${reason ?? status}): call again ${when}.`);
  }

  private accepted(id: string): Answer | undefined {
    const payment = this.rooms.payments.get(id);
    return payment && this.rooms.book().isAccepted(payment) ? answerOf(payment) : undefined;
  }
}

function isExpected({ client_reference_id, payment_link, currency, amount_total }: Payment, expected: ClaimArgumentValue): boolean {
  return (
    client_reference_id === expected.reference &&
    payment_link === expected.payment_link &&
    currency === expected.currency &&
    amount_total !== null &&
    BigInt(amount_total) >= expected.min_amount
  );
}
