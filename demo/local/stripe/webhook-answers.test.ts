import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startStripe, type Delivery, type StripeStandIn, type WebhookTimes } from './index.js';
import { openForm, postForm, Receiver, verified } from './testing.js';

const COMPLETED = 'checkout.session.completed';
const HOUR = 60 * 60 * 1000;

let clock: number;
let receiver: Receiver;
let stripe: StripeStandIn;

const start = async (webhooks: WebhookTimes = { retryDelaysMs: [1, 1, 1] }) => {
  stripe = await startStripe({ port: 0, now: () => clock, webhooks });
};

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 25);
  receiver = await Receiver.start();
  await start();
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

describe('a failure', () => {
  test.each<[string, Receiver['react']]>([
    ['400', () => 400],
    ['a redirect', () => ({ status: 302, location: receiver.url })],
    ['a permanent redirect', () => ({ status: 308, location: receiver.url })],
    ['500', () => 500],
    ['304', () => 304],
  ])('by %s is tried again, signed anew, until it succeeds', async (_, react) => {
    const { secret } = listen();
    receiver.react = (delivery, index) => {
      clock += HOUR;
      return index < 2 ? react(delivery, index) : 204;
    };
    pay();
    await stripe.deliveriesSettled();
    expect(receiver.received).toHaveLength(3);
    const [first, , third] = receiver.received;
    expect(third?.body.equals(first.body)).toBe(true);
    expect(third?.headers['stripe-signature']).not.toBe(first?.headers['stripe-signature']);
    clock -= HOUR;
    expect(verified(third, secret, clock).type).toBe(COMPLETED);
    expect(() => verified(first, secret, clock)).toThrow('tolerance');
    expect(only()).toMatchObject({ status: 'delivered', attempts: [{}, {}, { status: 204 }] });
  });

  test('that lasts is given up, and a later resend still helps', async () => {
    listen();
    receiver.react = () => 503;
    pay();
    await stripe.deliveriesSettled();
    expect(only().status).toBe('failed');
    expect(only().attempts.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    receiver.react = () => 200;
    expect(await stripe.resendDelivery(only())).toMatchObject({ status: 200 });
    expect(only().status).toBe('delivered');
  });

  test('by silence ends after the time allowed', async () => {
    await stripe.close();
    await start({ timeoutMs: 50, retryDelaysMs: [] });
    listen();
    receiver.react = () => 'hang';
    pay();
    await stripe.deliveriesSettled();
    expect(only()).toMatchObject({ status: 'failed', attempts: [{ error: 'no answer within 50 ms' }] });
    expect(only().attempts[0]).not.toHaveProperty('status');
  });

  test('by nobody being there says so', async () => {
    const { url } = receiver;
    await receiver.close();
    stripe.createWebhookEndpoint({ url, enabled_events: [COMPLETED] });
    pay();
    await stripe.deliveriesSettled();
    expect(only()).toMatchObject({ status: 'failed', attempts: Array(4).fill({ error: 'ECONNREFUSED' }) });
    receiver = await Receiver.start();
  });

  test('is tried again no sooner than its delay, and closing ends the wait', async () => {
    await stripe.close();
    await start({ retryDelaysMs: [HOUR] });
    listen();
    receiver.react = () => 500;
    stripe.decideDeliveries(() => 'hold');
    pay();
    expect(await stripe.releaseDelivery(only())).toMatchObject({ status: 500 });
    expect(only()).toMatchObject({ status: 'pending', attempts: [{ status: 500 }] });
    const settled = stripe.deliveriesSettled();
    await stripe.close();
    await settled;
    expect(receiver.received).toHaveLength(1);
    await start();
  });

  test('that is over is waited for no longer', async () => {
    await stripe.close();
    await start({ retryDelaysMs: [HOUR] });
    listen();
    pay();
    await stripe.deliveriesSettled();
    expect(only()).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }] });
  });

  test('of a single resend is not tried again', async () => {
    listen();
    pay();
    await stripe.deliveriesSettled();
    receiver.react = () => 500;
    await stripe.resendDelivery(only());
    await stripe.deliveriesSettled();
    expect(only()).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }, { status: 500 }] });
  });
});

describe('the payment page', () => {
  const submit = async () => {
    const { url } = stripe.createPaymentLink({
      product: 'Bag',
      amount: 1999,
      currency: 'eur',
      afterPayment: 'https://shop.example/?id={CHECKOUT_SESSION_ID}',
    });
    return postForm((await openForm(url)).action);
  };

  test('sends the shopper on only after the endpoint has answered', async () => {
    listen();
    const order: string[] = [];
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    receiver.react = async () => {
      await answered;
      order.push('answered');
      return 200;
    };
    const redirect = submit().then((response) => {
      order.push('redirected');
      return response.status;
    });
    await expect.poll(() => receiver.received.length).toBe(1);
    answer();
    expect(await redirect).toBe(303);
    expect(order).toEqual(['answered', 'redirected']);
  });

  test('takes a failure for an answer, and waits for no retry', async () => {
    await stripe.close();
    await start({ retryDelaysMs: [HOUR], pageWaitMs: HOUR });
    listen();
    receiver.react = () => 500;
    expect((await submit()).status).toBe(303);
    expect(only()).toMatchObject({ status: 'pending', attempts: [{ status: 500 }] });
  });

  test('waits only so long', async () => {
    await stripe.close();
    await start({ pageWaitMs: 20 });
    listen();
    receiver.react = () => 'hang';
    expect((await submit()).status).toBe(303);
    expect(only()).toMatchObject({ status: 'pending', attempts: [] });
  });

  test.each(['hold', 'lose'] as const)('waits for nothing that was told to be one to %s', async (fate) => {
    await stripe.close();
    await start({ pageWaitMs: HOUR });
    listen();
    stripe.decideDeliveries(() => fate);
    expect((await submit()).status).toBe(303);
    expect(only().attempts).toEqual([]);
  });
});
