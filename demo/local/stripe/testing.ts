import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Stripe from 'stripe';
import { listen, type Listening } from '../listen.js';
import type { StripeStandIn } from './index.js';

/** The official client, pointed at the stand-in. It retries nothing unless told to. */
export function officialClient(standIn: StripeStandIn, apiKey = standIn.keys.good, maxNetworkRetries = 0): Stripe {
  return new Stripe(apiKey, {
    host: 'localhost',
    port: standIn.port,
    protocol: 'http',
    maxNetworkRetries,
    telemetry: false,
    timeout: 2000,
  });
}

/** What a call was rejected with; fails when it was not. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  if ('reason' in outcome) return outcome.reason;
  throw new Error(`Expected a rejection, got ${JSON.stringify(outcome.value)?.slice(0, 200)}`);
}

/** A payment form filled in as it should be. */
export const GOOD_FORM = {
  email: 'ada@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 34',
  cardCvc: '123',
  billingName: 'Ada Lovelace',
  billingCountry: 'GB',
};

/** Opens a page and follows its form's address, without a browser. */
export async function openForm(url: string): Promise<{ page: string; action: string }> {
  const page = await (await fetch(url)).text();
  const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1];
  if (action === undefined) throw new Error(`No form on ${url}:\n${page}`);
  return { page, action: new URL(action, url).href };
}

/** Sends a form as a browser without scripts does. */
export function postForm(action: string, fields: Record<string, string> = GOOD_FORM): Promise<Response> {
  return fetch(action, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

/** The fields of a type in the `stripe` package's own declarations, in their order; optional ones end in `?`. */
export async function fieldsOfStripesType(file: string, type: string): Promise<string[]> {
  const entry = createRequire(import.meta.url).resolve('stripe');
  const types = await readFile(join(dirname(entry), `resources/${file}.d.ts`), 'utf8');
  const fields = new RegExp(`^export interface ${type} \\{$(.*?)^\\}$`, 'ms').exec(types)?.[1] ?? '';
  return [...fields.matchAll(/^ {4}(\w+\??):/gm)].map((match) => String(match[1]));
}

/** What came to a webhook endpoint. */
export interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  /** The body, byte for byte. */
  body: Buffer;
  event: Stripe.Event;
}

/**
 * The event of a delivery, if the official package accepts it; throws otherwise.
 * @param now in milliseconds since 1970
 */
export function verified(delivery: Pick<Received, 'body' | 'headers'>, secret: string, now: number): Stripe.Event {
  const { webhooks } = new Stripe('rk_test_unused');
  const header = delivery.headers['stripe-signature'] ?? '';
  return webhooks.constructEvent(delivery.body, header, secret, 300, undefined, now);
}

/** What a webhook endpoint answers: a status, a redirect, or nothing ever. */
export type Reaction = number | { status: number; location: string } | 'hang';

/** A merchant's server that listens for events. */
export class Receiver {
  readonly received: Received[] = [];
  /** Decides the answer to each delivery, the first being 0. */
  react: (delivery: Received, index: number) => Reaction | Promise<Reaction> = () => 200;
  #server!: Listening;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server = await listen(
      (request, response) => {
        void buffer(request).then(async (body) => {
          const event = JSON.parse(body.toString()) as Stripe.Event;
          const delivery = { method: request.method ?? '', headers: request.headers, body, event };
          const reaction = await receiver.react(delivery, receiver.received.push(delivery) - 1);
          if (reaction === 'hang') return;
          if (typeof reaction === 'number') response.writeHead(reaction).end('{"received":true}');
          else response.writeHead(reaction.status, { location: reaction.location }).end();
        });
      },
      0,
    );
    return receiver;
  }

  get url(): string {
    return `http://localhost:${this.#server.port}/webhook`;
  }

  /** The types of the events, in the order of their arrival. */
  get types(): string[] {
    return this.received.map(({ event }) => event.type);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}
