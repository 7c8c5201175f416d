/** What tells others which domains are the canister's. They are the merchant's settings, so that these files are made when those change. */
import type { Header } from '../certification/response-hash.js';
import { ascii } from '../encoding/bytes.js';
import { certifiedFile } from './certified-file.js';
import type { StaticFile } from './static-file.js';

/** Gateways, besides `icp0.io`, that verify what they pass on. Never the raw ones: there a single node could show a dashboard of its own. */
const GATEWAYS = ['ic0.app', 'icp.net'];

/**
 * The files under `/.well-known/`:
 * - `ii-alternative-origins`: where an administrator who signs in is the same one as at `<canister>.icp0.io`
 *   (https://docs.internetcomputer.org/references/ii-spec#alternative-frontend-origins)
 * - `ic-domains`: the domains that gateways may serve the canister under
 *   (https://docs.internetcomputer.org/building-apps/frontends/custom-domains/using-custom-domains)
 * @param self the canister's principal, as text
 * @param bytes of an ASCII text without control characters
 */
export function domainFiles(self: string, domains: readonly string[], bytes: (text: string) => Uint8Array): StaticFile[] {
  const alternativeOrigins = [...GATEWAYS.map((gateway) => `${self}.${gateway}`), ...domains].map((host) => `https://${host}`);
  return [
    certifiedFile('/.well-known/ic-domains', headers('text/plain'), ascii(domains.map((domain) => `${domain}\n`).join('')), bytes),
    certifiedFile('/.well-known/ii-alternative-origins', headers('application/json'), ascii(JSON.stringify({ alternativeOrigins })), bytes),
  ];
}

function headers(type: string): Header[] {
  return [
    ['content-type', type],
    ['cache-control', 'no-cache'],
    ['access-control-allow-origin', '*'],
    ['x-content-type-options', 'nosniff'],
  ];
}
