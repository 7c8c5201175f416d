import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStripe, type StripeStandIn } from './index.js';
import { fieldsOfStripesType, officialClient, rejection } from './testing.js';

let stripe: StripeStandIn;

beforeAll(async () => {
  stripe = await startStripe({ port: 0 });
});
afterAll(() => stripe.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

function get(path: string, headers: Record<string, string> = bearer(stripe.keys.good)): Promise<Response> {
  return fetch(`${stripe.url}${path}`, { headers });
}

const containing = (text: string) => expect.stringContaining(text) as string;

describe('the official client', () => {
  test('reads a paid session as it stands', async () => {
    const session = stripe.createSession({ client_reference_id: 'order-42', status: 'complete' });
    const answer = await officialClient(stripe).checkout.sessions.retrieve(session.id);
    expect({ ...answer }).toEqual(session);
    expect(answer.lastResponse.apiVersion).toBe('2026-10-28.endive');
    expect(answer.lastResponse.requestId).toMatch(/^req_\w{14}$/);
  });

  test('knows every field that its types know', async () => {
    const { id } = stripe.createSession({ status: 'complete' });
    const answer = await officialClient(stripe).checkout.sessions.retrieve(id);
    // Stripe leaves these out where they do not apply, as here.
    const leftOut = [
      'excluded_payment_method_types',
      'line_items',
      'optional_items',
      'presentment_details',
      'redirect_on_completion',
      'return_url',
    ];
    const fields = await fieldsOfStripesType('Checkout/Sessions', 'Session');
    const expected = fields.map((field) => field.replace('?', '')).filter((field) => !leftOut.includes(field));
    expect(expected.length).toBeGreaterThan(60);
    expect(Object.keys(answer)).toEqual(expected);
  });

  test('sees an unknown session as an invalid request', async () => {
    const error = await rejection(officialClient(stripe).checkout.sessions.retrieve('cs_test_unknown'));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      param: 'session',
      message: 'No such checkout.session: cs_test_unknown',
    });
  });

  test('is told when the session is one of the other mode', async () => {
    const live = stripe.createSession({ livemode: true }).id;
    const error = await rejection(officialClient(stripe).checkout.sessions.retrieve(live));
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
    expect(error).toMatchObject({
      code: 'resource_missing',
      message:
        `No such checkout.session: ${live}; a similar object exists in live mode, ` +
        'but a test mode key was used to make this request.',
    });

    expect((await officialClient(stripe, stripe.keys.live).checkout.sessions.retrieve(live)).livemode).toBe(true);
    const test = stripe.createSession().id;
    const reverse = await rejection(officialClient(stripe, stripe.keys.live).checkout.sessions.retrieve(test));
    expect(reverse).toMatchObject({ message: containing('exists in test mode, but a live') });
  });

  test('may not read without the permission, which the answer names', async () => {
    const client = officialClient(stripe, stripe.keys.noPermission);
    const error = await rejection(client.checkout.sessions.retrieve(stripe.createSession().id));
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect(error).toMatchObject({
      statusCode: 403,
      code: 'more_permissions_required',
      message: containing("'rak_checkout_session_read'"),
    });
  });

  test.each([
    ['an unknown key', () => 'rk_test_thisisnotakeyatall1234', undefined, /^Invalid API Key provided: rk_test_\*{18}1234$/],
    ['an expired key', () => stripe.keys.expired, 'api_key_expired', /^Expired API Key provided: rk_test_\*{93}\w{6}$/],
  ])('cannot authenticate with %s, part of which the answer quotes', async (_, key, code, message) => {
    const { id } = stripe.createSession();
    const error = (await rejection(officialClient(stripe, key()).checkout.sessions.retrieve(id))) as Error;
    expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(error).toMatchObject({ statusCode: 401, code });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(key().slice(-4));
  });

  test('finds nothing under any other path or method', async () => {
    const client = officialClient(stripe);
    for (const call of [client.customers.list(), client.checkout.sessions.expire('cs_test_1')]) {
      const error = await rejection(call);
      expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
      expect(error).toMatchObject({ statusCode: 404, message: containing('Unrecognized request URL (') });
    }
  });
});

describe('over plain HTTP', () => {
  test('the answer is indented JSON under headers like Stripe’s, which differ each time', async () => {
    const { id } = stripe.createSession();
    const path = `/v1/checkout/sessions/${id}`;
    const [first, second] = await Promise.all([get(path), get(path)]);
    expect(first.headers.get('content-type')).toBe('application/json');
    expect(first.headers.get('request-id')).not.toBe(second.headers.get('request-id'));
    const text = await first.text();
    expect(text).toBe(await second.text());
    expect(text.startsWith(`{\n  "id": "${id}",\n  "object": "checkout.session",\n`)).toBe(true);
  });

  test('two error answers to one question differ, for they name the request', async () => {
    const path = '/v1/checkout/sessions/cs_test_unknown';
    const bodies = await Promise.all([get(path), get(path)].map(async (answer) => (await answer).text()));
    expect(bodies[0]).toContain('"request_log_url": "https://dashboard.stripe.com/test/logs/req_');
    expect(bodies[0]).not.toBe(bodies[1]);
  });

  test('Basic authentication works with the key as the user', async () => {
    const { id } = stripe.createSession();
    const authorization = `Basic ${Buffer.from(`${stripe.keys.good}:`).toString('base64')}`;
    expect((await get(`/v1/checkout/sessions/${id}`, { authorization })).status).toBe(200);
  });

  test.each([[{}], [{ authorization: '' }], [{ authorization: 'Bearer ' }], [{ authorization: 'Digest x' }]])(
    'headers %o hold no key',
    async (headers: Record<string, string>) => {
      const answer = await get(`/v1/checkout/sessions/${stripe.createSession().id}`, headers);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({
        error: { message: containing('You did not provide an API key'), type: 'invalid_request_error' },
      });
    },
  );

  test.each([
    ['/v1/checkout/sessions/', 404, 'remove the trailing slash'],
    ['/v1/checkout/sessions/a/b', 404, 'Unrecognized request URL (GET: /v1/checkout/sessions/a/b)'],
    ['/v1/checkout/sessions/%7BCHECKOUT_SESSION_ID%7D', 400, 'Invalid checkout.session id: {CHECKOUT_SESSION_ID}'],
    ['/v1/checkout/sessions/%', 400, 'Invalid checkout.session id: %'],
    ['/v1/checkout/sessions/cs_test_1?limit=2', 400, 'Received unknown parameter: limit'],
    ['/v1/checkout/sessions/cs_test_1?expand[]=line_items', 404, 'No such checkout.session: cs_test_1'],
  ])('GET %s is a %i', async (path, status, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: { message: string } }).error.message).toContain(message);
  });

  test('the API version is echoed, and one that is none is refused', async () => {
    const path = `/v1/checkout/sessions/${stripe.createSession().id}`;
    const good = await get(path, { ...bearer(stripe.keys.good), 'stripe-version': '2026-07-29.dahlia' });
    expect(good.headers.get('stripe-version')).toBe('2026-07-29.dahlia');
    const bad = await get(path, { ...bearer(stripe.keys.good), 'stripe-version': 'latest' });
    expect(bad.status).toBe(400);
    expect(await bad.text()).toContain('Invalid Stripe API version: latest');
  });

  test('requests are recorded, with no more of the key than its end', async () => {
    const { id } = stripe.createSession();
    const before = stripe.requests.length;
    await get(`/v1/checkout/sessions/${id}`, {
      ...bearer(stripe.keys.good),
      'stripe-version': '2026-10-28.endive',
      'x-forwarded-host': 'api.stripe.com',
      'idempotency-key': 'key-1',
    });
    await get('/');
    expect(stripe.requests.slice(before)).toEqual([
      {
        kind: 'session',
        method: 'GET',
        path: `/v1/checkout/sessions/${id}`,
        authorization: stripe.keys.good.slice(-4),
        stripeVersion: '2026-10-28.endive',
        forwardedHost: 'api.stripe.com',
        idempotencyKey: 'key-1',
        time: expect.any(Number) as number,
        trouble: 'ok',
      },
    ]);
  });
});
