import type Stripe from 'stripe';
import { randomText } from './ids.js';
import type { PaymentMethod, Session } from './session-object.js';

/** What was taken from the shopper: https://docs.stripe.com/api/charges/object */
export type Charge = Stripe.Charge;

/** What a charge is made of. */
export interface NewCharge {
  session: Session;
  method: PaymentMethod;
  /** The PaymentIntent it belongs to. */
  intent: string;
  /** In the currency's minor units. */
  amount: number;
  /** In seconds since 1970. */
  created: number;
}

/** A charge that has succeeded, with every field that API version 2026-10-28.endive always sends, in Stripe's order. */
export function newCharge({ session, method, intent, amount, created }: NewCharge): Charge {
  const id = `${method === 'card' ? 'ch' : 'py'}_${sibling(intent)}`;
  const shopper = session.customer_details;
  return {
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: `txn_${sibling(intent)}`,
    billing_details: {
      address: shopper?.address ?? null,
      email: shopper?.email ?? null,
      name: shopper?.name ?? null,
      phone: shopper?.phone ?? null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'DEMO SHOP',
    captured: true,
    created,
    currency: session.currency ?? 'eur',
    customer: session.customer,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: session.livemode,
    metadata: {},
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: method === 'card' ? 'normal' : 'not_assessed',
      ...(method === 'card' && { risk_score: 41 }),
      seller_message: 'Payment complete.',
      type: 'authorized',
    },
    paid: true,
    payment_intent: intent,
    payment_method: `pm_1S${randomText(22)}`,
    payment_method_details: methodDetails(method, amount),
    ...(session.presentment_details && { presentment_details: session.presentment_details }),
    receipt_email: null,
    receipt_number: null,
    receipt_url: `https://pay.stripe.com/receipts/payment/${randomText(120)}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

/** What changes in a charge while the money of a delayed method is on its way. */
export const PENDING = { balance_transaction: null, paid: false, status: 'pending' } as const;

/** What changes when a delayed payment fails. */
export const FAILED = {
  failure_code: 'insufficient_funds',
  failure_message: 'The customer’s account has insufficient funds to cover this payment.',
  paid: false,
  status: 'failed',
} as const;

/** The ids of what belongs to one payment begin alike at Stripe: `pi_3S…a`, `ch_3S…b`. */
export function sibling(intent: string): string {
  return `${intent.slice(3, -8)}${randomText(8)}`;
}

function methodDetails(method: PaymentMethod, amount: number): Stripe.Charge.PaymentMethodDetails {
  switch (method) {
    case 'card':
      return { card: cardDetails(amount), type: 'card' };
    case 'sepa_debit':
      return {
        sepa_debit: {
          bank_code: '37040044',
          branch_code: '',
          country: 'DE',
          fingerprint: randomText(16),
          last4: '3000',
          mandate: `mandate_1S${randomText(22)}`,
        },
        type: 'sepa_debit',
      };
    case 'us_bank_account':
      return {
        us_bank_account: {
          account_holder_type: 'individual',
          account_type: 'checking',
          bank_name: 'STRIPE TEST BANK',
          fingerprint: randomText(16),
          last4: '6789',
          payment_reference: null,
          routing_number: '110000000',
        },
        type: 'us_bank_account',
      };
    case 'customer_balance':
      return { customer_balance: {}, type: 'customer_balance' };
  }
}

function cardDetails(amount: number): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    amount_authorized: amount,
    authorization_code: '304112',
    brand: 'visa',
    checks: { address_line1_check: 'pass', address_postal_code_check: 'pass', cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    extended_authorization: { status: 'disabled' },
    fingerprint: randomText(16),
    funding: 'credit',
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: '4242',
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: 'visa',
    network_token: { used: false },
    network_transaction_id: '741209820123956',
    overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
