import { FAILED, newCharge, PENDING, type Charge } from './charge-object.js';
import { newDispute, type Dispute } from './dispute-object.js';
import type { NewEvent } from './event-object.js';
import { newIntent, type PaymentIntent } from './payment-intent-object.js';
import { newRefund, type Refund } from './refund-object.js';
import type { SessionChange, SessionRecord } from './sessions.js';

/** The money of a session: what Stripe keeps about it beside the session. */
export interface Payment {
  intent: PaymentIntent;
  charge: Charge;
}

/**
 * What happens to the money, and the events that tell of it: https://docs.stripe.com/api/events/types
 * Those of a payment are told in the order in which things happen, the session's own last. The bank transfer's
 * steps are those of a direct debit, and nothing tells of invoices and subscriptions.
 */
export class Payments {
  readonly #tell: (event: NewEvent) => void;
  readonly #now: () => number;

  /**
   * @param tell called with each event, as things are at that moment
   * @param now in milliseconds since 1970
   */
  constructor(tell: (event: NewEvent) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** A session has changed. */
  changed(change: SessionChange, record: SessionRecord): void {
    if (change === 'completed') this.#completed(record);
    if (change === 'async_payment_succeeded') this.#settled(record);
    if (change === 'async_payment_failed') this.#failed(record);
    this.#tell({ type: `checkout.session.${change}`, object: record.session });
  }

  /**
   * Gives money back: https://docs.stripe.com/refunds
   * Throws where Stripe would refuse: nothing was paid, less is left, or the charge is disputed.
   * @param amount in the currency's minor units; by default all that is left
   */
  refund(record: SessionRecord, amount?: number): Refund {
    const { charge } = this.#paid(record);
    if (charge.disputed) throw new Error(`${record.session.id} is disputed, and a disputed charge cannot be refunded`);
    const left = charge.amount - charge.amount_refunded;
    const given = amount ?? left;
    if (!Number.isSafeInteger(given) || given < 1 || given > left) {
      throw new RangeError(`Of ${record.session.id} there are ${left} left to refund, which ${given} does not fit`);
    }
    const refund = newRefund(charge, given, this.#seconds());
    const previous = { amount_refunded: charge.amount_refunded, ...(given === left && { refunded: false }) };
    charge.amount_refunded += given;
    charge.refunded = given === left;
    this.#tell({ type: 'refund.created', object: refund, livemode: charge.livemode, requested: true });
    this.#tell({ type: 'charge.refunded', object: charge, previous, requested: true });
    return refund;
  }

  /**
   * The shopper's bank takes the money back: https://docs.stripe.com/disputes
   * Throws when nothing was paid, or it has gone back before.
   */
  dispute(record: SessionRecord): Dispute {
    const { charge } = this.#paid(record);
    if (charge.disputed || charge.refunded) {
      throw new Error(`${record.session.id} is ${charge.disputed ? 'disputed' : 'refunded'} already`);
    }
    const dispute = newDispute(charge, this.#seconds());
    charge.disputed = true;
    this.#tell({ type: 'charge.dispute.created', object: dispute });
    this.#tell({ type: 'charge.dispute.funds_withdrawn', object: dispute });
    return dispute;
  }

  #completed(record: SessionRecord): void {
    if (!record.session.amount_total) return;
    const payment = this.#payment(record);
    const { intent, charge } = payment;
    this.#tell({ type: 'payment_intent.created', object: intent });
    if (record.delayed === undefined) {
      this.#arrive(payment);
    } else {
      Object.assign(charge, PENDING);
      Object.assign(intent, { ...confirmed(charge), status: 'processing' });
      this.#tell({ type: 'charge.pending', object: charge });
      this.#tell({ type: 'payment_intent.processing', object: intent });
    }
  }

  #settled(record: SessionRecord): void {
    this.#arrive(this.#payment(record));
  }

  #failed(record: SessionRecord): void {
    const { intent, charge } = this.#payment(record);
    Object.assign(charge, FAILED);
    Object.assign(intent, { latest_charge: charge.id, payment_method: null, status: 'requires_payment_method' });
    this.#tell({ type: 'charge.failed', object: charge });
    this.#tell({ type: 'payment_intent.payment_failed', object: intent });
  }

  #arrive({ intent, charge }: Payment): void {
    Object.assign(charge, { paid: true, status: 'succeeded' });
    Object.assign(intent, { ...confirmed(charge), amount_received: charge.amount, status: 'succeeded' });
    this.#tell({ type: 'charge.succeeded', object: charge });
    this.#tell({ type: 'payment_intent.succeeded', object: intent });
  }

  /** The payment of a session that is paid. */
  #paid(record: SessionRecord): Payment {
    const { id, payment_status: status } = record.session;
    if (status !== 'paid') throw new Error(`${id} is not paid, so there is no money to take back`);
    return this.#payment(record);
  }

  /** Made when it is first needed, for a test may have made a session that was paid from the start. */
  #payment(record: SessionRecord): Payment {
    const { session, method = 'card' } = record;
    const amount = session.amount_total ?? 0;
    const created = this.#seconds();
    if (!record.payment) {
      const intent = newIntent(session, amount, created);
      record.payment = { intent, charge: newCharge({ session, method, intent: intent.id, amount, created }) };
    }
    return record.payment;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

function confirmed(charge: Charge): Partial<PaymentIntent> {
  return { latest_charge: charge.id, payment_method: charge.payment_method };
}
