import type Stripe from 'stripe';
import { sibling, type Charge } from './charge-object.js';
import { objectId } from './ids.js';

/** A shopper's bank that wants the money back: https://docs.stripe.com/api/disputes/object */
export type Dispute = Stripe.Dispute;

const DAY = 24 * 60 * 60;

/**
 * A dispute about all that is left of a charge, with every field that API version 2026-10-28.endive always sends, in
 * Stripe's order.
 * @param created in seconds since 1970
 */
export function newDispute(charge: Charge, created: number): Dispute {
  const amount = charge.amount - charge.amount_refunded;
  return {
    id: objectId('du'),
    object: 'dispute',
    amount,
    balance_transactions: [withdrawal(charge, amount, created)],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: NO_EVIDENCE,
    evidence_details: {
      due_by: created + 9 * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: charge.livemode,
    metadata: {},
    payment_intent: charge.payment_intent,
    ...(charge.payment_method_details?.type === 'card' && {
      payment_method_details: {
        card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
        type: 'card',
      } as const,
    }),
    reason: 'fraudulent',
    status: 'needs_response',
  };
}

const FEE = 2000;

function withdrawal(charge: Charge, amount: number, created: number): Stripe.BalanceTransaction {
  const { currency, payment_intent: intent, id } = charge;
  return {
    id: `txn_${sibling(intent as string)}`,
    object: 'balance_transaction',
    amount: -amount,
    available_on: created + 7 * DAY,
    balance_type: 'payments',
    created,
    currency,
    description: `Chargeback withdrawal for ${id}`,
    exchange_rate: null,
    fee: FEE,
    fee_details: [{ amount: FEE, application: null, currency, description: 'Dispute fee', type: 'stripe_fee' }],
    net: -amount - FEE,
    reporting_category: 'dispute',
    source: id,
    status: 'pending',
    type: 'adjustment',
  };
}

const NO_EVIDENCE: Stripe.Dispute.Evidence = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
};
