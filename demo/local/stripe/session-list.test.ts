import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startStripe, type Session, type StripeStandIn } from './index.js';
import { officialClient, rejection } from './testing.js';

const START = Date.UTC(2026, 10, 25) / 1000;
let stripe: StripeStandIn;
/** Six sessions, the oldest first; the last two of the same second. */
let made: Session[];

beforeAll(async () => {
  stripe = await startStripe({ port: 0, now: () => START * 1000 });
  made = [0, 1, 2, 3, 4, 4].map((second, index) =>
    stripe.createSession({
      created: START - 100 + second,
      payment_link: index % 2 === 0 ? 'plink_even' : null,
      ...(index < 4 && { status: index === 3 ? 'expired' : 'complete' }),
    }),
  );
  stripe.createSession({ livemode: true });
});
afterAll(() => stripe.close());

const newestFirst = () => made.map(({ id }) => id).reverse();
const at = (...indices: number[]) => indices.map((index) => made[index]?.id);
const list = async (parameters: Stripe.Checkout.SessionListParams = {}) =>
  (await officialClient(stripe).checkout.sessions.list(parameters)).data.map(({ id }) => id);
const get = (query = '', key = stripe.keys.good) =>
  fetch(`${stripe.url}/v1/checkout/sessions${query}`, { headers: { authorization: `Bearer ${key}` } });

describe('the official client', () => {
  test('lists the sessions of its mode, the newest first, each as it stands', async () => {
    const page = await officialClient(stripe).checkout.sessions.list();
    expect(page).toMatchObject({ object: 'list', url: '/v1/checkout/sessions', has_more: false });
    expect(page.data).toEqual([...made].reverse());
    expect(page.data[0]?.id).toBe(made[5]?.id);
    const live = await officialClient(stripe, stripe.keys.live).checkout.sessions.list();
    expect(live.data.map(({ livemode }) => livemode)).toEqual([true]);
  });

  test.each([1, 2, 3, 4, 5, 6, 100])('pages through all of them, %i at a time', async (limit) => {
    const before = stripe.requests.length;
    const seen: string[] = [];
    for await (const { id } of officialClient(stripe).checkout.sessions.list({ limit })) seen.push(id);
    expect(seen).toEqual(newestFirst());
    const requests = stripe.requests.slice(before);
    expect(requests).toHaveLength(Math.ceil(6 / limit));
    expect(requests.every(({ kind }) => kind === 'list')).toBe(true);
  });

  test('gets them by the time they were made, in whatever order they came to be', async () => {
    const other = await startStripe({ port: 0 });
    for (const created of [START - 1, START - 3, START - 2]) other.createSession({ created });
    const page = await officialClient(other).checkout.sessions.list();
    expect(page.data.map(({ created }) => created - START)).toEqual([-1, -2, -3]);
    await other.close();
  });

  test('gets ten unless it asks for more', async () => {
    const crowded = await startStripe({ port: 0 });
    for (let index = 0; index < 11; index++) crowded.createSession();
    const page = await officialClient(crowded).checkout.sessions.list();
    expect([page.data.length, page.has_more]).toEqual([10, true]);
    await crowded.close();
  });

  test('chooses by time, status, link and PaymentIntent, all at once too', async () => {
    const created = START - 100 + 2;
    expect(await list({ created })).toEqual(at(2));
    expect(await list({ created: { gte: created } })).toEqual(at(5, 4, 3, 2));
    expect(await list({ created: { gt: created, lt: created + 2 } })).toEqual(at(3));
    expect(await list({ created: { lte: created } })).toEqual(at(2, 1, 0));
    expect(await list({ status: 'complete' })).toEqual(at(2, 1, 0));
    expect(await list({ status: 'open' })).toEqual(at(5, 4));
    expect(await list({ status: 'expired' })).toEqual(at(3));
    expect(await list({ payment_link: 'plink_even' })).toEqual(at(4, 2, 0));
    expect(await list({ payment_link: 'plink_of_nobody' })).toEqual([]);
    expect(await list({ payment_intent: made[1]?.payment_intent as string })).toEqual(at(1));
    const together = { payment_link: 'plink_even', status: 'complete' as const, created: { gte: created - 1 } };
    expect(await list(together)).toEqual(at(2));
    const next = { status: 'complete' as const, limit: 1, starting_after: String(made[4]?.id) };
    expect(await list({ ...next, expand: ['data.line_items'] })).toEqual(at(2));
  });

  test('may not without the permission, which the answer names', async () => {
    const error = await rejection(officialClient(stripe, stripe.keys.noPermission).checkout.sessions.list());
    expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
    expect(error).toMatchObject({ message: expect.stringContaining("'rak_checkout_session_read'") as string });
  });
});

test.each([
  ['limit=0', 'parameter_invalid_integer', "greater than or equal to 1 (it currently is '0')"],
  ['limit=101', 'parameter_invalid_integer', "less than or equal to 100 (it currently is '101')"],
  ['limit=ten', 'parameter_invalid_integer', 'Invalid integer: ten'],
  ['created[gte]=2026-11-25', 'parameter_invalid_integer', 'Invalid integer: 2026-11-25'],
  ['status=paid', undefined, 'must be one of open, complete, or expired'],
  ['status=', 'parameter_invalid_empty', "empty string for 'status'"],
  ['starting_after=cs_test_unknown', 'resource_missing', 'No such checkout.session: cs_test_unknown'],
  ['ids[]=cs_test_1', 'parameter_unknown', 'Received unknown parameter: ids[]'],
  ['constructor=1', 'parameter_unknown', 'Received unknown parameter: constructor'],
])('?%s is refused', async (query, code, message) => {
  const answer = await get(`?${query}`);
  expect(answer.status).toBe(400);
  const { error } = (await answer.json()) as { error: { code?: string; message: string; param: string } };
  expect(error.code).toBe(code);
  expect(error.message).toContain(message);
  expect(error.param).toBe(query.split('=')[0]);
});

test('making a session is no request for the list', async () => {
  const before = stripe.requests.length;
  await rejection(officialClient(stripe).checkout.sessions.create({}));
  expect(stripe.requests.slice(before).map(({ kind, method }) => [kind, method])).toEqual([['other', 'POST']]);
});

describe('scripts', () => {
  beforeEach(() => () => {
    stripe.script('list', []);
    stripe.script('*', []);
  });

  test('for the list leave single sessions alone, and the other way round', async () => {
    const { id } = made[0];
    stripe.script('list', [{ kind: 'rate_limit' }]);
    stripe.script(id, [{ kind: 'api_error', status: 503 }]);
    const before = stripe.requests.length;
    const answers = [await get(`/${id}`), await get('?limit=1'), await get(`/${id}`), await get()];
    expect(answers.map(({ status }) => status)).toEqual([503, 429, 200, 200]);
    expect(stripe.requests.slice(before).map(({ kind, trouble }) => [kind, trouble])).toEqual([
      ['session', 'api_error'],
      ['list', 'rate_limit'],
      ['session', 'ok'],
      ['list', 'ok'],
    ]);
  });

  test('for * cover the list too', async () => {
    stripe.script('*', [{ kind: 'html', status: 502 }]);
    expect([(await get()).status, (await get()).status]).toEqual([502, 200]);
  });

  test('change each session of a list, not those that are kept', async () => {
    const fields = { status: 'open' };
    stripe.script('list', [{ kind: 'fields', fields }, { kind: 'vary', values: [1] }, { kind: 'no_id' }]);
    const page = async () => (await officialClient(stripe).checkout.sessions.list()).data;
    expect((await page()).map(({ status }) => status)).toEqual(Array(6).fill('open'));
    expect((await page()).map((session) => session.amount_total)).toEqual(Array(6).fill(1));
    expect((await page()).filter((session) => 'id' in session)).toEqual([]);
    expect(await page()).toEqual([...made].reverse());
  });

  test('make a list too large, and otherwise in order', async () => {
    stripe.script('list', [{ kind: 'too_large' }]);
    const text = await (await get('?limit=1')).text();
    expect(text.length).toBeGreaterThan(256 * 1024);
    expect(JSON.parse(text)).toMatchObject({ object: 'list', has_more: true, data: [{ id: made[5]?.id }] });
  });
});
