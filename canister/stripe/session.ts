/**
 * What Stripe says of a Checkout Session, and what it means.
 *
 * https://docs.stripe.com/api/checkout/sessions/object
 */
import { isObject } from '../encoding/json.js';
import { SESSION_ID, type Payment, type Reason, type Status } from '../contract.js';

/**
 * The few fields of a session that are kept: the public view, what decides the
 * status, and the private record. Nothing of the payer's is among them.
 */
export interface Session extends Payment {
  status: string | null;
  payment_intent: string | null;
  /** In seconds since 1970. */
  expires_at: number | null;
}

/** What the merchant accepts as payment. */
export interface Terms {
  livemode: boolean;
  /** Accepted `mode`s of a session. */
  accept_modes: readonly string[];
  /** Accepted payment links (`plink_…`); empty means any. */
  payment_links: readonly string[];
  /** Whether a completed session that had nothing to pay counts as paid. */
  accept_no_payment_required: boolean;
}

/** What Stripe's answer means. `payment` is there when the session is the merchant's business. */
export interface Verdict {
  status: Status;
  reason?: Reason;
  payment?: Payment;
}

const NOTHING_TO_PAY = 'no_payment_required';

/** Seconds after which a delayed payment that has not settled never will: Stripe's slowest takes 14 days. */
const UNSETTLED_AFTER = 21 * 24 * 3600;

/**
 * Keeps the known fields of a Checkout Session, each of the form that Stripe
 * gives it, and drops everything else; undefined where it is not one.
 * Its own output goes through it unchanged, so both the transform (on a whole
 * answer) and the canister (on what the transform left) use it.
 */
export function readSession(json: unknown): Session | undefined {
  if (!isObject(json) || json.object !== 'checkout.session') return undefined;
  const id = matching(SESSION_ID, json.id);
  const created = wholeNumber(json.created);
  if (id === null || created === null || typeof json.livemode !== 'boolean') return undefined;
  const presentment = isObject(json.presentment_details) ? readPresentment(json.presentment_details) : undefined;
  return {
    id,
    client_reference_id: matching(/^[A-Za-z0-9_-]{1,200}$/, json.client_reference_id),
    payment_link: idOf(json.payment_link),
    mode: matching(WORD, json.mode) ?? 'unknown',
    payment_status: matching(WORD, json.payment_status) ?? 'unknown',
    amount_total: wholeNumber(json.amount_total),
    currency: matching(CURRENCY, json.currency),
    amount_refunded: 0, // the session does not tell; a refund is an event of its own
    ...(presentment && { presentment }),
    created,
    livemode: json.livemode,
    status: matching(WORD, json.status),
    payment_intent: idOf(json.payment_intent),
    expires_at: wholeNumber(json.expires_at),
  };
}

/** A session in the words of Stripe's API, so that {@link readSession} reads it back. */
export function writeSession({ presentment, ...session }: Session): Record<string, unknown> {
  return {
    object: 'checkout.session',
    ...session,
    ...(presentment && {
      presentment_details: { presentment_amount: presentment.amount, presentment_currency: presentment.currency },
    }),
  };
}

/** The public view: what may leave the canister. */
export function publicView(session: Session): Payment {
  const { id, client_reference_id, payment_link, mode, payment_status, amount_total, currency, amount_refunded } = session;
  const { presentment, created, livemode } = session;
  return {
    id,
    client_reference_id,
    payment_link,
    mode,
    payment_status,
    amount_total,
    currency,
    amount_refunded,
    ...(presentment && { presentment }),
    created,
    livemode,
  };
}

/**
 * Decides what a session means to a merchant with these terms. Stripe's values
 * are open sets: one that is not known is never paid, and never an invitation
 * to pay again.
 * @param now in seconds since 1970
 */
export function judge(session: Session, terms: Terms, now: number): Verdict {
  if (!isAccepted(session, terms)) return { status: 'not_found' };
  const payment = publicView(session);
  if (session.status === 'open') return { status: 'open', payment };
  if (session.status === 'expired') return { status: 'expired', payment };
  if (session.status === 'complete' && SETTLED.includes(session.payment_status)) return { status: 'paid', payment };
  if (now - session.created > UNSETTLED_AFTER) return { status: 'processing', reason: 'unsettled', payment };
  return { status: 'processing', payment };
}

/** Whether a session is of the account mode, kind and link that the merchant accepts. */
export function isAccepted(session: Payment, terms: Terms): boolean {
  const { payment_links: links } = terms;
  return (
    session.livemode === terms.livemode &&
    terms.accept_modes.includes(session.mode) &&
    (links.length === 0 || (session.payment_link !== null && links.includes(session.payment_link))) &&
    (session.payment_status !== NOTHING_TO_PAY || terms.accept_no_payment_required)
  );
}

const SETTLED = ['paid', NOTHING_TO_PAY];

const WORD = /^[a-z_]{1,40}$/;
const CURRENCY = /^[a-z]{3}$/;
const STRIPE_ID = /^[A-Za-z0-9_]{1,255}$/;

function readPresentment(details: Record<string, unknown>): Payment['presentment'] {
  const amount = wholeNumber(details.presentment_amount);
  const currency = matching(CURRENCY, details.presentment_currency);
  return amount === null || currency === null ? undefined : { amount, currency };
}

/** The id of what Stripe gives as an id or, expanded, as an object. */
function idOf(value: unknown): string | null {
  return matching(STRIPE_ID, isObject(value) ? value.id : value);
}

function matching(pattern: RegExp, value: unknown): string | null {
  return typeof value === 'string' && pattern.test(value) ? value : null;
}

function wholeNumber(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
