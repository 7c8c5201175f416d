import { describe, expect, it } from 'vitest';
import { readEvent } from '../../canister/stripe/event.js';
import { checkCycles, checkRedirect, checksOf } from './checklist.js';
import { EVENTS, newKeyPage, paymentPage } from './stripe-pages.js';
import { SETTINGS, STATS } from './testing.js';

const known = { settings: SETTINGS, stats: STATS, connection: { works: true, message: 'Stripe answers.' }, redirect: 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}' };
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
  ])('%s is %s', (address, verdict) => {
    expect(checkRedirect(address, SETTINGS).verdict).toBe(verdict);
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
    expect(EVENTS.map(kind)).toEqual(['session', 'session', 'session', 'session', 'refund', 'dispute']);
    expect(kind('charge.succeeded')).toBe('ignored');
  });
});
