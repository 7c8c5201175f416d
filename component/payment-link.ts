import { parseSafeUrl } from './local-host.js';
import { ConfigurationError } from './problems.js';

/**
 * The address that opens Stripe's page for this reference; what the link's query holds already stays.
 * Any host will do: Stripe's links live on several, and on merchants' own domains.
 * Throws a {@link ConfigurationError} for a link that must not be followed.
 */
export function checkoutAddress(link: string | undefined, reference: string): string {
  if (!link) throw new ConfigurationError('payment_link_missing');
  const url = parseSafeUrl(link);
  if (!url) throw new ConfigurationError('payment_link_invalid');
  url.searchParams.set('client_reference_id', reference);
  return url.href;
}

/** Whether this is a link of Stripe's test mode, whose paths start with `/test_`. */
export function isTestLink(link = ''): boolean {
  return /:\/\/[^/]+\/test_/.test(link);
}
