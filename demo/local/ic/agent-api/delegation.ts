import type { Principal } from '@dfinity/principal';
import { domainSeparator } from '../certification/domain-separator.js';
import { hashOfMap } from '../certification/request-id.js';
import { ApiError } from './api-error.js';
import { formatTime } from './expiry.js';
import { blob, type Fields, fields, list, nat64, optional, text, toPrincipal } from './fields.js';
import { readPublicKey } from './public-key.js';

/** One link of a chain: a key that speaks for another one (interface specification, "Authentication"). */
export interface SignedDelegation {
  readonly publicKey: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly expiration: bigint;
  /** The canisters that it is for; undefined for all. */
  readonly targets?: readonly Principal[];
  readonly queriesOnly: boolean;
  /** What is signed. */
  readonly hash: Uint8Array;
  readonly signature: Uint8Array;
}

const DOMAIN = domainSeparator('ic-request-auth-delegation');
const MAX_DELEGATIONS = 20;
const MAX_TARGETS = 1_000;

function invalid(reason: string): ApiError {
  return new ApiError(400, `Invalid delegation: ${reason}`);
}

/** @throws {ApiError} 400 */
export function readDelegations(envelope: Fields): readonly SignedDelegation[] {
  const delegations = optional(envelope, 'sender_delegation', list) ?? [];
  if (delegations.length > MAX_DELEGATIONS) throw invalid(`${delegations.length} delegations, of at most ${MAX_DELEGATIONS} in a chain`);
  return delegations.map(readDelegation);
}

function readDelegation(value: unknown): SignedDelegation {
  const signed = fields(value, 'a delegation');
  const delegation = fields(signed.delegation, 'a delegation\'s delegation');
  const targets = optional(delegation, 'targets', list);
  if (targets !== undefined && targets.length > MAX_TARGETS) throw invalid(`${targets.length} targets, of at most ${MAX_TARGETS}`);
  const permissions = optional(delegation, 'permissions', text) ?? 'all';
  if (permissions !== 'all' && permissions !== 'queries') throw invalid(`its permissions are ${JSON.stringify(permissions)}; they can be "all" or "queries"`);
  return {
    publicKey: blob(delegation, 'pubkey'),
    expiration: nat64(delegation, 'expiration'),
    targets: targets?.map((target) => toPrincipal(target, 'each of the targets')),
    queriesOnly: permissions === 'queries',
    hash: hash(delegation),
    signature: blob(signed, 'signature'),
  };
}

function hash(delegation: Fields): Uint8Array {
  try {
    return hashOfMap(delegation);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/**
 * Follows a chain from the sender's key to the one that signs the request.
 * @param senderKey DER
 * @returns the last key, DER
 * @throws {ApiError} 400 when a link has expired, is not signed by the key before it, or leads back to an earlier key
 */
export function followDelegations(senderKey: Uint8Array, delegations: readonly SignedDelegation[], now: bigint): Uint8Array {
  const seen = new Set([hex(senderKey)]);
  let key = senderKey;
  for (const { publicKey, expiration, hash: signed, signature } of delegations) {
    if (expiration < now) {
      throw new ApiError(400, `Invalid delegation expiry: Specified sender delegation has expired: Provided expiry: ${formatTime(expiration)}, Local replica time: ${formatTime(now)}. Sign in again`);
    }
    if (seen.has(hex(publicKey))) throw invalid('a key appears twice in the chain, which must not lead in a circle');
    seen.add(hex(publicKey));
    if (!readPublicKey(key).verifies(Buffer.concat([DOMAIN, signed]), signature)) {
      throw invalid('its signature is not one of the key before it in the chain, over the hash of the delegation with the domain separator ic-request-auth-delegation');
    }
    key = publicKey;
  }
  return key;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
