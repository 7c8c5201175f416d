import type Stripe from 'stripe';
import { randomText } from './ids.js';
import { METHOD_CONFIGURATION, type Session } from './session-object.js';

/** The attempt to take a payment: https://docs.stripe.com/api/payment_intents/object */
export type PaymentIntent = Stripe.PaymentIntent;

/**
 * The PaymentIntent of a session that nobody has paid yet, with every field that API version 2026-10-28.endive
 * always sends, in Stripe's order.
 * @param amount in the currency's minor units
 * @param created in seconds since 1970
 */
export function newIntent(session: Session, amount: number, created: number): PaymentIntent {
  // A subscription's session does not name its PaymentIntent, and its charges belong to one all the same.
  const id = typeof session.payment_intent === 'string' ? session.payment_intent : `pi_3S${randomText(22)}`;
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: 'automatic',
    created,
    currency: session.currency ?? 'eur',
    customer: session.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: session.livemode,
    managed_payments: { enabled: false },
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: METHOD_CONFIGURATION,
    payment_method_options: {
      card: {
        installments: null,
        mandate_options: null,
        network: null,
        request_three_d_secure: 'automatic',
      },
    },
    payment_method_types: session.payment_method_types,
    payment_record: null,
    ...(session.presentment_details && { presentment_details: session.presentment_details }),
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
}
