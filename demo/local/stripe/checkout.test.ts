import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStripe, type PaymentLinkOptions, type Session, type StripeStandIn } from './index.js';
import { GOOD_FORM, officialClient, openForm, postForm } from './testing.js';

const DAY = 24 * 60 * 60 * 1000;
let clock = Date.UTC(2026, 10, 25);
let stripe: StripeStandIn;

beforeAll(async () => {
  stripe = await startStripe({ port: 0, now: () => clock });
});
afterAll(() => stripe.close());

const link = (options: Partial<PaymentLinkOptions> = {}) =>
  stripe.createPaymentLink({
    product: 'Waxed bag',
    amount: 1999,
    currency: 'eur',
    afterPayment: 'https://shop.example/thanks?check_out_session_id={CHECKOUT_SESSION_ID}',
    ...options,
  });

const latest = () => stripe.sessions.at(-1) as Session;

describe('opening a link', () => {
  test('makes a new session each time', async () => {
    const { id, url } = link();
    const first = await openForm(`${url}?client_reference_id=order-1`);
    const session = latest();
    expect(session).toMatchObject({
      status: 'open',
      client_reference_id: 'order-1',
      payment_link: id,
      amount_total: 1999,
      currency: 'eur',
      livemode: false,
      success_url: 'https://shop.example/thanks?check_out_session_id={CHECKOUT_SESSION_ID}',
    });
    expect(first.action).toBe(`${stripe.url}/c/pay/${session.id}`);
    await openForm(url);
    expect(latest().id).not.toBe(session.id);
  });

  test('with a reference Stripe does not take shows the page, without the reference', async () => {
    const { page } = await openForm(`${link().url}?client_reference_id=User/42`);
    expect(page).toContain('id="cardNumber"');
    expect(latest().client_reference_id).toBeNull();
  });

  test.each([
    [1999, 'eur', '€19.99'],
    [80, 'jpy', '¥80'],
    [1234, 'kwd', 'KWD 1.234'],
  ])('shows %i %s as %s', async (amount, currency, shown) => {
    const { page } = await openForm(link({ amount, currency }).url);
    expect(page.replaceAll('\u00a0', ' ')).toContain(shown);
  });

  test('shows a converted price where Adaptive Pricing is on, and tells the API', async () => {
    const { page } = await openForm(link({ presentment: { amount: 2150, currency: 'USD' } }).url);
    expect(page).toContain('$21.50');
    const answer = await officialClient(stripe).checkout.sessions.retrieve(latest().id);
    expect(answer).toMatchObject({
      amount_total: 1999,
      currency: 'eur',
      presentment_details: { presentment_amount: 2150, presentment_currency: 'usd' },
    });
  });

  test('that does not exist is a 404', async () => {
    const answer = await fetch(`${stripe.url}/test_nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain('does not exist');
  });

  test('puts nothing from the address or the merchant into the page unescaped', async () => {
    const evil = '"><img src=x onerror=alert(1)>';
    const query = new URLSearchParams({ prefilled_email: `${evil}@b.de`, locale: evil, client_reference_id: evil });
    const { page, action } = await openForm(`${link({ product: evil, merchant: evil }).url}?${query}`);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toContain('<img');
    const again = await postForm(action, { ...GOOD_FORM, email: evil, billingName: evil, billingCountry: evil });
    expect(await again.text()).not.toContain('<img');
  });

  test('may not be framed or cached', async () => {
    const { headers } = await fetch(link().url);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('paying', () => {
  test('by card leads to the shop, and the API says paid', async () => {
    const { action } = await openForm(`${link().url}?client_reference_id=order-2`);
    const answer = await postForm(action);
    const { id } = latest();
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`https://shop.example/thanks?check_out_session_id=${id}`);
    expect(await officialClient(stripe).checkout.sessions.retrieve(id)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      client_reference_id: 'order-2',
      customer_details: { email: 'ada@example.com', name: 'Ada Lovelace', address: { country: 'GB' } },
    });
  });

  test.each([
    ['http://localhost:8080/#/pay?step=2&sid={CHECKOUT_SESSION_ID}', '', 'http://localhost:8080/#/pay?step=2&sid=<id>'],
    ['https://shop.example/a%20b/?q=%C3%A9#a', '?utm_source=b', 'https://shop.example/a%20b/?q=%C3%A9&utm_source=b#a'],
    ['https://shop.example/{CHECKOUT_SESSION_ID}/?sid={CHECKOUT_SESSION_ID}', '', 'https://shop.example/<id>/?sid=<id>'],
    ['https://shop.example/?sid=%7BCHECKOUT_SESSION_ID%7D', '', 'https://shop.example/?sid=%7BCHECKOUT_SESSION_ID%7D'],
    ['https://shop.example/é?sid={CHECKOUT_SESSION_ID}', '', 'https://shop.example/%C3%A9?sid=<id>'],
  ])('redirects to %s to the letter', async (afterPayment, query, expected) => {
    const { action } = await openForm(link({ afterPayment }).url + query);
    const answer = await postForm(action);
    expect(answer.headers.get('location')).toBe(expected.replaceAll('<id>', latest().id));
  });

  test('a declined card says so, and the next try can pay', async () => {
    const { action } = await openForm(link().url);
    const declined = await postForm(action, { ...GOOD_FORM, cardNumber: '4000000000000002' });
    expect(declined.status).toBe(402);
    const page = await declined.text();
    expect(page).toContain('Your credit card was declined. Try paying with a debit card instead.');
    expect(page).toContain('value="ada@example.com"');
    expect(page).not.toContain('4000000000000002');
    expect(latest().status).toBe('open');
    expect((await postForm(action)).status).toBe(303);
    expect(latest().payment_status).toBe('paid');
  });

  test.each([
    [{ email: 'nobody' }, ['email']],
    [{ billingName: ' ' }, ['billingName']],
    [{ cardNumber: '4242', cardExpiry: '01 / 20', cardCvc: '' }, ['cardNumber', 'cardExpiry', 'cardCvc']],
    // The bank is not asked before the form is in order.
    [{ cardNumber: '4000000000000002', email: '' }, ['email']],
  ])('refuses %o, field by field', async (wrong, fields) => {
    const { action } = await openForm(link().url);
    const answer = await fetch(action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ ...GOOD_FORM, ...wrong }),
    });
    expect(answer.status).toBe(402);
    const { errors } = (await answer.json()) as { errors: Record<string, string> };
    expect(Object.keys(errors)).toEqual(fields);
    expect(latest().status).toBe('open');
  });

  test('by a delayed method leads to the shop unpaid, and settles later', async () => {
    const { action } = await openForm(link().url);
    const { email, billingName } = GOOD_FORM;
    const answer = await postForm(action, { email, billingName, 'payment-method-accordion-item-title': 'sepa_debit' });
    expect(answer.status).toBe(303);
    expect(latest()).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
    stripe.settle(latest().id);
    expect(latest().payment_status).toBe('paid');
  });

  test('a method the link does not offer is a card', async () => {
    const { action } = await openForm(link({ methods: ['card'] }).url);
    await postForm(action, { ...GOOD_FORM, 'payment-method-accordion-item-title': 'sepa_debit' });
    expect(latest().payment_status).toBe('paid');
  });

  test('a locked e-mail address cannot be changed', async () => {
    const { page, action } = await openForm(`${link().url}?locked_prefilled_email=locked@example.com`);
    expect(page).toMatch(/id="email"[^>]+value="locked@example.com"[^>]+ readonly/);
    await postForm(action);
    expect(latest().customer_details?.email).toBe('locked@example.com');
  });

  test('without a redirect Stripe confirms', async () => {
    const { action } = await openForm(stripe.createPaymentLink({ product: 'Bag', amount: 100, currency: 'usd' }).url);
    const answer = await postForm(action);
    const location = answer.headers.get('location') ?? '';
    const page = await fetch(new URL(location, stripe.url));
    expect(await page.text()).toContain('Thanks for your payment');
  });

  test('twice ends where the first time did, with one payment', async () => {
    const { action } = await openForm(link().url);
    const first = await postForm(action);
    const intent = latest().payment_intent;
    const second = await postForm(action);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(latest().payment_intent).toBe(intent);
  });

  test('is too late after a day', async () => {
    const { action } = await openForm(link().url);
    clock += DAY;
    const answer = await postForm(action);
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain('expired');
    expect(latest()).toMatchObject({ status: 'expired', payment_status: 'unpaid', url: null });
  });
});

describe('a session’s own address', () => {
  test('shows the page while it is open, and that it is done afterwards', async () => {
    const session = stripe.createSession({ success_url: 'https://shop.example/?id={CHECKOUT_SESSION_ID}' });
    const { url } = session;
    const { action } = await openForm(String(url));
    expect((await postForm(action)).headers.get('location')).toBe(`https://shop.example/?id=${session.id}`);
    expect(await (await fetch(String(url))).text()).toContain('all done here');
  });

  test('of an expired session says so', async () => {
    const { id, url } = stripe.createSession();
    stripe.expire(id);
    expect((await fetch(String(url))).status).toBe(410);
  });
});

describe('the index page', () => {
  const index = async () => (await fetch(stripe.url)).text();
  const press = (id: string, action: string) => postForm(`${stripe.url}/c/session/${id}/${action}`, {});

  test('lists links and sessions, and nobody’s data', async () => {
    link({ product: 'Listed product' });
    const session = stripe.createSession({ status: 'complete', client_reference_id: 'order-9' });
    const page = await index();
    expect(page).toContain('Listed product');
    expect(page).toContain(session.id);
    expect(page).not.toMatch(/example\.com|Neill|order-9/);
  });

  test('expires, settles and fails what can be', async () => {
    const open = stripe.createSession();
    expect((await press(open.id, 'expire')).headers.get('location')).toBe('/');
    expect(open.status).toBe('expired');

    const delayed = stripe.createSession();
    stripe.pay(delayed.id, 'sepa_debit');
    expect(await index()).toContain(`/c/session/${delayed.id}/settle`);
    await press(delayed.id, 'settle');
    expect(delayed.payment_status).toBe('paid');
    expect(await index()).not.toContain(`/c/session/${delayed.id}/settle`);

    const failed = stripe.createSession();
    stripe.pay(failed.id, 'sepa_debit');
    await press(failed.id, 'fail');
    expect((await press(failed.id, 'settle')).status).toBe(409);
    expect((await press(failed.id, 'constructor')).status).toBe(404);
    expect(await index()).not.toContain(`/c/session/${failed.id}/`);
  });

  test.each([
    ['refund', 'refunded'],
    ['dispute', 'disputed'],
  ])('lets what is paid be taken back once, by a %s', async (action, state) => {
    const { id } = stripe.createSession();
    stripe.pay(id);
    expect(await index()).toContain(`/c/session/${id}/${action}`);
    expect((await press(id, action)).status).toBe(303);
    const page = await index();
    expect(page).toContain(`complete, paid, ${state}`);
    expect(page).not.toContain(`/c/session/${id}/`);
    expect((await press(id, action)).status).toBe(409);
  });
});
