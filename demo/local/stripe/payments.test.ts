import { beforeEach, describe, expect, test } from 'vitest';
import type { NewEvent } from './event-object.js';
import { Payments } from './payments.js';
import type { SessionOptions } from './sessions.js';
import { Sessions } from './sessions.js';
import { fieldsOfStripesType } from './testing.js';

const NOW = 1_795_561_771_500;
let told: NewEvent[];
let payments: Payments;
let sessions: Sessions;

beforeEach(() => {
  told = [];
  // As they are now, for the objects go on changing.
  payments = new Payments((event) => told.push(structuredClone(event)), () => NOW);
  sessions = new Sessions(
    () => NOW,
    (id) => `http://localhost/c/pay/${id}`,
    (change, record) => {
      payments.changed(change, record);
    },
  );
});

const types = () => told.map(({ type }) => type);
const object = (type: string) => told.find((event) => event.type === type)?.object;

const paid = (options: SessionOptions = {}) => {
  const { id } = sessions.create(options);
  sessions.pay(id);
  told.length = 0;
  return sessions.require(id);
};

describe('the events of', () => {
  test('a payment by card', () => {
    const { id } = sessions.create();
    const { payment_intent: intent } = sessions.pay(id);
    expect(types()).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ]);
    expect(object('payment_intent.created')).toMatchObject({ id: intent, status: 'requires_payment_method' });
    expect(object('payment_intent.succeeded')).toMatchObject({
      id: intent,
      status: 'succeeded',
      amount_received: 1999,
      latest_charge: object('charge.succeeded')?.id,
    });
    expect(object('charge.succeeded')).toMatchObject({
      id: expect.stringMatching(/^ch_3S\w{22}$/) as string,
      payment_intent: intent,
      amount: 1999,
      paid: true,
      billing_details: { email: 'zoe.o’neill+shop@example.com' },
    });
    expect(object('checkout.session.completed')).toMatchObject({ id, payment_status: 'paid' });
  });

  test('a delayed payment that arrives', () => {
    const { id } = sessions.create();
    sessions.pay(id, 'sepa_debit');
    expect(types()).toEqual([
      'payment_intent.created',
      'charge.pending',
      'payment_intent.processing',
      'checkout.session.completed',
    ]);
    expect(object('charge.pending')).toMatchObject({
      id: expect.stringMatching(/^py_/) as string,
      paid: false,
      status: 'pending',
      payment_method_details: { type: 'sepa_debit' },
    });
    expect(object('checkout.session.completed')).toMatchObject({ payment_status: 'unpaid' });
    told.length = 0;
    sessions.settle(id);
    expect(types()).toEqual([
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.async_payment_succeeded',
    ]);
    expect(object('checkout.session.async_payment_succeeded')).toMatchObject({ id, payment_status: 'paid' });
  });

  test('a delayed payment that fails', () => {
    const { id } = sessions.create({ status: 'complete', payment_status: 'unpaid' });
    sessions.fail(id);
    expect(types()).toEqual([
      'charge.failed',
      'payment_intent.payment_failed',
      'checkout.session.async_payment_failed',
    ]);
    expect(object('charge.failed')).toMatchObject({ paid: false, status: 'failed' });
    expect(object('payment_intent.payment_failed')).toMatchObject({ status: 'requires_payment_method' });
    expect(object('checkout.session.async_payment_failed')).toMatchObject({ id, payment_status: 'unpaid' });
  });

  test('a session that expires, and one that costs nothing', () => {
    sessions.expire(sessions.create().id);
    sessions.pay(sessions.create({ amount_total: 0 }).id);
    expect(types()).toEqual(['checkout.session.expired', 'checkout.session.completed']);
  });

  test('what was made complete: none', () => {
    sessions.create({ status: 'complete' });
    expect(told).toEqual([]);
  });
});

describe('a refund', () => {
  test('in parts adds up, and the last one makes it full', () => {
    const record = paid();
    payments.refund(record, 500);
    expect(() => payments.refund(record, 1500)).toThrow('1499 left');
    payments.refund(record, 499);
    payments.refund(record);
    expect(types()).toEqual(Array(3).fill(['refund.created', 'charge.refunded']).flat());
    const charges = told.filter(({ type }) => type === 'charge.refunded');
    expect(charges.map(({ object }) => object)).toMatchObject([
      { amount_refunded: 500, refunded: false, payment_intent: record.session.payment_intent },
      { amount_refunded: 999, refunded: false },
      { amount_refunded: 1999, refunded: true },
    ]);
    expect(charges.map(({ previous }) => previous)).toEqual([
      { amount_refunded: 0 },
      { amount_refunded: 500 },
      { amount_refunded: 999, refunded: false },
    ]);
    expect(told[4]?.object).toMatchObject({ object: 'refund', amount: 1000 });
    expect(record.session.payment_status).toBe('paid');
  });

  test.each([0, -1, 1.5, 2000, NaN])('of %d of 1999 is refused', (amount) => {
    expect(() => payments.refund(paid(), amount)).toThrow('1999 left');
    expect(told).toEqual([]);
  });

  test('of what is not paid, refunded or disputed is refused', () => {
    const open = sessions.require(sessions.create().id);
    expect(() => payments.refund(open)).toThrow('not paid');
    const refunded = paid();
    payments.refund(refunded);
    expect(() => payments.refund(refunded)).toThrow('0 left');
    const disputed = paid();
    payments.dispute(disputed);
    expect(() => payments.refund(disputed)).toThrow('disputed');
  });

  test('of a subscription names a PaymentIntent that its session does not', () => {
    const record = paid({ mode: 'subscription' });
    expect(record.session.payment_intent).toBeNull();
    payments.refund(record);
    expect(object('charge.refunded')).toMatchObject({ payment_intent: expect.stringMatching(/^pi_3S/) as string });
  });
});

describe('a dispute', () => {
  test('is about what is left of the charge, and comes once', () => {
    const record = paid({ livemode: true });
    payments.refund(record, 999);
    told.length = 0;
    payments.dispute(record);
    expect(types()).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
    expect(told[0]?.object).toMatchObject({
      object: 'dispute',
      amount: 1000,
      charge: record.payment?.charge.id,
      payment_intent: record.session.payment_intent,
      livemode: true,
    });
    expect(() => payments.dispute(record)).toThrow('disputed already');
  });

  test('about what is refunded is refused', () => {
    const record = paid();
    payments.refund(record);
    expect(() => payments.dispute(record)).toThrow('refunded already');
  });
});

test.each([
  ['charge.succeeded', 'Charges', 'Charge'],
  ['payment_intent.succeeded', 'PaymentIntents', 'PaymentIntent'],
  ['refund.created', 'Refunds', 'Refund'],
  ['charge.dispute.created', 'Disputes', 'Dispute'],
])('the object of %s has every field that its type in the official package always has', async (type, file, name) => {
  const { id } = sessions.create();
  sessions.pay(id);
  payments.refund(sessions.require(id), 1);
  payments.dispute(sessions.require(id));
  const all = await fieldsOfStripesType(file, name);
  const always = all.filter((field) => !field.endsWith('?'));
  expect(always.length).toBeGreaterThan(15);
  const has = Object.keys(object(type) ?? {});
  expect(has.filter((field) => always.includes(field))).toEqual(always);
  expect(has.filter((field) => !all.some((known) => known.replace('?', '') === field))).toEqual([]);
});
