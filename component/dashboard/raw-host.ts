/** Addresses at which nothing is verified. */
import { isPrincipal } from './principal-text.js';

/** The verified address of a canister's page, for one at which a single node answers unverified; undefined for all others. */
export function verifiedAddress(href: string): string | undefined {
  const url = new URL(href);
  const [canister, raw, ...rest] = url.hostname.split('.');
  if (raw !== 'raw' || rest.length === 0 || !isPrincipal(canister)) return undefined;
  url.hostname = [canister, ...rest].join('.');
  return url.href;
}
