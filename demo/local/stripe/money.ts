/**
 * Stripe's minor units: how many digits of an amount stand behind the decimal point.
 * `Intl` has its own opinion for many currencies (ISK, UGX, HUF…), and Stripe's is the one
 * that counts: https://docs.stripe.com/currencies#minor-units
 */

const WITHOUT_DECIMALS = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '),
);
const WITH_THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '));

/** How many digits of an amount in `currency` (three letters, any case) are decimals. */
export function exponent(currency: string): 0 | 2 | 3 {
  const code = currency.toLowerCase();
  if (WITHOUT_DECIMALS.has(code)) return 0;
  return WITH_THREE_DECIMALS.has(code) ? 3 : 2;
}

/** An amount in minor units as a person reads it, like `€19.99`. An unknown `locale` is read as English. */
export function formatAmount(amount: number, currency: string, locale = 'en'): string {
  const digits = exponent(currency);
  const options = {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
  const known = Intl.NumberFormat.supportedLocalesOf(isLanguageTag(locale) ? locale : 'en');
  return new Intl.NumberFormat(known[0] ?? 'en', options).format(amount / 10 ** digits);
}

function isLanguageTag(text: string): boolean {
  return /^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?$/.test(text);
}
