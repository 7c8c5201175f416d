/**
 * The contract between the canister and everyone who asks it about a payment:
 * what `GET /checkout/{session_id}` takes and answers. The canister writes it,
 * the element reads it, and neither shares anything else.
 */
import { isObject } from './encoding/json.js';

/** A Stripe Checkout Session id; the first group is its mode. Stripe's own are 66 characters today and at most 255. */
export const SESSION_ID = /^cs_(test|live)_[A-Za-z0-9]{1,240}$/;

/** A `client_reference_id` that the element has made: what the merchant calls the order, if anything, and 130 secret bits. */
export const OWN_REFERENCE = /^([A-Za-z0-9_-]{1,169}-)?isp1[a-z2-7]{26}$/;

/**
 * Where a payment stands.
 * - `checking`: a lookup is under way, ask again after `retry_after_ms`
 * - `open`: the shopper has not finished on Stripe's page
 * - `processing`: complete, but a delayed method (SEPA, bank transfer…) has not paid yet
 * - `paid`: paid; final, but for a refund
 * - `failed`: a delayed payment failed; final
 * - `expired`: the session ran out unpaid; final
 * - `refunded`: paid once, since refunded in full; final
 * - `not_found`: this account and mode has no such session, or its link or mode is not accepted
 * - `unavailable`: cannot tell now, see `reason`
 */
export const STATUSES = [
  'checking',
  'open',
  'processing',
  'paid',
  'failed',
  'expired',
  'refunded',
  'not_found',
  'unavailable',
] as const;

/** One of {@link STATUSES}. */
export type Status = (typeof STATUSES)[number];

/** Whether there was money, be it given back since. */
export function isPaid(status: Status | undefined): boolean {
  return status === 'paid' || status === 'refunded';
}

/** Why a status is `unavailable`; or `unsettled`, for a payment still `processing` after 21 days. */
export type Reason =
  | 'unsettled'
  | 'rate_limited'
  | 'stripe_unreachable'
  | 'stripe_error'
  | 'too_large'
  | 'busy'
  | 'low_cycles'
  | 'misconfigured';

/**
 * The public view of a Checkout Session: all that ever leaves the canister over HTTP.
 * Amounts are in the currency's minor units, by Stripe's exponents; `created` is in seconds since 1970.
 */
export interface Payment {
  id: string;
  client_reference_id: string | null;
  payment_link: string | null;
  mode: string;
  payment_status: string;
  amount_total: number | null;
  currency: string | null;
  amount_refunded: number;
  /** What the shopper saw, where Stripe converted the currency (Adaptive Pricing). */
  presentment?: { amount: number; currency: string };
  created: number;
  livemode: boolean;
}

/** The body of a 200 answer, and of a 429, which is always `unavailable`. */
export interface Answer {
  status: Status;
  /** There when asking again makes sense: the least to wait, in milliseconds. */
  retry_after_ms?: number;
  reason?: Reason;
  /** There when Stripe has spoken. */
  payment?: Payment;
}

/** The body of a 4xx answer: `code` for programs, `message` for the one who must mend it. */
export interface Refusal {
  error: { code: string; message: string };
}

/**
 * Reads a parsed JSON body as an {@link Answer}.
 * Returns undefined for anything else, a status this version does not know included:
 * the reader cannot tell what such an answer means, so it must not guess.
 */
export function readAnswer(body: unknown): Answer | undefined {
  if (!isObject(body) || !STATUSES.some((status) => status === body.status)) return undefined;
  const { payment } = body;
  if (payment !== undefined && !isPayment(payment)) return undefined;
  if (body.status === 'paid' && payment === undefined) return undefined;
  return body as unknown as Answer;
}

function isPayment(value: unknown): value is Payment {
  return (
    isObject(value) &&
    typeof value.id === 'string' &&
    isNullOr('string', value.client_reference_id) &&
    isNullOr('number', value.amount_total) &&
    isNullOr('string', value.currency) &&
    typeof value.amount_refunded === 'number' &&
    typeof value.livemode === 'boolean'
  );
}

function isNullOr(type: 'string' | 'number', value: unknown): boolean {
  return value === null || typeof value === type;
}
