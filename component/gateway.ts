import { home } from './home.js';
import { parseSafeUrl } from './local-host.js';
import { ConfigurationError } from './problems.js';

/** The text form of a principal: base32 in groups of five, only the last of them shorter. */
export const CANISTER_ID = /^([a-z2-7]{5}-){1,10}[a-z2-7]{1,5}$/;

/**
 * The origin that answers for the canister.
 * A gateway is a host (`raw.icp0.io`) or an origin (`http://localhost:4943`) that takes the canister's id
 * as a subdomain; an origin without a canister id is the canister's own domain. Unless given it is `icp0.io`,
 * the verified host (or, for a script that the canister itself serves, its own origin): its gateways refuse any answer that the canister did not certify.
 * Throws a {@link ConfigurationError}.
 */
export function canisterOrigin(gateway = '', canisterId = ''): string {
  if (home && !gateway && !canisterId) return home;
  let address = gateway.includes('://') ? gateway : `https://${gateway || 'icp0.io'}`;
  if (canisterId) {
    if (!CANISTER_ID.test(canisterId)) throw new ConfigurationError('canister_id_invalid');
    if (!address.includes(`//${canisterId}.`)) address = address.replace('//', `//${canisterId}.`);
  } else if (address !== gateway) throw new ConfigurationError('canister_id_missing');
  const url = parseSafeUrl(address);
  if (!url || url.href !== `${url.origin}/`) throw new ConfigurationError('gateway_invalid');
  return url.origin;
}
