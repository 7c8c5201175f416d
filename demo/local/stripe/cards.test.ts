import { describe, expect, test } from 'vitest';
import { cardErrors, declineReason } from './cards.js';

const NOW = Date.UTC(2026, 10, 25);
const GOOD = { number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: '123' };

describe('cardErrors', () => {
  test.each(['12 / 34', '12/34', '1234', '12 / 2034', '11 / 26'])('takes the expiration date %s', (expiry) => {
    expect(cardErrors({ ...GOOD, expiry }, NOW)).toEqual({});
  });

  test.each([
    ['', /incomplete/],
    ['12', /incomplete/],
    ['13 / 34', /invalid/],
    ['10 / 26', /in the past/],
    ['12 / 2019', /in the past/],
  ])('refuses the expiration date "%s"', (expiry, message) => {
    expect(cardErrors({ ...GOOD, expiry }, NOW)).toEqual({ cardExpiry: expect.stringMatching(message) as string });
  });

  test.each([
    ['', /incomplete/],
    ['4242', /incomplete/],
    ['4242 4242 4242 4241', /invalid/],
  ])('refuses the number "%s"', (number, message) => {
    expect(cardErrors({ ...GOOD, number }, NOW)).toEqual({ cardNumber: expect.stringMatching(message) as string });
  });

  test.each(['', '12', 'abc', '1234'])('refuses the security code "%s"', (cvc) => {
    expect(Object.keys(cardErrors({ ...GOOD, cvc }, NOW))).toEqual(['cardCvc']);
  });
});

describe('declineReason', () => {
  test('4242 pays, 0002 is declined, and no other card is a test card here', () => {
    expect(declineReason(GOOD)).toBeUndefined();
    expect(declineReason({ ...GOOD, number: '4000000000000002' })).toMatch(/declined.*debit card/);
    expect(declineReason({ ...GOOD, number: '5555 5555 5555 4444' })).toMatch(/Only test cards/);
  });
});
