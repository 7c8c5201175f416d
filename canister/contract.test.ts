import { describe, expect, it } from 'vitest';
import { readAnswer } from './contract.js';

const payment = { id: 'cs_test_a1', client_reference_id: null, payment_link: 'plink_1', mode: 'payment', payment_status: 'paid', amount_total: 1999, currency: 'eur', amount_refunded: 0, created: 1, livemode: false };

describe('reading an answer', () => {
  it.each([
    { status: 'checking', retry_after_ms: 1000 },
    { status: 'unavailable', reason: 'rate_limited', retry_after_ms: 4000 },
    { status: 'not_found' },
    { status: 'paid', payment },
    { status: 'paid', payment: { ...payment, presentment: { amount: 2150, currency: 'usd' }, added_later: true } },
  ])('takes %j', (body) => {
    expect(readAnswer(body)).toEqual(body);
  });

  it.each([
    null,
    'paid',
    [],
    {},
    { status: 'settled' },
    { status: 'constructor' },
    { status: 'paid' },
    { status: 'paid', payment: 'all of it' },
    { status: 'paid', payment: { ...payment, amount_total: '19.99' } },
    { status: 'paid', payment: { ...payment, id: 5 } },
  ])('does not guess what %j means', (body) => {
    expect(readAnswer(body)).toBeUndefined();
  });
});
