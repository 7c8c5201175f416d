import Stripe from 'stripe';
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
