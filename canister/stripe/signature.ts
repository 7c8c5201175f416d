/**
 * Whether a webhook comes from Stripe: its `stripe-signature` header, against the body as it came.
 *
 * https://docs.stripe.com/webhooks/signature
 */
import { HmacKey } from '../crypto/hmac.js';
import { ascii } from '../encoding/bytes.js';

/** Seconds for which a signature is good: Stripe's own default. Each time Stripe tries again, it signs anew. */
export const TOLERANCE = 300;

/**
 * The longest body that is looked at, in bytes, for a stranger's is hashed like any other. An event has a session or a
 * charge in it: about 5 KB, 31 KB with all its metadata set, and three times that where none of it is ASCII.
 */
export const LARGEST_BODY = 131_072;

/** The longest header, in characters. With one signature of each secret being rolled it has about 150. */
const LONGEST_HEADER = 1_024;

/** Why a webhook is not taken for Stripe's, and what the one who reads of it in Stripe's dashboard may do. In ASCII, as all that is answered. */
export const SIGNATURE_FAULTS = {
  no_secret: 'This canister does not know the secret of any webhook endpoint: set webhook_secrets to the signing secret (whsec_...) that Stripe shows for this one.',
  no_signature: 'The stripe-signature header is missing: only Stripe may send events here.',
  malformed_signature: 'The stripe-signature header is not of the form t=...,v1=...: it must arrive as Stripe wrote it.',
  stale_signature: `The signature is more than ${TOLERANCE} seconds old: let Stripe send the event again, with a new one.`,
  body_too_large: `The event has more than ${LARGEST_BODY} bytes, and is not read: put less metadata on the payment link.`,
  wrong_signature: 'No signature fits the body and a secret that this canister knows: set webhook_secrets to the signing secret of this very endpoint and mode; and the body must arrive byte for byte as Stripe sent it.',
} as const;

/** Names one of {@link SIGNATURE_FAULTS}. */
export type SignatureFault = keyof typeof SIGNATURE_FAULTS;

/**
 * A secret, ready to check signatures with.
 * @param secret all that Stripe shows, `whsec_` included. Throws a RangeError for a blank one, by which anyone could sign.
 */
export function webhookKey(secret: string): HmacKey {
  if (!/^[!-~]+$/.test(secret)) throw new RangeError('A webhook secret is the whole text that Stripe shows (whsec_…), without spaces.');
  return new HmacKey(ascii(secret));
}

/**
 * Finds what is wrong with a webhook; undefined where nothing is, and it is Stripe's.
 *
 * The body is hashed once for each secret at most, and not at all where the rest is wrong already. Signatures from the
 * future are good, as they are to Stripe's own libraries: only who knows the secret can make them, and the time of a
 * subnet may lag behind.
 * @param header the value of `stripe-signature`
 * @param body as it came: JSON that was parsed and written again is another one
 * @param keys of the secrets of now, and of those being replaced
 * @param now in seconds since 1970
 */
export function checkSignature(header: string | undefined, body: Uint8Array, keys: readonly HmacKey[], now: number): SignatureFault | undefined {
  const signed = checkHeader(header, body, keys, now);
  if (typeof signed === 'string') return signed;
  const message = [ascii(`${signed.timestamp}.`), body];
  return keys.some((key) => isAmong(signed.signatures, key.sign(message))) ? undefined : 'wrong_signature';
}

/** The part of {@link checkSignature} that hashes nothing: gives what remains to be compared, or what is wrong already. */
export function checkHeader(header: string | undefined, body: Uint8Array, keys: readonly HmacKey[], now: number): SignedHeader | SignatureFault {
  if (keys.length === 0) return 'no_secret';
  if (header === undefined || header === '') return 'no_signature';
  const signed = readHeader(header);
  if (!signed) return 'malformed_signature';
  if (now - Number(signed.timestamp) > TOLERANCE) return 'stale_signature';
  return body.length > LARGEST_BODY ? 'body_too_large' : signed;
}

/** What a `stripe-signature` header says. */
export interface SignedHeader {
  /** In seconds since 1970, as it is written, for so it is signed. */
  timestamp: string;
  /** Each as eight words. */
  signatures: number[][];
}

/** Reads the header; undefined where it has not one time, or no signature of the scheme `v1`. Stripe adds `v0` in test mode. */
function readHeader(header: string): SignedHeader | undefined {
  if (header.length > LONGEST_HEADER) return undefined;
  const items = header.split(',');
  const times = items.filter((item) => /^t(=|$)/.test(item));
  const timestamp = times.length === 1 ? /^t=([1-9]\d{0,11})$/.exec(times[0])?.[1] : undefined;
  const signatures = items.filter((item) => /^v1=[0-9a-f]{64}$/.test(item)).map((item) => wordsOf(item.slice(3)));
  return timestamp === undefined || signatures.length === 0 ? undefined : { timestamp, signatures };
}

function wordsOf(hex: string): number[] {
  return Array.from({ length: 8 }, (_, i) => parseInt(hex.slice(8 * i, 8 * i + 8), 16) | 0);
}

/** Whether one of the signatures is the code. How long it takes does not tell how much of one is right. */
function isAmong(signatures: readonly number[][], code: Uint8Array): boolean {
  const view = new DataView(code.buffer);
  const words = Array.from({ length: 8 }, (_, i) => view.getInt32(4 * i));
  return signatures.some((signature) => words.reduce((difference, word, i) => difference | (word ^ signature[i]), 0) === 0);
}
