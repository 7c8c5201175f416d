import { describe, expect, it } from 'vitest';
import { readEvent } from '../../canister/stripe/event.js';
import { readReturnAddress } from '../return-address.js';
import { checkCycles, checkRedirect, checksOf, checkWebhook, unseenEvents } from './checklist.js';
import { EVENTS, newKeyPage, paymentPage } from './stripe-pages.js';
import { NOW, payment, SETTINGS, STATS } from './testing.js';

const known = { settings: SETTINGS, stats: STATS, connection: { works: true, message: 'Stripe answers.' }, payments: [], redirect: 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}' };
const verdicts = (changes: Partial<Parameters<typeof checksOf>[0]>) => Object.fromEntries(checksOf({ ...known, ...changes }).map(({ id, verdict }) => [id, verdict]));

describe('the checklist', () => {
  it('is content where all is well, and needs no link then', () => {
    expect(verdicts({})).toEqual({ key: 'good', links: 'good', webhook: 'good', redirect: 'good', cycles: 'good' });
    expect(checksOf(known).filter(({ link }) => link)).toEqual([]);
  });

  it('says what it does not know', () => {
    expect(verdicts({ stats: undefined, connection: undefined, redirect: '' })).toEqual({ key: 'busy', links: 'good', webhook: 'busy', redirect: 'unknown', cycles: 'busy' });
    expect(checkCycles({ ...STATS, days_left: null }).verdict).toBe('unknown');
  });

  it('says what is to be mended, in the words of the canister where it has some, and links to where', () => {
    const checks = checksOf({ ...known, settings: { ...SETTINGS, payment_links: [], webhook_secrets: [], livemode: false }, connection: { works: false, message: 'Stripe does not know the key.' } });
    expect(checks.slice(0, 3).map(({ verdict, text, link }) => [verdict, text.slice(0, 29), link?.href])).toEqual([
      ['bad', 'Stripe does not know the key.', newKeyPage(false)],
      ['warn', 'Payments of every link of you', 'https://dashboard.stripe.com/test/payment-links'],
      ['bad', 'There is no signing secret, s', 'https://dashboard.stripe.com/test/webhooks'],
    ]);
    expect(verdicts({ stats: { ...STATS, last_event: null } }).webhook).toBe('warn');
  });

  it('warns before the cycles run out', () => {
    const at = (days_left: number) => checkCycles({ ...STATS, days_left }).verdict;
    expect([at(30), at(29), at(7), at(6), at(0)]).toEqual(['good', 'warn', 'warn', 'bad', 'bad']);
    for (const days_left of [null, 0, 350]) expect(checkCycles({ ...STATS, cycles: 9.9e10, days_left })).toMatchObject({ verdict: 'bad', text: expect.stringContaining('it asks Stripe no more') as string });
    expect(checkCycles({ ...STATS, cycles: 1e11, days_left: null }).verdict).toBe('unknown');
  });

  it('warns when no event has come for long, or none of the newest payment', () => {
    const at = (last_event: number, created: number, status = 'paid') => checkWebhook(SETTINGS, { ...STATS, last_event }, [payment(2, { created: NOW, status: 'open' }), payment(1, { created, status })], NOW).verdict;
    const day = 86_400;
    expect(at(NOW - 29 * day, NOW - 29 * day)).toBe('good');
    expect(at(NOW - 31 * day, NOW - 40 * day)).toBe('warn');
    expect(at(NOW - 3 * day, NOW - 2.5 * day)).toBe('good');
    expect(at(NOW - 3 * day, NOW - 1.5 * day)).toBe('warn');
    expect(at(NOW - 3 * day, NOW - 1.5 * day, 'open')).toBe('good');
  });

  it('knows which events have not come', () => {
    expect(unseenEvents(STATS)).toEqual(['checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed', 'charge.dispute.created']);
  });
});

describe('an address to come back to', () => {
  it.each([
    ['https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'good'],
    ['https://shop.example/#/paid?checkout_session_id={CHECKOUT_SESSION_ID}', 'good'],
    ['http://localhost:8080/?check_out_session_id={CHECKOUT_SESSION_ID}', 'good'],
    ['http://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['javascript:alert(1)//check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['https://shop.example/', 'bad'],
    ['https://shop.example/?check_out_session_id=%7BCHECKOUT_SESSION_ID%7D', 'bad'],
    ['https://shop.example/?check_out_session_id={checkout_session_id}', 'bad'],
    ['https://shop.example/?check_out_session_id=CHECKOUT_SESSION_ID', 'bad'],
    ['https://shop.example/?session={CHECKOUT_SESSION_ID}', 'warn'],
    ['https://shop.example/?xcheck_out_session_id={CHECKOUT_SESSION_ID}', 'warn'],
    ['https://shop.example/?Check_out_session_id={CHECKOUT_SESSION_ID}', 'warn'],
    ['https://shop.example/check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['https://shop.example/#check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}x', 'bad'],
    ['https://shop.example/?check_out_session_id=cs_{CHECKOUT_SESSION_ID}', 'bad'],
    ['https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID', 'bad'],
    ['https://shop.example/?check_out_session_id=', 'bad'],
    ['https://shop.example/?a=1&check_out_session_id={CHECKOUT_SESSION_ID}&b=2#top', 'good'],
    ['https://me@shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['https://shop.exam ple/?check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
    ['ftp://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'bad'],
  ])('%s is %s', (address, verdict) => {
    expect(checkRedirect(address, SETTINGS).verdict).toBe(verdict);
  });

  it.each([
    ['https://shop.example/', 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}'],
    ['https://shop.example/?a=1#/paid', 'https://shop.example/?a=1&check_out_session_id={CHECKOUT_SESSION_ID}#/paid'],
    ['https://shop.example/?check_out_session_id=&a=1', 'https://shop.example/?a=1&check_out_session_id={CHECKOUT_SESSION_ID}'],
    ['https://shop.example/?check_out_session_id=', 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}'],
  ])('that lacks the id is completed: %s', (address, completed) => {
    expect(checkRedirect(address, SETTINGS).text).toBe(`The payment’s id is missing. Make it ${completed}`);
    expect(checkRedirect(completed, SETTINGS).verdict).toBe('good');
  });

  it('is right exactly where the tag finds the id', () => {
    for (const address of ['https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}', 'https://shop.example/#/a?checkout_session_id={CHECKOUT_SESSION_ID}', 'https://shop.example/?a=b?check_out_session_id={CHECKOUT_SESSION_ID}', 'https://shop.example/#check_out_session_id={CHECKOUT_SESSION_ID}']) {
      const filled = readReturnAddress(address.replace('{CHECKOUT_SESSION_ID}', 'cs_test_a1b2c3'));
      expect(checkRedirect(address, SETTINGS).verdict === 'good').toBe(filled?.value === 'cs_test_a1b2c3');
    }
  });
});

describe('links to Stripe', () => {
  it('lead to the mode that is meant', () => {
    expect(paymentPage('pi_1', true)).toBe('https://dashboard.stripe.com/payments/pi_1');
    expect(paymentPage('pi_1', false)).toBe('https://dashboard.stripe.com/test/payments/pi_1');
    expect(newKeyPage(true)).toBe('https://dashboard.stripe.com/apikeys/create?name=ic-stripe-pay%20canister&permissions%5B%5D=rak_checkout_session_read');
  });

  it('name the events that the canister reads, and no other', () => {
    const session = { object: 'checkout.session', id: 'cs_test_1', mode: 'payment', status: 'complete', payment_status: 'paid', livemode: false, created: 1, amount_total: 1, currency: 'eur', client_reference_id: null, payment_link: null, payment_intent: 'pi_1' };
    const object = { charge: { object: 'charge', id: 'ch_1', payment_intent: 'pi_1', amount: 1, amount_refunded: 1, refunded: true, currency: 'eur' }, dispute: { object: 'dispute', payment_intent: 'pi_1', charge: 'ch_1' } };
    const kind = (type: string) => readEvent(new TextEncoder().encode(JSON.stringify({ id: 'evt_1', object: 'event', created: 1, livemode: false, type, data: { object: type.includes('dispute') ? object.dispute : type.startsWith('charge') ? object.charge : session } })))?.news.kind;
    expect(EVENTS.map(({ type }) => kind(type))).toEqual(['session', 'session', 'session', 'session', 'refund', 'dispute']);
    expect(EVENTS.map(({ type, counted }) => counted === kind(type) || `checkout.session.${counted}` === type)).not.toContain(false);
    expect(kind('charge.succeeded')).toBe('ignored');
  });
});
