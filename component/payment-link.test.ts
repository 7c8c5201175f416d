import { expect, it } from 'vitest';
import { checkoutAddress, isTestLink } from './payment-link.js';

it.each([
  ['https://buy.stripe.com/abc', 'https://buy.stripe.com/abc?client_reference_id=isp1'],
  ['https://buy.stripe.com/test_abc?prefilled_email=a%2Bb%40c.de', 'https://buy.stripe.com/test_abc?prefilled_email=a%2Bb%40c.de&client_reference_id=isp1'],
  ['https://buy.stripe.com/abc?client_reference_id=old&x=1', 'https://buy.stripe.com/abc?client_reference_id=isp1&x=1'],
  ['https://pay.example.com/abc#part', 'https://pay.example.com/abc?client_reference_id=isp1#part'],
  ['  https://donate.stripe.com/abc\n', 'https://donate.stripe.com/abc?client_reference_id=isp1'],
  ['http://localhost:8081/pay', 'http://localhost:8081/pay?client_reference_id=isp1'],
  ['http://stripe.localhost/pay', 'http://stripe.localhost/pay?client_reference_id=isp1'],
  ['http://127.0.0.1:8081/pay', 'http://127.0.0.1:8081/pay?client_reference_id=isp1'],
])('%j leads to %s', (link, address) => {
  expect(checkoutAddress({ paymentLink: link }, 'isp1')).toBe(address);
});

it.each([
  [undefined, 'payment_link_missing'],
  ['', 'payment_link_missing'],
  ['buy.stripe.com/abc', 'payment_link_invalid'],
  ['//buy.stripe.com/abc', 'payment_link_invalid'],
  ['http://buy.stripe.com/abc', 'payment_link_invalid'],
  ['http://localhost.evil.com/', 'payment_link_invalid'],
  ['http://evillocalhost/', 'payment_link_invalid'],
  ['http://127.0.0.1.evil.com/', 'payment_link_invalid'],
  ['https://buy.stripe.com@evil.com/', 'payment_link_invalid'],
  ['https://:secret@buy.stripe.com/', 'payment_link_invalid'],
  ['javascript:alert(1)', 'payment_link_invalid'],
  ['data:text/html,x', 'payment_link_invalid'],
])('%j is refused: %s', (link, problem) => {
  expect(() => checkoutAddress({ paymentLink: link }, 'isp1')).toThrow(expect.objectContaining({ problem }));
});

it.each([
  ['https://buy.stripe.com/test_abc', true],
  ['http://localhost:8081/test_abc', true],
  ['https://buy.stripe.com/abc', false],
  ['https://buy.stripe.com/abc/test_', false],
  ['https://buy.stripe.com/abc?/test_', false],
  [undefined, false],
])('%s is of test mode: %s', (link, isTest) => {
  expect(isTestLink(link)).toBe(isTest);
});

it('begins the page of Stripe with what is given, instead of what the link holds', () => {
  const address = (options: object) => checkoutAddress({ paymentLink: 'https://buy.stripe.com/abc?prefilled_email=x&locale=en', ...options }, 'isp1').replace('https://buy.stripe.com/abc', '');
  expect(address({})).toBe('?prefilled_email=x&locale=en&client_reference_id=isp1');
  expect(address({ email: 'a+b@c.de', promoCode: 'SPRING', locale: 'de' })).toBe('?prefilled_email=a%2Bb%40c.de&locale=de&client_reference_id=isp1&prefilled_promo_code=SPRING');
  expect(address({ email: 'a@b.c', lockEmail: true })).toBe('?prefilled_email=x&locale=en&client_reference_id=isp1&locked_prefilled_email=a%40b.c');
});
