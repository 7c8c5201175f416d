/**
 * What an event of Stripe's means to us. Whether it is Stripe's, `stripe-signature.ts` tells.
 *
 * https://docs.stripe.com/api/events/object
 */
import { latin1 } from '../encoding/bytes.js';
import { isObject } from '../encoding/json.js';
import { readSession, type Session } from './session.js';

const SESSION_CHANGES = ['completed', 'async_payment_succeeded', 'async_payment_failed', 'expired'] as const;

/** What has happened to a session, as in the event's type after `checkout.session.`. */
export type SessionChange = (typeof SESSION_CHANGES)[number];

/** An event. Times are in seconds since 1970, and say nothing about the order of events. */
export interface StripeEvent {
  /** The same however often Stripe sends it. */
  id: string;
  created: number;
  livemode: boolean;
  news: News;
}

/** What an event tells of a payment. */
export type News = SessionNews | RefundNews | DisputeNews | { kind: 'ignored' };

/** A Checkout Session has completed, paid or not; or its delayed payment has come, or failed; or it ran out. */
export interface SessionNews {
  kind: 'session';
  change: SessionChange;
  session: Session;
}

/** Some of a payment, or all of it, was given back. Amounts are in the minor units of `currency`. */
export interface RefundNews {
  kind: 'refund';
  payment_intent: string;
  charge: string;
  amount: number;
  /** By all refunds until this event together. */
  amount_refunded: number;
  /** Whether that is everything. */
  refunded: boolean;
  currency: string;
}

/** The payer's bank asks the money back. */
export interface DisputeNews {
  kind: 'dispute';
  payment_intent: string;
  charge: string;
}

const EVENT_ID = /^evt_[A-Za-z0-9_]{1,200}$/;
const STRIPE_ID = /^[A-Za-z0-9_]{1,255}$/;
const CURRENCY = /^[a-z]{3}$/;

/**
 * Reads the body of a webhook that is Stripe's. Undefined where it is no event with an id (as are the thin ones of
 * API v2); there is nothing in it for us, nor anything to remember it by. Of an event it keeps what is listed above,
 * and nothing of the payer's.
 */
export function readEvent(body: Uint8Array): StripeEvent | undefined {
  const json = parse(latin1(body));
  if (!isObject(json) || json.object !== 'event') return undefined;
  const { id, created, livemode } = json;
  if (!isText(EVENT_ID, id) || !isWholeNumber(created) || typeof livemode !== 'boolean') return undefined;
  return { id, created, livemode, news: readNews(json) ?? { kind: 'ignored' } };
}

/** Undefined for other news, and for what is not of the form that Stripe gives it. */
function readNews({ account, type, data }: Record<string, unknown>): News | undefined {
  // Events of an account that is connected to the merchant's are about that account's money.
  if (typeof account === 'string' || !isObject(data) || !isObject(data.object)) return undefined;
  if (type === 'charge.refunded') return readRefund(data.object);
  if (type === 'charge.dispute.created') return readDispute(data.object);
  const change = SESSION_CHANGES.find((change) => type === `checkout.session.${change}`);
  const session = change && readSession(data.object);
  return session && { kind: 'session', change, session };
}

/** https://docs.stripe.com/api/charges/object. A charge without a payment intent is of no Checkout Session. */
function readRefund({ object, id, payment_intent, amount, amount_refunded, refunded, currency }: Record<string, unknown>): RefundNews | undefined {
  const intent = idOf(payment_intent);
  if (object !== 'charge' || !isText(STRIPE_ID, id) || intent === undefined) return undefined;
  if (!isWholeNumber(amount) || !isWholeNumber(amount_refunded) || typeof refunded !== 'boolean' || !isText(CURRENCY, currency)) return undefined;
  return { kind: 'refund', payment_intent: intent, charge: id, amount, amount_refunded, refunded, currency };
}

/** https://docs.stripe.com/api/disputes/object */
function readDispute({ object, payment_intent, charge }: Record<string, unknown>): DisputeNews | undefined {
  const intent = idOf(payment_intent);
  const charged = idOf(charge);
  return object !== 'dispute' || intent === undefined || charged === undefined ? undefined : { kind: 'dispute', payment_intent: intent, charge: charged };
}

/** The id of what Stripe gives as an id or, expanded, as an object. */
function idOf(value: unknown): string | undefined {
  const id = isObject(value) ? value.id : value;
  return isText(STRIPE_ID, id) ? id : undefined;
}

function isText(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
