import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStripe, type Session, type Step, type StripeStandIn } from './index.js';
import { officialClient, openForm, rejection } from './testing.js';

let stripe: StripeStandIn;
let session: Session;

beforeAll(async () => {
  stripe = await startStripe({ port: 0 });
});
afterAll(() => stripe.close());

beforeEach(() => {
  session = stripe.createSession({ status: 'complete' });
  return () => {
    stripe.script('*', []);
  };
});

/** Asks with the official client. */
const ask = (id = session.id) => officialClient(stripe).checkout.sessions.retrieve(id);

/** Asks without it, to see what is really sent. */
const get = (id = session.id) =>
  fetch(`${stripe.url}/v1/checkout/sessions/${id}`, {
    headers: { authorization: `Bearer ${stripe.keys.good}` },
    redirect: 'manual',
  });

const script = (...steps: Step[]) => {
  stripe.script(session.id, steps);
};

const containing = (text: string) => expect.stringContaining(text) as string;

const { StripeAPIError, StripeConnectionError, StripeRateLimitError } = Stripe.errors;

describe('the official client meets', () => {
  test.each<[string, Step, new (...parameters: never[]) => Error, object]>([
    ['a rate limit', { kind: 'rate_limit' }, StripeRateLimitError, { statusCode: 429, code: 'rate_limit' }],
    ['a lock', { kind: 'lock_timeout' }, StripeRateLimitError, { statusCode: 429, code: 'lock_timeout' }],
    ['a fault of Stripe’s', { kind: 'api_error' }, StripeAPIError, { statusCode: 500, rawType: 'api_error' }],
    ['a fault under 503', { kind: 'api_error', status: 503 }, StripeAPIError, { statusCode: 503 }],
    ['a page under 200', { kind: 'html' }, StripeAPIError, { message: containing('Invalid JSON') }],
    ['a page under 502', { kind: 'html', status: 502 }, StripeAPIError, { message: containing('Invalid JSON') }],
    ['broken JSON', { kind: 'invalid_json' }, StripeAPIError, { message: containing('Invalid JSON') }],
    ['an empty body', { kind: 'empty' }, StripeAPIError, { message: containing('Invalid JSON') }],
    // The client always tries once more when a connection breaks before the answer.
    ['a connection cut at the start', { kind: 'cut', at: 'start', times: 2 }, StripeConnectionError, {}],
    ['a connection cut midway', { kind: 'cut' }, StripeConnectionError, {}],
    ['an error under 200', { kind: 'error_under_200' }, StripeAPIError, { statusCode: 200, code: 'rate_limit' }],
    ['a refused key under 200', { kind: 'error_under_200', error: 'unknown_key' }, StripeAPIError, { statusCode: 200 }],
  ])('%s, once', async (_, step, type, details) => {
    script(step);
    const error = await rejection(ask());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject(details);
    expect((await ask()).id).toBe(session.id);
  });

  test('silence, until it gives up', async () => {
    script({ kind: 'hang' });
    const client = officialClient(stripe);
    const error = await rejection(client.checkout.sessions.retrieve(session.id, {}, { timeout: 100 }));
    expect(error).toBeInstanceOf(StripeConnectionError);
    expect(error).toMatchObject({ message: containing('timeout') });
  });

  test('two faults of Stripe’s, and recovers by retrying', async () => {
    script({ kind: 'api_error', times: 2 });
    const before = stripe.requests.length;
    const answer = await officialClient(stripe, stripe.keys.good, 2).checkout.sessions.retrieve(session.id);
    expect(answer.payment_status).toBe('paid');
    expect(stripe.requests.slice(before).map(({ trouble }) => trouble)).toEqual(['api_error', 'api_error', 'ok']);
  });

  test('a lock, and retries because it is told to', async () => {
    script({ kind: 'lock_timeout' });
    const client = officialClient(stripe, stripe.keys.good, 1);
    expect((await client.checkout.sessions.retrieve(session.id)).id).toBe(session.id);
  });
});

describe('what is sent', () => {
  test('a rate limit gives its reason', async () => {
    script({ kind: 'rate_limit', reason: 'global-concurrency' });
    expect((await get()).headers.get('stripe-rate-limited-reason')).toBe('global-concurrency');
  });

  test('a slow answer is right, and late', async () => {
    script({ kind: 'slow', ms: 150 });
    const start = performance.now();
    expect((await ask()).id).toBe(session.id);
    expect(performance.now() - start).toBeGreaterThanOrEqual(140);
  });

  test('a connection cut midway has promised more than it sent', async () => {
    script({ kind: 'cut' });
    const answer = await get();
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });

  test('bodies that vary are each different, as long as asked for', async () => {
    script({ kind: 'vary', times: 4 });
    const amounts = [];
    for (let request = 0; request < 4; request++) amounts.push((await ask()).amount_total);
    expect(new Set(amounts).size).toBe(4);
    expect((await ask()).amount_total).toBe(1999);
  });

  test('bodies vary in the field and by the values given', async () => {
    script({ kind: 'vary', field: 'payment_status', values: ['paid', 'unpaid'], times: Infinity });
    const seen = [(await ask()).payment_status, (await ask()).payment_status, (await ask()).payment_status];
    expect(new Set(seen)).toEqual(new Set(['paid', 'unpaid']));
    expect(seen[0]).toBe(seen[2]);
    script();
    expect([(await ask()).payment_status, (await ask()).payment_status]).toEqual(['paid', 'paid']);
  });

  test('another session’s body, fields as given, and no id at all', async () => {
    const other = stripe.createSession();
    script({ kind: 'other_session', id: other.id }, { kind: 'fields', fields: { status: 'open' } }, { kind: 'no_id' });
    expect((await ask()).id).toBe(other.id);
    expect(await ask()).toMatchObject({ id: session.id, status: 'open' });
    const answer = await ask();
    expect(answer).not.toHaveProperty('id');
    expect(answer.payment_status).toBe('paid');
    expect(session.status).toBe('complete');
  });

  test('a redirect, and a body too large', async () => {
    script({ kind: 'redirect', location: 'https://example.com/' }, { kind: 'too_large' });
    const redirect = await get();
    expect([redirect.status, redirect.headers.get('location')]).toEqual([302, 'https://example.com/']);
    const large = await (await get()).text();
    expect(large.length).toBeGreaterThan(256 * 1024);
    expect(JSON.parse(large)).toMatchObject({ id: session.id, payment_status: 'paid' });
  });

  test('a step lasts for as many requests as it says, in turn or at once', async () => {
    script({ kind: 'rate_limit', times: 13 }, { kind: 'ok' }, { kind: 'api_error' });
    const answers = await Promise.all(Array.from({ length: 13 }, () => get()));
    expect(answers.map(({ status }) => status)).toEqual(Array(13).fill(429));
    expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([200, 500, 200]);
  });
});

describe('a script for', () => {
  test('* covers every request that no other script does', async () => {
    stripe.script('*', [{ kind: 'api_error', times: Infinity }]);
    script({ kind: 'rate_limit' });
    expect([(await get()).status, (await get()).status]).toEqual([429, 500]);
    expect((await get('cs_test_unknown')).status).toBe(500);
    stripe.script('*', []);
    expect([(await get()).status, (await get('cs_test_unknown')).status]).toEqual([200, 404]);
  });

  test('an id that does not exist works too', async () => {
    stripe.script('cs_test_unknown', [{ kind: 'html', status: 503 }]);
    expect([(await get('cs_test_unknown')).status, (await get('cs_test_unknown')).status]).toEqual([503, 404]);
  });

  test('a link goes with each session it makes', async () => {
    const link = stripe.createPaymentLink({ product: 'Bag', amount: 1999, currency: 'eur', slug: 'test_scripted' });
    stripe.scriptLink('test_scripted', [{ kind: 'api_error' }]);
    for (let opening = 0; opening < 2; opening++) {
      await openForm(link.url);
      const { id } = stripe.sessions.at(-1) as Session;
      expect([(await get(id)).status, (await get(id)).status]).toEqual([500, 200]);
    }
    expect(() => {
      stripe.scriptLink('test_nothing', []);
    }).toThrow('no payment link');
  });
});
