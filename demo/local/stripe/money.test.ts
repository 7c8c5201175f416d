import { describe, expect, test } from 'vitest';
import { exponent, formatAmount } from './money.js';

describe('exponent', () => {
  test.each([
    ['eur', 2],
    ['JPY', 0],
    ['kwd', 3],
    // Intl says 0 for these two; Stripe says 2.
    ['isk', 2],
    ['ugx', 2],
  ])('of %s is %i', (currency, digits) => {
    expect(exponent(currency)).toBe(digits);
  });
});

describe('formatAmount', () => {
  test.each([
    [1999, 'eur', '€19.99'],
    [5, 'usd', '$0.05'],
    [80, 'jpy', '¥80'],
    [1234, 'kwd', 'KWD 1.234'],
    [50000, 'isk', 'ISK 500.00'],
  ])('%i %s is %s', (amount, currency, text) => {
    expect(formatAmount(amount, currency).replaceAll('\u00a0', ' ')).toBe(text);
  });

  test('follows the locale, and takes one that is none for English', () => {
    expect(formatAmount(1999, 'eur', 'de').replaceAll('\u00a0', ' ')).toBe('19,99 €');
    expect(formatAmount(1999, 'eur', 'auto')).toBe('€19.99');
    expect(formatAmount(1999, 'eur', '"><b>')).toBe('€19.99');
  });
});
