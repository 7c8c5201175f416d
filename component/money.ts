/**
 * Amounts as Stripe counts them: whole numbers of a currency's minor unit, by Stripe's own exponents
 * (https://docs.stripe.com/currencies#zero-decimal). `Intl` disagrees for many a currency (ISK, UGX, HUF…),
 * so it is told the digits and never asked for them.
 */
const NO_DECIMALS = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF';
const THREE_DECIMALS = 'BHD JOD KWD OMR TND';

/**
 * Writes an amount for people: `formatMoney(1999, 'eur', 'de')` is `19,99 €`.
 * Never throws: where `Intl` refuses the locale or the currency, it writes digits and code.
 */
export function formatMoney(amount: number, currency: string, locale?: string): string {
  const code = currency.toUpperCase();
  const digits = NO_DECIMALS.includes(code) ? 0 : THREE_DECIMALS.includes(code) ? 3 : 2;
  const value = amount / 10 ** digits;
  try {
    return new Intl.NumberFormat(locale || undefined, {
      style: 'currency',
      currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  } catch {
    return `${value.toFixed(digits)} ${code}`;
  }
}
