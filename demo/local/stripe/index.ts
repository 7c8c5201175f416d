import { Api, type ApiRequest } from './api.js';
import type { Checkout } from './checkout.js';
import type { Dispute } from './dispute-object.js';
import { send } from './http.js';
import { listen } from '../listen.js';
import { restrictedKey } from './keys.js';
import { paymentLink, type PaymentLink, type PaymentLinkOptions } from './payment-links.js';
import { Payments } from './payments.js';
import type { Refund } from './refund-object.js';
import { answer } from './routes.js';
import type { PaymentMethod, Session } from './session-object.js';
import { Sessions, type SessionOptions } from './sessions.js';
import { Scripts, type Step } from './trouble.js';
import type { Attempt, Delivery } from './webhook-delivery.js';
import type { WebhookEndpointOptions } from './webhook-endpoint.js';
import { Webhooks, type Fate, type WebhookTimes } from './webhooks.js';

export type { ApiRequest } from './api.js';
export type { RateLimitReason } from './errors.js';
export type { PaymentLinkOptions } from './payment-links.js';
export type { PaymentMethod, Session, SessionSize } from './session-object.js';
export type { SessionOptions } from './sessions.js';
export type { Step, Trouble } from './trouble.js';
export type { Attempt, Delivery, DeliveryStatus } from './webhook-delivery.js';
export type { WebhookEndpointOptions } from './webhook-endpoint.js';
export type { Fate, WebhookTimes } from './webhooks.js';

export interface StripeOptions {
  /** 0 takes any free port. */
  port: number;
  /** By default both 127.0.0.1 and ::1. */
  host?: string;
  /** Milliseconds since 1970; by default the clock. */
  now?: () => number;
  /** How long deliveries of events take. */
  webhooks?: WebhookTimes;
}

/**
 * A stand-in for Stripe on this machine: the payment page a shopper sees, the API that tells what became of the
 * payment, and the webhooks that tell it unasked.
 * `new Stripe(keys.good, { host: 'localhost', port, protocol: 'http' })` speaks to it.
 */
export interface StripeStandIn {
  readonly port: number;
  /** `http://localhost:PORT` */
  readonly url: string;
  /**
   * Restricted keys. `good` may read sessions in test mode and `live` in live mode;
   * `noPermission` is valid and may do nothing, and `expired` was good once.
   */
  readonly keys: { good: string; live: string; noPermission: string; expired: string };
  createPaymentLink(options: PaymentLinkOptions): { id: string; url: string };
  /** A session without a browser; open unless the options say otherwise. */
  createSession(options?: SessionOptions): Session;
  /** Completes an open session as a shopper would; by another method than a card it stays unpaid. */
  pay(sessionId: string, method?: PaymentMethod): Session;
  /** Lets a delayed payment arrive. */
  settle(sessionId: string): Session;
  /** Lets a delayed payment fail, which the session itself does not show. */
  fail(sessionId: string): Session;
  /** Lets an open session run out. */
  expire(sessionId: string): Session;
  /** Gives back what was paid: `amount` in the currency's minor units, by default all that is left. */
  refund(sessionId: string, amount?: number): Refund;
  /** Lets the shopper's bank take the money back. */
  dispute(sessionId: string): Dispute;
  session(sessionId: string): Session | undefined;
  /** The oldest first. */
  readonly sessions: readonly Session[];
  /**
   * Scripts the next requests for a session, with `list` those for the list, or with `*` those that no other script
   * covers.
   * Each request uses up one of a step's `times`; after the last step all is well again.
   * A new script replaces the old, and an empty one clears it.
   */
  script(target: string, steps: readonly Step[]): void;
  /** Scripts each session that the link with this slug or id makes from now on. */
  scriptLink(link: string, steps: readonly Step[]): void;
  /** What has been asked of the API, the oldest first. */
  readonly requests: readonly ApiRequest[];
  /**
   * From now on `url` is told of what happens, in the background. What a session was made with, by
   * {@link createSession}, did not happen, so nothing tells of it.
   */
  createWebhookEndpoint(options: WebhookEndpointOptions): { id: string; secret: string };
  /** Gives an endpoint a new secret and returns it. The old one signs on for `overlapMs`, by default a day. */
  rollWebhookSecret(endpoint: string, overlapMs?: number): string;
  /** Lets `decide` say what becomes of each delivery from now on; without it each is sent. */
  decideDeliveries(decide: (delivery: Delivery) => Fate): void;
  /** One for each event and endpoint, the oldest first. */
  readonly deliveries: readonly Delivery[];
  /** Sends what is held, and resolves when its first attempt is over; others may follow. */
  releaseDelivery(delivery: Delivery): Promise<Attempt>;
  /** Sends it once more, whatever became of it, and resolves when that attempt is over. */
  resendDelivery(delivery: Delivery): Promise<Attempt>;
  /** Resolves when every delivery is delivered, given up, held or lost; sessions that have run out count. */
  deliveriesSettled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the stand-in. Rejects when the port is taken. */
export async function startStripe(options: StripeOptions): Promise<StripeStandIn> {
  const now = options.now ?? Date.now;
  const keys = {
    good: restrictedKey(),
    live: restrictedKey({ livemode: true }),
    noPermission: restrictedKey({ permissions: [] }),
    expired: restrictedKey({ expired: true }),
  };
  const links: PaymentLink[] = [];
  const linkScripts = new Map<PaymentLink, readonly Step[]>();
  const scripts = new Scripts();
  const webhooks = new Webhooks(options.webhooks ?? {}, now);
  const payments = new Payments((event) => {
    webhooks.tell(event);
  }, now);
  const sessions = new Sessions(
    now,
    (id) => `${url}/c/pay/${id}`,
    (change, record) => {
      payments.changed(change, record);
    },
  );
  const api = new Api(sessions, scripts, Object.values(keys), now);
  const checkout: Checkout = {
    sessions,
    link: (slug) => links.find((link) => link.slug === slug),
    opened: ({ session, link }) => {
      scripts.set(session.id, (link && linkScripts.get(link)) ?? []);
    },
    told: (id) => webhooks.answered('checkout.session.completed', id),
    now,
  };
  const actions = {
    settle: (id: string) => sessions.settle(id),
    fail: (id: string) => sessions.fail(id),
    expire: (id: string) => sessions.expire(id),
    refund: (id: string, amount?: number) => payments.refund(sessions.require(id), amount),
    dispute: (id: string) => payments.dispute(sessions.require(id)),
  };

  const server = await listen(
    (request, response) => {
      answer(request, { api, checkout, links, actions })
        .then((given) => send(response, given))
        // The client has gone, or the stand-in is being closed.
        .catch(() => response.destroy());
    },
    options.port,
    options.host,
  );
  const url = `http://localhost:${server.port}`;

  return {
    port: server.port,
    url,
    keys: {
      good: keys.good.secret,
      live: keys.live.secret,
      noPermission: keys.noPermission.secret,
      expired: keys.expired.secret,
    },
    createPaymentLink(linkOptions) {
      const link = paymentLink(linkOptions);
      if (links.some(({ slug }) => slug === link.slug)) throw new Error(`There is a payment link ${link.slug} already`);
      links.push(link);
      return { id: link.id, url: `${url}/${link.slug}` };
    },
    createSession: (sessionOptions) => sessions.create(sessionOptions),
    pay: (id, method) => sessions.pay(id, method),
    ...actions,
    session: (id) => sessions.get(id)?.session,
    get sessions() {
      return sessions.all.map(({ session }) => session);
    },
    script: (target, steps) => {
      scripts.set(target, steps);
    },
    scriptLink: (name, steps) => {
      const link = links.find(({ id, slug }) => id === name || slug === name);
      if (!link) throw new Error(`There is no payment link ${name}`);
      linkScripts.set(link, steps);
    },
    requests: api.requests,
    createWebhookEndpoint: (endpointOptions) => webhooks.createEndpoint(endpointOptions),
    rollWebhookSecret: (endpoint, overlapMs) => webhooks.rollSecret(endpoint, overlapMs),
    decideDeliveries: (decide) => {
      webhooks.decide(decide);
    },
    deliveries: webhooks.deliveries,
    releaseDelivery: (delivery) => webhooks.release(delivery),
    resendDelivery: (delivery) => webhooks.resend(delivery),
    deliveriesSettled: () => {
      // Looking at them lets those expire whose time is up.
      void sessions.all;
      return webhooks.settled();
    },
    close: () => {
      webhooks.close();
      return server.close();
    },
  };
}
