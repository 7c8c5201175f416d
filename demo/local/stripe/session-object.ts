import type Stripe from 'stripe';
import { objectId, randomText, sessionId } from './ids.js';

/** A Checkout Session as Stripe's API shows it, in the version the `stripe` package pins. */
export type Session = Stripe.Checkout.Session;

/** How a shopper pays. All but cards are delayed: the session completes unpaid and settles days later. */
export type PaymentMethod = 'card' | 'sepa_debit' | 'us_bank_account' | 'customer_balance';

/**
 * How much metadata a session carries: a little; the most Stripe allows (50 keys of 500 characters,
 * some 27 KB); or more than 256 KB, which no setting of Stripe's gives but custom fields and the like might.
 */
export type SessionSize = 'typical' | 'full' | 'oversized';

/** What the shopper told Stripe's page. All of it is personal data. */
export interface Shopper {
  email: string;
  name: string;
  country: string;
  phone?: string;
  street?: string;
  city?: string;
  postalCode?: string;
}

/** Who pays when nobody sits before the page. Her name and address try what JSON has to escape. */
export const SAMPLE_SHOPPER: Shopper = {
  email: 'zoe.o\u2019neill+shop@example.com',
  name: 'Zoë "Zo" O\u2019Neill \u{1F6B2}',
  country: 'IE',
  phone: '+353201234567',
  street: '12 \\ Back Lane',
  city: 'Dublin',
  postalCode: 'D02 X285',
};

/** Which methods the merchant offers: one setting of the account's, the same for all its sessions. */
export const METHOD_CONFIGURATION = { id: 'pmc_1SAbCdEfGhIjKlMnOpQrStUv', parent: null };

/** What a new session is made of, before anybody pays it. */
export interface NewSession {
  livemode: boolean;
  /** In seconds since 1970. */
  created: number;
  /** In the currency's minor units. */
  amount: number;
  currency: string;
  mode: string;
  clientReferenceId: string | null;
  paymentLink: string | null;
  /** The redirect as the merchant wrote it, placeholder and all. */
  successUrl: string | null;
  email: string | null;
  locale: string | null;
  methods: readonly PaymentMethod[];
  size: SessionSize;
  merchant: string;
  /** Where the payment page of a session is, given its id. */
  pageUrl: (id: string) => string;
}

/** A session lives a day unless it is told otherwise. */
const LIFETIME_SECONDS = 24 * 60 * 60;

/** An open session with every field that API version 2026-10-28.endive knows, in Stripe's order. */
export function openSession(options: NewSession): Session {
  const id = sessionId(options.livemode);
  const { amount, created, currency } = options;
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: { enabled: true },
    after_expiration: null,
    allow_promotion_codes: false,
    allowed_payment_method_types: null,
    amount_subtotal: amount,
    amount_total: amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: 'auto',
    branding_settings: {
      background_color: '#ffffff',
      border_style: 'rounded',
      button_color: '#0074d4',
      display_name: options.merchant,
      font_family: 'default',
      icon: null,
      logo: null,
    },
    cancel_url: 'https://stripe.com',
    client_reference_id: options.clientReferenceId,
    client_secret: null,
    collected_information: { business_name: null, individual_name: null, shipping_details: null },
    consent: null,
    consent_collection: { payment_method_reuse_agreement: null, promotions: 'none', terms_of_service: 'none' },
    created,
    currency,
    currency_conversion: null,
    custom_fields: [engraving(null)],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: null,
    customer_email: options.email,
    discounts: [],
    expires_at: created + LIFETIME_SECONDS,
    integration_identifier: null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: options.livemode,
    locale: options.locale ?? 'auto',
    managed_payments: { enabled: false },
    metadata: metadataOf(options.size),
    mode: options.mode,
    name_collection: { individual: { enabled: true, optional: true } },
    origin_context: null,
    payment_intent: null,
    payment_link: options.paymentLink,
    payment_method_collection: options.mode === 'subscription' ? 'always' : 'if_required',
    payment_method_configuration_details: METHOD_CONFIGURATION,
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: [...options.methods],
    payment_status: 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: true },
    recovered_from: null,
    saved_payment_method_options: {
      allow_redisplay_filters: ['always'],
      payment_method_remove: 'disabled',
      payment_method_save: null,
    },
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: 'auto',
    subscription: null,
    success_url: options.successUrl,
    tax_id_collection: { enabled: false, required: 'never' },
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: options.pageUrl(id),
    wallet_options: null,
  };
}

/** What changes in a session when `shopper` completes it. */
export function completion(session: Session, shopper: Shopper): Partial<Session> {
  const address = {
    city: shopper.city ?? null,
    country: shopper.country,
    line1: shopper.street ?? null,
    line2: null,
    postal_code: shopper.postalCode ?? null,
    state: null,
  };
  return {
    status: 'complete',
    url: null,
    custom_fields: [engraving(`For ${shopper.name}`)],
    customer_details: {
      address,
      business_name: null,
      email: shopper.email,
      individual_name: shopper.name,
      name: shopper.name,
      phone: shopper.phone ?? null,
      tax_exempt: 'none',
      tax_ids: [],
    },
    collected_information: {
      business_name: null,
      individual_name: shopper.name,
      shipping_details: shopper.street
        ? { address: { ...address, line1: shopper.street }, name: shopper.name }
        : null,
    },
    ...(session.mode === 'subscription'
      ? { customer: `cus_${randomText(14)}`, invoice: objectId('in'), subscription: objectId('sub') }
      : { payment_intent: session.amount_total ? `pi_3S${randomText(22)}` : null }),
  };
}

function engraving(value: string | null): Session['custom_fields'][number] {
  return {
    key: 'engraving',
    label: { custom: 'Engraving', type: 'custom' },
    optional: true,
    text: { default_value: null, maximum_length: null, minimum_length: null, value },
    type: 'text',
  };
}

const METADATA: Record<SessionSize, { keys: number; length: number }> = {
  typical: { keys: 0, length: 0 },
  full: { keys: 49, length: 500 },
  oversized: { keys: 49, length: 5600 },
};

function metadataOf(size: SessionSize): Record<string, string> {
  const { keys, length } = METADATA[size];
  const entries = Array.from({ length: keys }, (_, index) => {
    const key = `note_${String(index).padStart(2, '0')}_`.padEnd(40, 'x');
    return [key, ''.padEnd(length, 'Lorem ipsum dolor sit amet. ')];
  });
  return { shop: 'demo', ...(Object.fromEntries(entries) as Record<string, string>) };
}
