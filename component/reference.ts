import { ConfigurationError } from './problems.js';

const SECRET_LENGTH = 26;

/** What stands before the secret. */
function opening(reference: string): string {
  return (reference && `${reference}-`) + 'isp1';
}

/**
 * Makes a `client_reference_id`: `[reference-]isp1` and 26 random characters of `[a-z2-7]`, 130 bits.
 * The whole is a secret of this browser.
 * Throws a {@link ConfigurationError} for a reference that Stripe would drop, or that makes more than its 200 characters.
 */
export function makeReference(reference = ''): string {
  if (!/^[\w-]{0,169}$/.test(reference)) throw new ConfigurationError('reference_invalid');
  let made = opening(reference);
  for (const byte of crypto.getRandomValues(new Uint8Array(SECRET_LENGTH))) {
    // 256 is a multiple of 32, so the low five bits of a random byte are unbiased: a letter, or from 26 on a digit from 2 on.
    const bits = byte & 31;
    made += String.fromCharCode(bits + (bits < 26 ? 97 : 24));
  }
  return made;
}

/** Whether `made` is a reference that {@link makeReference} made from this public one. */
export function isMadeFrom(reference: string | undefined, made: string): boolean {
  return made.slice(0, -SECRET_LENGTH) === opening(reference ?? '');
}
