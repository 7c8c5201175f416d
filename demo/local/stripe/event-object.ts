import { randomUUID } from 'node:crypto';
import { API_VERSION } from './api-version.js';
import { objectId, randomText } from './ids.js';

/** Something that has happened, for webhooks to tell. */
export interface NewEvent {
  /** Like `checkout.session.completed`: https://docs.stripe.com/api/events/types */
  type: string;
  /** What it happened to, as it is now. */
  object: { id: string; livemode?: boolean };
  /** What was different before, where Stripe says so. */
  previous?: Readonly<Record<string, unknown>>;
  /** For objects that do not tell their mode. */
  livemode?: boolean;
  /** Whether somebody asked for it by the API or the Dashboard, rather than a shopper on the payment page. */
  requested?: boolean;
}

/** An event on its way: https://docs.stripe.com/api/events/object */
export interface Event {
  id: string;
  type: string;
  /** The id of what it happened to: a session's, a charge's, a dispute's. */
  object: string;
  livemode: boolean;
  /** What is sent, byte for byte: indented JSON. */
  body: string;
}

/**
 * Writes an event down as Stripe does, once and for all: what happens later changes nothing in it.
 * @param now in milliseconds since 1970
 * @param pendingWebhooks how many endpoints will be told
 */
export function writeEvent(event: NewEvent, now: number, pendingWebhooks: number): Event {
  const { type, object, previous, requested = false, livemode = object.livemode ?? false } = event;
  const id = objectId('evt');
  const body = {
    id,
    object: 'event',
    api_version: API_VERSION,
    created: Math.floor(now / 1000),
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode,
    pending_webhooks: pendingWebhooks,
    request: {
      id: requested ? `req_${randomText(14)}` : null,
      idempotency_key: requested ? randomUUID() : null,
    },
    type,
  };
  return { id, type, object: object.id, livemode, body: JSON.stringify(body, null, 2) };
}
