import { expect, it } from 'vitest';
import { formatMoney } from './money.js';

/** Spaces of any width are as good as each other. */
const say = (amount: number, currency: string, locale = 'en') => formatMoney(amount, currency, locale).replace(/\s/g, ' ');

it.each([
  [80, 'jpy', '¥80'],
  [80, 'KRW', '₩80'],
  [1999, 'eur', '€19.99'],
  [5, 'usd', '$0.05'],
  [0, 'usd', '$0.00'],
  [1234567, 'bhd', 'BHD 1,234.567'],
  [1000, 'kwd', 'KWD 1.000'],
  // Intl would show none of their decimals.
  [8000, 'isk', 'ISK 80.00'],
  [8000, 'ugx', 'UGX 80.00'],
  [8050, 'huf', 'HUF 80.50'],
  [8050, 'twd', 'NT$80.50'],
  [8050, 'idr', 'IDR 80.50'],
  [8050, 'cop', 'COP 80.50'],
  [80, 'xaf', 'FCFA 80'],
  [999999999999, 'idr', 'IDR 9,999,999,999.99'],
])('%i %s is %s', (amount, currency, text) => {
  expect(say(amount, currency)).toBe(text);
});

it.each('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))('%s has no decimals', (currency) => {
  expect(say(12345, currency)).toMatch(/(?<!\d)12,345$/);
});

it.each('BHD JOD KWD OMR TND'.split(' '))('%s has three', (currency) => {
  expect(say(12345, currency)).toMatch(/(?<!\d)12\.345$/);
});

it('is written as the language does', () => {
  expect(say(1999, 'eur', 'de')).toBe('19,99 €');
});

it('never throws: not for a locale, nor for a currency, that there is none of', () => {
  expect(say(1999, 'eur', 'not a language')).toBe('19.99 EUR');
  expect(say(1999, 'points')).toBe('19.99 POINTS');
  expect(formatMoney(1999, 'eur', '')).toMatch(/19.99/);
});
