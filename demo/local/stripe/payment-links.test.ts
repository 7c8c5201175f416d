import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paymentLink, readVisit, redirectUrl } from './payment-links.js';

const visit = (query: string) => readVisit(new URLSearchParams(query));

describe('readVisit', () => {
  test('keeps what is valid', () => {
    const long = 'a'.repeat(200);
    expect(visit(`client_reference_id=${long}&prefilled_email=a%2Bb%40c.de&locale=fr&utm_source=news-1`)).toEqual({
      clientReferenceId: long,
      email: 'a+b@c.de',
      emailLocked: false,
      locale: 'fr',
      utm: [['utm_source', 'news-1']],
    });
  });

  test.each([
    ['User%2F42'],
    ['YWJj%3D'],
    ['auth0%7C1'],
    ['a%40b.de'],
    ['a+b'],
    ['%C3%A9'],
    [''],
    ['a'.repeat(201)],
  ])('drops the reference %s', (reference) => {
    expect(visit(`client_reference_id=${reference}`).clientReferenceId).toBeNull();
  });

  test('drops what is no e-mail address, no locale and no campaign', () => {
    const utm = 'a'.repeat(151);
    expect(visit(`prefilled_email=nobody&locale=xx&utm_source=a%20b&utm_term=${utm}&utm_other=a`)).toEqual({
      clientReferenceId: null,
      email: null,
      emailLocked: false,
      locale: null,
      utm: [],
    });
  });

  test('a locked e-mail address wins over a prefilled one', () => {
    expect(visit('prefilled_email=a@b.de&locked_prefilled_email=c@d.de')).toMatchObject({
      email: 'c@d.de',
      emailLocked: true,
    });
  });
});

describe('redirectUrl', () => {
  const utm = [
    ['utm_source', 'news'],
    ['utm_term', 'bag'],
  ] as const;

  test.each([
    ['https://shop/', 'https://shop/?utm_source=news&utm_term=bag'],
    ['https://shop/?a=%20b&c', 'https://shop/?a=%20b&c&utm_source=news&utm_term=bag'],
    ['https://shop/?id={CHECKOUT_SESSION_ID}#top', 'https://shop/?id=cs_1&utm_source=news&utm_term=bag#top'],
    ['https://shop/#/done?id={CHECKOUT_SESSION_ID}', 'https://shop/?utm_source=news&utm_term=bag#/done?id=cs_1'],
    ['https://shop/?%7BCHECKOUT_SESSION_ID%7D', 'https://shop/?%7BCHECKOUT_SESSION_ID%7D&utm_source=news&utm_term=bag'],
  ])('%s leads to %s', (template, url) => {
    expect(redirectUrl(template, 'cs_1', utm)).toBe(url);
  });

  test('without campaign only the placeholder changes', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab/?&=#%{}~.+é'), maxLength: 30 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const template = `https://shop/${before}{CHECKOUT_SESSION_ID}${after}`;
        expect(redirectUrl(template, 'cs_1', [])).toBe(`https://shop/${before}cs_1${after}`);
      }),
    );
  });
});

describe('paymentLink', () => {
  const GOOD = { product: 'Bag', amount: 1999, currency: 'EUR' };

  test('fills in what the merchant left out', () => {
    expect(paymentLink(GOOD)).toMatchObject({
      id: expect.stringMatching(/^plink_\w{24}$/) as string,
      slug: expect.stringMatching(/^test_\w{18}$/) as string,
      currency: 'eur',
      methods: ['card', 'sepa_debit'],
      livemode: false,
    });
    expect(paymentLink({ ...GOOD, livemode: true }).slug).not.toMatch(/^test_/);
  });

  test.each([
    [{ amount: 19.99 }, /whole number/],
    [{ amount: -1 }, /whole number/],
    [{ currency: 'euro' }, /three letters/],
    [{ slug: 'a/b' }, /slug/],
    [{ slug: 'v1' }, /slug/],
    [{ afterPayment: 'javascript:alert(1)' }, /http/],
    [{ afterPayment: 'shop.example' }, /URL/],
  ])('refuses %o', (wrong, message) => {
    expect(() => paymentLink({ ...GOOD, ...wrong })).toThrow(message);
  });
});
