import { DelegationChain, type JsonnableDelegationChain } from '@dfinity/identity';
import { ApiError } from '../ic/agent-api/api-error.js';
import { readPublicKey } from '../ic/agent-api/public-key.js';
import type { UserKeys } from './user-keys.js';

/** Who wants to be whom, and for how long. */
export interface DelegationRequest {
  readonly user: string;
  /** The origin that the identity is for. */
  readonly origin: string;
  /** DER */
  readonly sessionPublicKey: Uint8Array;
  /** Nanoseconds, within the limits. */
  readonly timeToLive: bigint;
}

const HOUR = 3_600_000_000_000n;
/** Where the app does not say; what auth-client asks for, unless told otherwise. */
const USUAL_TIME = 8n * HOUR;
/** Internet Identity's limit. */
const LONGEST_TIME = 30n * 24n * HOUR;

/**
 * Reads what the page sends: `{ user, origin, sessionPublicKey, maxTimeToLive? }`, the key in hexadecimal digits and
 * the time in nanoseconds, in decimal digits.
 * @throws {ApiError} 400 that says what is wrong
 */
export function readRequest(json: unknown): DelegationRequest {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new ApiError(400, 'The body must be a JSON object.');
  const { user, origin, sessionPublicKey, maxTimeToLive } = json as Record<string, unknown>;
  return { user: readUser(user), origin: readOrigin(origin), sessionPublicKey: readKey(sessionPublicKey), timeToLive: readTime(maxTimeToLive) };
}

function readUser(value: unknown): string {
  const name = typeof value === 'string' ? value.trim().normalize() : '';
  if (!/^[^\p{Cc}\p{Cs}]{1,64}$/u.test(name)) throw new ApiError(400, 'user must be a name of 1 to 64 characters, without control characters.');
  return name;
}

function readOrigin(value: unknown): string {
  if (typeof value !== 'string' || !URL.canParse(value) || new URL(value).origin !== value || !/^https?:/.test(value)) {
    throw new ApiError(400, 'origin must be an origin alone, such as https://shop.example.');
  }
  return value;
}

function readKey(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(value)) {
    throw new ApiError(400, 'sessionPublicKey must be a public key as DER, in hexadecimal digits.');
  }
  const key = new Uint8Array(Buffer.from(value, 'hex'));
  readPublicKey(key);
  return key;
}

function readTime(value: unknown): bigint {
  if (value === undefined) return USUAL_TIME;
  if (typeof value !== 'string' || !/^\d+$/.test(value) || BigInt(value) === 0n) {
    throw new ApiError(400, 'maxTimeToLive must be a number of nanoseconds above 0, or be left out for 8 hours.');
  }
  const asked = BigInt(value);
  return asked < LONGEST_TIME ? asked : LONGEST_TIME;
}

/**
 * Lets the session's key speak for the user, to all canisters.
 * @param now milliseconds since 1970
 */
export async function delegate({ user, origin, sessionPublicKey, timeToLive }: DelegationRequest, keys: UserKeys, now: number): Promise<JsonnableDelegationChain> {
  const expiration = new Date(now + Number(timeToLive / 1_000_000n));
  const chain = await DelegationChain.create(keys.of(user, origin), { toDer: () => sessionPublicKey }, expiration);
  return chain.toJSON();
}
