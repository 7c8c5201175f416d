import { describe, expect, it } from 'vitest';
import { judge, publicView, readSession, writeSession, type Session, type Terms } from './session.js';

const NOW = 1_795_561_800;
const terms: Terms = { livemode: false, accept_modes: ['payment'], payment_links: [], accept_no_payment_required: false };

/** A session as Stripe sends it, with everything personal that it can hold. */
const stripes = {
  id: `cs_test_a1${'b'.repeat(56)}`,
  object: 'checkout.session',
  amount_total: 1999,
  client_reference_id: 'order-42-isp1abc',
  collected_information: { shipping_details: { name: 'Ada "Quote" Lovelace', address: { line1: 'Street 1' } } },
  created: NOW - 30,
  currency: 'eur',
  custom_fields: [{ key: 'engraving', text: { value: 'For \\ you' } }],
  customer_details: { email: 'ada@example.com', name: 'Ada "Quote" Lovelace', phone: '+491234', address: { city: 'Ulm' } },
  customer_email: 'ada@example.com',
  expires_at: NOW + 86_370,
  livemode: false,
  metadata: { secret: 'internal' },
  mode: 'payment',
  payment_intent: 'pi_3abc',
  payment_link: 'plink_1abc',
  payment_status: 'paid',
  presentment_details: { presentment_amount: 2150, presentment_currency: 'usd' },
  status: 'complete',
  success_url: 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}',
};
const read = (changes: object = {}) => readSession({ ...stripes, ...changes });
const verdict = (changes: object = {}, ...changedTerms: Partial<Terms>[]) =>
  judge(read(changes) as Session, Object.assign({}, terms, ...changedTerms) as Terms, NOW);

describe('reading a session', () => {
  it('keeps the public view and the private record, and nothing of the payer', () => {
    expect(read()).toEqual({
      id: stripes.id,
      client_reference_id: 'order-42-isp1abc',
      payment_link: 'plink_1abc',
      mode: 'payment',
      payment_status: 'paid',
      amount_total: 1999,
      currency: 'eur',
      amount_refunded: 0,
      presentment: { amount: 2150, currency: 'usd' },
      created: NOW - 30,
      livemode: false,
      status: 'complete',
      payment_intent: 'pi_3abc',
      expires_at: NOW + 86_370,
    });
    expect(JSON.stringify(writeSession(read()!))).not.toMatch(/ada|lovelace|street|ulm|4912|engraving|internal|shop\.example/i);
  });

  it('reads its own output back unchanged, with and without presentment', () => {
    expect(readSession(writeSession(read()!))).toEqual(read());
    const plain = read({ presentment_details: null })!;
    expect(plain).not.toHaveProperty('presentment');
    expect(readSession(writeSession(plain))).toEqual(plain);
  });

  it('takes an expanded object for its id', () => {
    expect(read({ payment_link: { id: 'plink_2', object: 'payment_link' }, payment_intent: { id: 'pi_4' } })).toMatchObject({
      payment_link: 'plink_2',
      payment_intent: 'pi_4',
    });
  });

  it('takes null where Stripe may send it', () => {
    const nulls = { amount_total: null, currency: null, status: null, payment_intent: null, payment_link: null, client_reference_id: null };
    expect(read(nulls)).toMatchObject(nulls);
  });

  it.each([
    ['no object', null],
    ['a text', 'checkout.session'],
    ['another object', { ...stripes, object: 'payment_intent' }],
    ['an error', { error: { type: 'invalid_request_error' } }],
    ['an id with a path in it', { ...stripes, id: 'cs_test_../../charges' }],
    ['no id', { ...stripes, id: undefined }],
    ['a creation date that is not one', { ...stripes, created: 'yesterday' }],
    ['no mode of life', { ...stripes, livemode: 'false' }],
  ])('refuses %s', (_, json) => {
    expect(readSession(json)).toBeUndefined();
  });

  it('drops values that are not of the form Stripe gives them', () => {
    expect(
      read({ client_reference_id: 'a"b', currency: 'EUR€', amount_total: -1, payment_link: 'x'.repeat(300), payment_intent: 5, mode: {}, payment_status: 'Paid!' }),
    ).toMatchObject({ client_reference_id: null, currency: null, amount_total: null, payment_link: null, payment_intent: null, mode: 'unknown', payment_status: 'unknown' });
  });
});

describe('what paid means', () => {
  it('complete, paid, in an accepted mode, of this account and link', () => {
    expect(verdict()).toEqual({ status: 'paid', payment: publicView(read()!) });
    expect(verdict({}, { payment_links: ['plink_0', 'plink_1abc'] }).status).toBe('paid');
    expect(verdict({ mode: 'subscription' }, { accept_modes: ['payment', 'subscription'] }).status).toBe('paid');
    expect(verdict({ livemode: true }, { livemode: true }).status).toBe('paid');
  });

  it.each([
    ['not complete', { status: 'open' }, {}, 'open'],
    ['run out', { status: 'expired', payment_status: 'unpaid' }, {}, 'expired'],
    ['a delayed method', { payment_status: 'unpaid' }, {}, 'processing'],
    ['a payment status of the future', { payment_status: 'paid_in_part' }, {}, 'processing'],
    ['a status of the future', { status: 'frozen' }, {}, 'processing'],
    ['no status', { status: null }, {}, 'processing'],
    ['nothing to pay', { payment_status: 'no_payment_required' }, {}, 'not_found'],
    ['nothing to pay, accepted', { payment_status: 'no_payment_required' }, { accept_no_payment_required: true }, 'paid'],
    ['nothing to pay, accepted, not complete', { status: 'open', payment_status: 'no_payment_required' }, { accept_no_payment_required: true }, 'open'],
    ['another mode', { mode: 'setup' }, {}, 'not_found'],
    ['a mode of the future', { mode: 'barter' }, {}, 'not_found'],
    ['test money in live mode', {}, { livemode: true }, 'not_found'],
    ['live money in test mode', { livemode: true }, {}, 'not_found'],
    ['another link', {}, { payment_links: ['plink_other'] }, 'not_found'],
    ['no link where one is asked for', { payment_link: null }, { payment_links: ['plink_other'] }, 'not_found'],
  ])('%s', (_, changes, changedTerms, status) => {
    const result = verdict(changes, changedTerms);
    expect(result.status).toBe(status);
    expect(result.payment === undefined).toBe(status === 'not_found');
  });

  it('a delayed payment is unsettled once 21 days have passed, not a second before', () => {
    const days = 21 * 24 * 3600;
    expect(verdict({ payment_status: 'unpaid', created: NOW - days })).not.toHaveProperty('reason');
    expect(verdict({ payment_status: 'unpaid', created: NOW - days - 1 })).toMatchObject({ status: 'processing', reason: 'unsettled' });
  });
});
