import { setTimeout as wait } from 'node:timers/promises';
import type { Event } from './event-object.js';
import type { WebhookEndpoint } from './webhook-endpoint.js';
import { post } from './webhook-request.js';
import { signatureHeader } from './webhook-signature.js';

/**
 * `held`: waits to be released. `lost`: never sent. `pending`: under way, or waiting for the next attempt.
 * `delivered`: answered with 2xx. `failed`: given up after the last attempt.
 */
export type DeliveryStatus = 'held' | 'lost' | 'pending' | 'delivered' | 'failed';

/** One attempt to deliver. */
export interface Attempt {
  /** In milliseconds since 1970. */
  time: number;
  /** The `stripe-signature` header it was sent with. */
  signature: string;
  /** The HTTP status of the answer, if there was one. */
  status?: number;
  /** The beginning of the answer. */
  body?: string;
  /** Why there was none. */
  error?: string;
}

/** An event on its way to one endpoint, as {@link Webhooks.deliveries} shows it. */
export interface Delivery {
  readonly event: Event;
  /** The endpoint's id. */
  readonly endpoint: string;
  readonly status: DeliveryStatus;
  /** Those that are over, the first first. */
  readonly attempts: readonly Attempt[];
}

/** How deliveries are made. */
export interface DeliveryOptions {
  /** How long an endpoint may take to answer, in milliseconds. */
  timeoutMs: number;
  /** How long to wait before each further attempt after a failure, in milliseconds. */
  retryDelaysMs: readonly number[];
  /** Ends everything under way. */
  closing: AbortSignal;
  /** In milliseconds since 1970. */
  now: () => number;
}

/** Sends one event to one endpoint, as often as it takes: https://docs.stripe.com/webhooks#retries */
export class WebhookDelivery implements Delivery {
  readonly event: Event;
  readonly attempts: Attempt[] = [];
  status: DeliveryStatus = 'pending';
  /** Resolves when the first attempt is over; at once for what is not sent. */
  firstAnswer: Promise<Attempt | undefined> = Promise.resolve(undefined);
  readonly #endpoint: WebhookEndpoint;
  readonly #options: DeliveryOptions;

  constructor(event: Event, endpoint: WebhookEndpoint, options: DeliveryOptions) {
    this.event = event;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  get endpoint(): string {
    return this.#endpoint.id;
  }

  /** Sends it, and again after each delay until one attempt succeeds. Rejects only when all is being closed. */
  async send(): Promise<void> {
    const { retryDelaysMs, closing } = this.#options;
    this.status = 'pending';
    this.firstAnswer = this.attempt();
    await this.firstAnswer;
    for (const delay of retryDelaysMs) {
      if (this.#delivered()) return;
      // A timer that keeps nobody waiting for the process to end.
      await wait(delay, undefined, { ref: false, signal: closing });
      // It may have been sent by hand in the meantime.
      if (!this.#delivered()) await this.attempt();
    }
    if (!this.#delivered()) this.status = 'failed';
  }

  /** Sends it once, signed anew; any answer but 2xx, and none, is a failure, which the attempt tells. */
  async attempt(): Promise<Attempt> {
    const { now, timeoutMs, closing } = this.#options;
    const { event } = this;
    const time = now();
    const { livemode, url } = this.#endpoint;
    const signature = signatureHeader(event.body, Math.floor(time / 1000), this.#endpoint.secretsAt(time), livemode);
    const attempt: Attempt = { time, signature };
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      Object.assign(attempt, await post(url, event.body, signature, AbortSignal.any([timeout, closing])));
    } catch (error) {
      attempt.error = timeout.aborted ? `no answer within ${timeoutMs} ms` : reason(error);
    }
    this.attempts.push(attempt);
    if (attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300) this.status = 'delivered';
    return attempt;
  }

  #delivered(): boolean {
    return this.status === 'delivered';
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
