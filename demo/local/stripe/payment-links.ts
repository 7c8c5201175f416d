import { objectId, randomText } from './ids.js';
import type { PaymentMethod } from './session-object.js';

/** What a merchant sets in the Dashboard for a Payment Link: https://docs.stripe.com/payment-links */
export interface PaymentLinkOptions {
  /** The link's path; Stripe's own look like `test_` and random letters, which is the default. */
  slug?: string;
  /** What is sold, as the payment page names it. */
  product: string;
  /** In the currency's minor units. */
  amount: number;
  /** Three letters, any case. */
  currency: string;
  /**
   * Where the shopper goes after paying. The literal `{CHECKOUT_SESSION_ID}` is filled in and all else
   * kept to the letter. Without it Stripe shows a confirmation of its own.
   */
  afterPayment?: string;
  /** A picture of the product: its URL. */
  image?: string;
  /** Who sells, as the payment page names them. */
  merchant?: string;
  mode?: 'payment' | 'subscription';
  livemode?: boolean;
  /** The ways to pay; by default a card, and the delayed method that fits the currency. */
  methods?: readonly PaymentMethod[];
  /** What the shopper is asked instead, where Adaptive Pricing converts the price. */
  presentment?: { amount: number; currency: string };
}

/** A Payment Link as this stand-in keeps it. */
export interface PaymentLink extends PaymentLinkOptions {
  id: string;
  slug: string;
  merchant: string;
  mode: 'payment' | 'subscription';
  livemode: boolean;
  methods: readonly PaymentMethod[];
}

/** Checks what the merchant wrote and fills in what they left out. Throws where Stripe would refuse. */
export function paymentLink(options: PaymentLinkOptions): PaymentLink {
  const { livemode = false, slug = `${livemode ? '' : 'test_'}${randomText(18)}` } = options;
  if (!/^\w{3,}$/.test(slug)) {
    throw new TypeError(`A payment link's slug is made of letters, digits and _, at least 3, not "${slug}"`);
  }
  if (!Number.isSafeInteger(options.amount) || options.amount < 0) {
    throw new TypeError(`A price is a whole number of the currency's minor units, not ${options.amount}`);
  }
  if (!/^[a-z]{3}$/i.test(options.currency)) {
    throw new TypeError(`A currency has three letters, not "${options.currency}"`);
  }
  if (options.afterPayment !== undefined && !/^https?:$/.test(new URL(options.afterPayment).protocol)) {
    throw new TypeError(`The redirect after payment is an http(s) URL, not "${options.afterPayment}"`);
  }
  const currency = options.currency.toLowerCase();
  return {
    ...options,
    id: objectId('plink'),
    slug,
    currency,
    merchant: options.merchant ?? 'Demo shop',
    mode: options.mode ?? 'payment',
    livemode,
    methods: options.methods ?? ['card', delayedMethod(currency)],
  };
}

/** What the address of a link says about the one who opens it. */
export interface Visit {
  clientReferenceId: string | null;
  email: string | null;
  emailLocked: boolean;
  locale: string | null;
  /** The `utm_…` parameters, to be appended to the redirect. */
  utm: readonly (readonly [string, string])[];
}

/**
 * Reads the parameters of a link: https://docs.stripe.com/payment-links/url-parameters
 * What is not valid is dropped without a word, and the page works all the same.
 */
export function readVisit(query: URLSearchParams): Visit {
  const locked = readEmail(query.get('locked_prefilled_email'));
  return {
    clientReferenceId: readText(query.get('client_reference_id'), 200),
    email: locked ?? readEmail(query.get('prefilled_email')),
    emailLocked: locked !== null,
    locale: readLocale(query.get('locale')),
    utm: UTM_CODES.flatMap((name) => {
      const value = readText(query.get(name), 150);
      return value === null ? [] : [[name, value] as const];
    }),
  };
}

/** Where to send the shopper who has paid: the merchant's URL, filled in, with the `utm_…` parameters appended. */
export function redirectUrl(afterPayment: string, sessionId: string, utm: Visit['utm']): string {
  const hashAt = afterPayment.indexOf('#');
  const address = hashAt < 0 ? afterPayment : afterPayment.slice(0, hashAt);
  const hash = hashAt < 0 ? '' : afterPayment.slice(hashAt);
  const codes = utm.map(([name, value]) => `${name}=${value}`).join('&');
  const separator = codes === '' ? '' : address.includes('?') ? '&' : '?';
  return `${address}${separator}${codes}${hash}`.replaceAll('{CHECKOUT_SESSION_ID}', sessionId);
}

const UTM_CODES = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

const LOCALES = new Set(
  (
    'auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt ' +
    'pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW'
  ).split(' '),
);

function readText(value: string | null, longest: number): string | null {
  return value !== null && value.length <= longest && /^[A-Za-z0-9_-]+$/.test(value) ? value : null;
}

function readEmail(value: string | null): string | null {
  return value !== null && isEmail(value) ? value : null;
}

function readLocale(value: string | null): string | null {
  return value !== null && LOCALES.has(value) ? value : null;
}

/** Whether this can be an e-mail address, as far as a payment page looks. */
export function isEmail(text: string): boolean {
  return text.length <= 512 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);
}

function delayedMethod(currency: string): PaymentMethod {
  switch (currency) {
    case 'eur':
      return 'sepa_debit';
    case 'usd':
      return 'us_bank_account';
    default:
      return 'customer_balance';
  }
}
