import { Principal } from '@dfinity/principal';
import { domainSeparator } from '../certification/domain-separator.js';
import { ApiError } from './api-error.js';
import { followDelegations } from './delegation.js';
import type { Envelope } from './envelope.js';
import { readPublicKey } from './public-key.js';
import { Targets } from './targets.js';

const DOMAIN = domainSeparator('ic-request');

/**
 * Checks that the sender has sent the request (interface specification, "Authentication" and "Envelope Authentication").
 * Its expiry is not looked at here.
 * @param now nanoseconds since 1970
 * @returns the canisters that the sender's delegations are for
 * @throws {ApiError} 400
 */
export function authenticate({ content, publicKey, signature, delegations }: Envelope, now: bigint): Targets {
  const { sender } = content;
  if (sender.isAnonymous()) {
    if (publicKey !== undefined || signature !== undefined || delegations.length > 0) {
      throw new ApiError(400, 'Signature is not allowed for the anonymous user: leave out sender_pubkey, sender_sig and sender_delegation');
    }
    return new Targets([]);
  }
  if (publicKey === undefined || signature === undefined) {
    throw new ApiError(400, `Missing signature from user: ${sender.toText()}: send sender_pubkey and sender_sig, or the anonymous principal as the sender`);
  }
  if (Principal.selfAuthenticating(publicKey).compareTo(sender) !== 'eq') {
    throw new ApiError(400, `The user id ${sender.toText()} does not match the public key ${Buffer.from(publicKey).toString('hex')}: send the self-authenticating principal of sender_pubkey as the sender`);
  }
  const key = readPublicKey(followDelegations(publicKey, delegations, now));
  if (!key.verifies(Buffer.concat([DOMAIN, content.id]), signature)) {
    throw new ApiError(400, 'Invalid signature: sender_sig is not a signature of the request id, with the domain separator ic-request, by the sender\'s key or the last one of its delegations');
  }
  if (content.type === 'call' && delegations.some(({ queriesOnly }) => queriesOnly)) {
    throw new ApiError(400, 'Invalid delegation: its permissions are "queries", but this is a call; sign in with permissions "all"');
  }
  return new Targets(delegations.map(({ targets }) => targets));
}
