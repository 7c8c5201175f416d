import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startStripe, type Delivery, type Session, type StripeStandIn } from './index.js';
import { Receiver, verified, type Received } from './testing.js';

const COMPLETED = 'checkout.session.completed';
const HOUR = 60 * 60 * 1000;

let clock: number;
let receiver: Receiver;
let stripe: StripeStandIn;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 25);
  receiver = await Receiver.start();
  stripe = await startStripe({ port: 0, now: () => clock, webhooks: { retryDelaysMs: [] } });
});
afterEach(async () => {
  await Promise.all([stripe.close(), receiver.close()]);
});

/** An endpoint that hears of completed sessions only, unless told otherwise. */
const listen = (enabled_events: readonly string[] = [COMPLETED]) =>
  stripe.createWebhookEndpoint({ url: receiver.url, enabled_events });

const pay = () => stripe.pay(stripe.createSession().id);

const only = (): Delivery => {
  expect(stripe.deliveries).toHaveLength(1);
  return stripe.deliveries[0];
};

/** What the official package makes of a delivery at the stand-in's time. */
const verify = (delivery: Pick<Received, 'body' | 'headers'>, secret: string) => verified(delivery, secret, clock);

describe('a delivery', () => {
  test('is what Stripe sends, and the official package accepts it', async () => {
    const { id, secret } = listen();
    const session = pay();
    await stripe.deliveriesSettled();
    expect(id).toMatch(/^we_/);
    expect(secret).toMatch(/^whsec_\w{32}$/);
    const [delivery] = receiver.received;
    expect(delivery).toMatchObject({
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    });
    const event = verify(delivery, secret);
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_1S\w{22}$/) as string,
      object: 'event',
      api_version: '2026-10-28.endive',
      created: clock / 1000,
      data: { object: session },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: COMPLETED,
    });
    const text = String(delivery?.body);
    expect(text).toBe(JSON.stringify(event, null, 2));
    expect(text.length).toBeGreaterThan(4500);
    expect(only()).toMatchObject({ status: 'delivered', attempts: [{ status: 200, body: '{"received":true}' }] });
  });

  test('that was tampered with is refused', async () => {
    const { secret } = listen();
    pay();
    await stripe.deliveriesSettled();
    const { body, headers } = receiver.received[0];
    for (const forged of [
      { body: Buffer.from(String(body).replace('1999', '2999')), headers },
      { body: Buffer.from(JSON.stringify(JSON.parse(String(body)))), headers },
      { body, headers: { 'stripe-signature': String(headers['stripe-signature']).replace(/v1=./, 'v1=g') } },
    ]) {
      expect(() => verify(forged, secret)).toThrow(Stripe.errors.StripeSignatureVerificationError);
    }
    expect(() => verify({ body, headers }, 'whsec_of_somebody_else')).toThrow();
  });

  test('tells how things were when it happened, whenever it arrives', async () => {
    listen();
    stripe.decideDeliveries(() => 'hold');
    const { id } = stripe.createSession();
    stripe.pay(id, 'sepa_debit');
    stripe.settle(id);
    await stripe.releaseDelivery(only());
    expect((receiver.received[0]?.event.data.object as Session).payment_status).toBe('unpaid');
  });

  test('goes to each endpoint that wants its type and mode, under that one’s secret', async () => {
    const all = listen(['*']);
    const completed = listen();
    stripe.createWebhookEndpoint({ url: receiver.url, enabled_events: ['checkout.session.expired'] });
    stripe.createWebhookEndpoint({ url: receiver.url, livemode: true });
    pay();
    await stripe.deliveriesSettled();
    expect([...receiver.types].sort()).toEqual([
      'charge.succeeded',
      COMPLETED,
      COMPLETED,
      'payment_intent.created',
      'payment_intent.succeeded',
    ]);
    const [one, two] = stripe.deliveries.filter(({ event }) => event.type === COMPLETED);
    expect([one?.endpoint, two?.endpoint]).toEqual([all.id, completed.id]);
    expect(one?.event).toBe(two?.event);
    const told = receiver.received.filter(({ event }) => event.type === COMPLETED);
    expect(told.map(({ event }) => event.pending_webhooks)).toEqual([2, 2]);
    for (const { secret } of [all, completed]) {
      const signed = told.filter((delivery) => {
        try {
          return verify(delivery, secret);
        } catch {
          return false;
        }
      });
      expect(signed).toHaveLength(1);
    }
  });

  test('in live mode goes to live endpoints, refunds too', async () => {
    listen(['*']);
    stripe.createWebhookEndpoint({ url: receiver.url, livemode: true, enabled_events: [COMPLETED, 'refund.created'] });
    const { id } = stripe.createSession({ livemode: true });
    stripe.pay(id);
    stripe.refund(id);
    await stripe.deliveriesSettled();
    expect([...receiver.types].sort()).toEqual([COMPLETED, 'refund.created']);
    expect(receiver.received.every(({ event }) => event.livemode)).toBe(true);
    expect(receiver.received[0]?.headers['stripe-signature']).not.toContain('v0');
  });

  test('finds any name under localhost on this machine', async () => {
    const url = receiver.url.replace('localhost', 'aaaaa-aa.raw.localhost');
    stripe.createWebhookEndpoint({ url, enabled_events: [COMPLETED] });
    pay();
    await stripe.deliveriesSettled();
    expect(receiver.received[0]?.headers.host).toBe(new URL(url).host);
  });
});

test('what happens is told: settled, failed, expired, refunded, disputed', async () => {
  listen([
    'checkout.session.async_payment_succeeded',
    'checkout.session.async_payment_failed',
    'checkout.session.expired',
    'charge.refunded',
    'charge.dispute.created',
  ]);
  const settled = stripe.createSession().id;
  const failed = stripe.createSession().id;
  const expired = stripe.createSession().id;
  const late = stripe.createSession().id;
  stripe.pay(settled, 'sepa_debit');
  stripe.pay(failed, 'sepa_debit');
  stripe.settle(settled);
  stripe.fail(failed);
  stripe.expire(expired);
  const refund = stripe.refund(settled, 500);
  const dispute = stripe.dispute(settled);
  clock += 25 * HOUR;
  await stripe.deliveriesSettled();
  const about = stripe.deliveries.map(({ event }) => [event.type, event.object]);
  expect(about).toEqual([
    ['checkout.session.async_payment_succeeded', settled],
    ['checkout.session.async_payment_failed', failed],
    ['checkout.session.expired', expired],
    ['charge.refunded', refund.charge],
    ['charge.dispute.created', dispute.id],
    ['checkout.session.expired', late],
  ]);
  const refunded = receiver.received.find(({ event }) => event.type === 'charge.refunded');
  expect(refunded?.event.request?.id).toMatch(/^req_/);
  expect(refunded?.event.data.previous_attributes).toEqual({ amount_refunded: 0 });
});

describe('on demand', () => {
  test('an event comes twice', async () => {
    listen();
    stripe.decideDeliveries(() => 'send_twice');
    pay();
    await stripe.deliveriesSettled();
    const ids = receiver.received.map(({ event }) => event.id);
    expect(ids).toEqual([only().event.id, only().event.id]);
  });

  test('events come in any order', async () => {
    listen(['*']);
    stripe.decideDeliveries(() => 'hold');
    const { id } = stripe.createSession();
    stripe.pay(id, 'sepa_debit');
    stripe.settle(id);
    await stripe.deliveriesSettled();
    expect(receiver.received).toEqual([]);
    const reversed = [...stripe.deliveries].reverse();
    for (const delivery of reversed) await stripe.releaseDelivery(delivery);
    expect(receiver.types).toEqual(reversed.map(({ event }) => event.type));
    expect(receiver.types[0]).toBe('checkout.session.async_payment_succeeded');
    await expect(stripe.releaseDelivery(reversed[0])).rejects.toThrow('only what is held');
  });

  test('what is held can be sent once by hand and still be released', async () => {
    listen();
    stripe.decideDeliveries(() => 'hold');
    pay();
    receiver.react = (_, index) => (index === 0 ? 500 : 200);
    expect(await stripe.resendDelivery(only())).toMatchObject({ status: 500 });
    expect(only().status).toBe('held');
    expect(await stripe.releaseDelivery(only())).toMatchObject({ status: 200 });
    expect(only().status).toBe('delivered');
  });

  test('events are lost, by type', async () => {
    listen(['*']);
    stripe.decideDeliveries(({ event }) => (event.type === COMPLETED ? 'lose' : 'send'));
    pay();
    await stripe.deliveriesSettled();
    expect(receiver.types).not.toContain(COMPLETED);
    const lost = stripe.deliveries.filter(({ status }) => status === 'lost');
    expect(lost.map(({ event, attempts }) => [event.type, attempts.length])).toEqual([[COMPLETED, 0]]);
  });

  test('an old delivery can be replayed by hand, for the log has it', async () => {
    const { secret } = listen();
    pay();
    await stripe.deliveriesSettled();
    const { event, attempts } = only();
    const replayed = { body: Buffer.from(event.body), headers: { 'stripe-signature': attempts[0].signature } };
    expect(verify(replayed, secret).id).toBe(event.id);
  });
});

describe('a secret that is rolled', () => {
  const signs = async (secret: string) => {
    receiver.received.length = 0;
    pay();
    await stripe.deliveriesSettled();
    try {
      return verify(receiver.received[0], secret).type === COMPLETED;
    } catch {
      return false;
    }
  };

  test('signs on beside the new one until its time is up', async () => {
    const { id, secret: old } = listen();
    const fresh = stripe.rollWebhookSecret(id, HOUR);
    expect(fresh).not.toBe(old);
    expect([await signs(old), await signs(fresh)]).toEqual([true, true]);
    expect(receiver.received[0]?.headers['stripe-signature']).toMatch(/^t=\d+,v1=\w{64},v1=\w{64},v0=/);
    clock += HOUR - 1;
    expect(await signs(old)).toBe(true);
    clock += 1;
    expect([await signs(old), await signs(fresh)]).toEqual([false, true]);
  });

  test('can end at once, and lives no longer for being rolled again', async () => {
    const { id, secret: first } = listen();
    const second = stripe.rollWebhookSecret(id, HOUR);
    const third = stripe.rollWebhookSecret(id);
    clock += HOUR;
    expect([await signs(first), await signs(second), await signs(third)]).toEqual([false, true, true]);
    const fourth = stripe.rollWebhookSecret(id, 0);
    expect([await signs(second), await signs(third), await signs(fourth)]).toEqual([false, false, true]);
  });

  test('signs on for a day at most', () => {
    const { id } = listen();
    expect(() => stripe.rollWebhookSecret(id, 24 * HOUR + 1)).toThrow(RangeError);
    expect(() => stripe.rollWebhookSecret('we_unknown')).toThrow('no webhook endpoint');
  });
});

test.each(['ftp://localhost/', 'webhook', ''])('an endpoint at "%s" is refused', (url) => {
  expect(() => stripe.createWebhookEndpoint({ url })).toThrow('http(s) URL');
  expect(() => stripe.createWebhookEndpoint({ url: receiver.url, enabled_events: [] })).toThrow('event types');
});
