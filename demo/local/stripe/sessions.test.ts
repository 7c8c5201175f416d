import { beforeEach, describe, expect, test } from 'vitest';
import type { Session } from './session-object.js';
import { Sessions, type SessionChange } from './sessions.js';

const DAY = 24 * 60 * 60 * 1000;
let clock: number;
let sessions: Sessions;
let changes: SessionChange[];

beforeEach(() => {
  clock = 1_795_561_771_500;
  changes = [];
  sessions = new Sessions(
    () => clock,
    (id) => `http://localhost/c/pay/${id}`,
    (change) => changes.push(change),
  );
});

const sizeOf = (session: Session) => Buffer.byteLength(JSON.stringify(session, null, 2));

test('a session starts open, with an id of 66 characters, and tells nothing of anybody', () => {
  const session = sessions.create();
  expect(session.id).toMatch(/^cs_test_a1[A-Za-z0-9]{56}$/);
  expect(session).toMatchObject({
    status: 'open',
    payment_status: 'unpaid',
    created: 1_795_561_771,
    expires_at: 1_795_561_771 + 86_400,
    payment_intent: null,
    customer_details: null,
    url: `http://localhost/c/pay/${session.id}`,
  });
  expect(sessions.create({ livemode: true }).id).toMatch(/^cs_live_a1/);
});

test('fields given stand as they are, what Stripe would never send included', () => {
  const session = sessions.create({ status: 'paused', amount_total: null, payment_link: { id: 'plink_1' } });
  expect(session).toMatchObject({ status: 'paused', amount_total: null, payment_link: { id: 'plink_1' } });
});

describe('paying', () => {
  test('by card makes it complete and paid, with the shopper in it', () => {
    const { id } = sessions.create();
    expect(sessions.pay(id)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      payment_intent: expect.stringMatching(/^pi_\w{24}$/) as string,
      url: null,
      customer_details: { email: 'zoe.o’neill+shop@example.com' },
    });
  });

  test('nothing asks for no payment', () => {
    const { id } = sessions.create({ amount_total: 0 });
    expect(sessions.pay(id)).toMatchObject({ payment_status: 'no_payment_required', payment_intent: null });
  });

  test('a subscription has a subscription and no payment intent', () => {
    const session = sessions.create({ mode: 'subscription', status: 'complete' });
    expect(session.payment_intent).toBeNull();
    expect(session.subscription).toMatch(/^sub_/);
  });

  test('twice is refused, and so is paying what has expired', () => {
    const { id } = sessions.create();
    sessions.pay(id);
    expect(() => sessions.pay(id)).toThrow('only an open session');
    const other = sessions.create().id;
    sessions.expire(other);
    expect(() => sessions.pay(other)).toThrow('is expired');
  });
});

describe('a delayed payment', () => {
  test('is complete and unpaid until it settles', () => {
    const { id } = sessions.create();
    expect(sessions.pay(id, 'sepa_debit')).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    expect(sessions.settle(id).payment_status).toBe('paid');
    expect(() => sessions.fail(id)).toThrow('pending');
  });

  test('that failed looks as before, and cannot settle any more', () => {
    const { id } = sessions.create({ status: 'complete', payment_status: 'unpaid' });
    expect(sessions.fail(id)).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    expect(() => sessions.settle(id)).toThrow('pending');
  });
});

test('a session expires by itself after a day, unless it was paid', () => {
  const open = sessions.create().id;
  const paid = sessions.create().id;
  sessions.pay(paid);
  clock += DAY - 1000;
  expect(sessions.get(open)?.session.status).toBe('open');
  clock += 1000;
  expect(sessions.all.map(({ session }) => session.status)).toEqual(['expired', 'complete']);
  expect(sessions.get(open)?.session.url).toBeNull();
  expect(changes).toEqual(['completed', 'expired']);
});

test('sizes are those of Stripe: about 4 KB, 27 KB more with full metadata, and one too large', () => {
  const typical = sizeOf(sessions.create({ status: 'complete' }));
  expect(typical).toBeGreaterThan(3500);
  expect(typical).toBeLessThan(4600);
  const full = sessions.create({ status: 'complete', size: 'full' });
  expect(sizeOf(full) - typical).toBeGreaterThan(26_000);
  expect(Object.entries(full.metadata ?? {}).length).toBe(50);
  for (const [key, value] of Object.entries(full.metadata ?? {})) {
    expect(key.length).toBeLessThanOrEqual(40);
    expect(value.length).toBeLessThanOrEqual(500);
  }
  expect(sizeOf(sessions.create({ size: 'oversized' }))).toBeGreaterThan(256 * 1024);
});
