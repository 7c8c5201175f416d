import type Stripe from 'stripe';
import { sibling, type Charge } from './charge-object.js';

/** Money that went back to the shopper: https://docs.stripe.com/api/refunds/object */
export type Refund = Stripe.Refund;

/**
 * A refund that has succeeded, with every field that API version 2026-10-28.endive always sends, in Stripe's order.
 * @param amount in the currency's minor units
 * @param created in seconds since 1970
 */
export function newRefund(charge: Charge, amount: number, created: number): Refund {
  const intent = charge.payment_intent as string;
  return {
    id: `re_${sibling(intent)}`,
    object: 'refund',
    amount,
    balance_transaction: `txn_${sibling(intent)}`,
    charge: charge.id,
    created,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: {},
    payment_intent: intent,
    payment_method: charge.payment_method,
    reason: 'requested_by_customer',
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}
