import { parseSafeUrl } from './local-host.js';
import type { Options } from './options.js';
import { ConfigurationError } from './problems.js';

/**
 * The address that opens Stripe's page for this reference; what the link's query holds already stays.
 * Any host will do: Stripe's links live on several, and on merchants' own domains.
 * Throws a {@link ConfigurationError} for a link that must not be followed.
 *
 * https://docs.stripe.com/payment-links/url-parameters
 */
export function checkoutAddress({ paymentLink: link, email, lockEmail, promoCode, locale }: Options, reference: string): string {
  if (!link) throw new ConfigurationError('payment_link_missing');
  const url = parseSafeUrl(link);
  if (!url) throw new ConfigurationError('payment_link_invalid');
  for (const [name, value] of [
    ['client_reference_id', reference],
    [lockEmail ? 'locked_prefilled_email' : 'prefilled_email', email],
    ['prefilled_promo_code', promoCode],
    ['locale', locale],
  ] as const) {
    if (value) url.searchParams.set(name, value);
  }
  return url.href;
}

/** Whether this is a link of Stripe's test mode, whose paths start with `/test_`. */
export function isTestLink(link = ''): boolean {
  return /:\/\/[^/]+\/test_/.test(link);
}
