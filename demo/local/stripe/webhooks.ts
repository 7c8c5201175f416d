import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { writeEvent, type NewEvent } from './event-object.js';
import { WebhookDelivery, type Attempt, type Delivery } from './webhook-delivery.js';
import { WebhookEndpoint, type WebhookEndpointOptions } from './webhook-endpoint.js';

/** How long things take. All in milliseconds. */
export interface WebhookTimes {
  /** How long an endpoint may take to answer; by default 30 s. */
  timeoutMs?: number;
  /**
   * How long to wait before each further attempt. Stripe tries for three days in live mode and for hours in a
   * sandbox, each time later; by default that is pressed into minutes here. None at all: no retries.
   */
  retryDelaysMs?: readonly number[];
  /** How long the payment page waits for the answer to `checkout.session.completed`; by default 10 s. */
  pageWaitMs?: number;
}

/**
 * What becomes of a delivery. `send`: it is sent at once, and again while it fails. `send_twice`: besides, a
 * duplicate goes out at the same moment. `hold`: it waits to be released. `lose`: nobody ever hears of it.
 */
export type Fate = 'send' | 'send_twice' | 'hold' | 'lose';

const SECOND = 1000;
const RETRY_DELAYS = [1, 5, 30, 120, 600].map((seconds) => seconds * SECOND);
/** https://docs.stripe.com/checkout/fulfillment */
const PAGE_WAIT = 10 * SECOND;

/** Tells endpoints of events: https://docs.stripe.com/webhooks */
export class Webhooks {
  /** Every delivery, the oldest first. */
  readonly deliveries: WebhookDelivery[] = [];
  readonly #endpoints: WebhookEndpoint[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #times: Required<WebhookTimes>;
  readonly #now: () => number;
  #decide: (delivery: Delivery) => Fate = () => 'send';

  /** @param now in milliseconds since 1970 */
  constructor(times: WebhookTimes, now: () => number) {
    this.#times = { timeoutMs: 30 * SECOND, retryDelaysMs: RETRY_DELAYS, pageWaitMs: PAGE_WAIT, ...times };
    this.#now = now;
    // Any number of deliveries may wait at once.
    setMaxListeners(0, this.#closing.signal);
  }

  /** From now on `options.url` is told of events. Throws a TypeError where Stripe would refuse. */
  createEndpoint(options: WebhookEndpointOptions): { id: string; secret: string } {
    const endpoint = new WebhookEndpoint(options);
    this.#endpoints.push(endpoint);
    return { id: endpoint.id, secret: endpoint.secret };
  }

  /** Gives an endpoint a new secret and returns it; the old ones sign on for `overlapMs`, by default a day. */
  rollSecret(endpoint: string, overlapMs?: number): string {
    const found = this.#endpoints.find(({ id }) => id === endpoint);
    if (!found) throw new Error(`There is no webhook endpoint ${endpoint}`);
    return found.roll(this.#now(), overlapMs);
  }

  /** Lets `decide` say what becomes of each delivery from now on. */
  decide(decide: (delivery: Delivery) => Fate): void {
    this.#decide = decide;
  }

  /** Tells every endpoint that wants to know, in the background. */
  tell(event: NewEvent): void {
    const livemode = event.livemode ?? event.object.livemode ?? false;
    const endpoints = this.#endpoints.filter((endpoint) => endpoint.wants(event.type, livemode));
    if (endpoints.length === 0) return;
    const written = writeEvent(event, this.#now(), endpoints.length);
    const { timeoutMs, retryDelaysMs } = this.#times;
    const options = { timeoutMs, retryDelaysMs, closing: this.#closing.signal, now: this.#now };
    for (const endpoint of endpoints) {
      const delivery = new WebhookDelivery(written, endpoint, options);
      this.deliveries.push(delivery);
      this.#start(delivery);
    }
  }

  /** Sends what was held, and resolves when its first attempt is over. Throws when it is not held. */
  async release(delivery: Delivery): Promise<Attempt> {
    const own = this.#own(delivery);
    const { event, status } = own;
    if (status !== 'held') throw new Error(`${event.id} is ${status}, and only what is held can be released`);
    this.#run(own.send());
    return (await own.firstAnswer)!;
  }

  /** Sends it once more, whatever became of it, as the Dashboard's "Resend" does; resolves when it is answered. */
  async resend(delivery: Delivery): Promise<Attempt> {
    const attempt = this.#own(delivery).attempt();
    this.#run(attempt);
    return attempt;
  }

  /** Resolves when nothing is under way and nothing waits to be tried again. What is held may stay so. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /**
   * Resolves when each endpoint has given its first answer to events of `type` about `object`, however it turned out,
   * or when the payment page waits no longer.
   */
  async answered(type: string, object: string): Promise<void> {
    const about = this.deliveries.filter(({ event }) => event.type === type && event.object === object);
    const patience = new AbortController();
    await Promise.race([
      Promise.all(about.map(({ firstAnswer }) => firstAnswer)),
      wait(this.#times.pageWaitMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  /** Breaks off all that is under way. */
  close(): void {
    this.#closing.abort();
  }

  #start(delivery: WebhookDelivery): void {
    const fate = this.#decide(delivery);
    switch (fate) {
      case 'hold':
      case 'lose':
        delivery.status = fate === 'hold' ? 'held' : 'lost';
        break;
      case 'send_twice':
        this.#run(delivery.attempt());
        this.#run(delivery.send());
        break;
      case 'send':
        this.#run(delivery.send());
    }
  }

  #run(sending: Promise<unknown>): void {
    // It rejects only when all is being closed.
    const ended = sending.catch(() => undefined).finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
  }

  #own(delivery: Delivery): WebhookDelivery {
    const own = this.deliveries.find((known) => known === delivery);
    if (!own) throw new Error(`There is no such delivery of ${delivery.event.id}`);
    return own;
  }
}
