import { expiredKey, missingKey, missingPermission, unknownKey } from './errors.js';
import { randomText } from './ids.js';

/** What a key must be allowed to do to read a Checkout Session. */
export const READ_SESSIONS = 'rak_checkout_session_read';

/** An API key this stand-in knows. */
export interface ApiKey {
  secret: string;
  livemode: boolean;
  permissions: readonly string[];
  expired: boolean;
}

/** A new restricted key, of the length and shape of Stripe's own. */
export function restrictedKey(options: Partial<Omit<ApiKey, 'secret'>> = {}): ApiKey {
  const { livemode = false, permissions = [READ_SESSIONS], expired = false } = options;
  // Made afresh each time: a key written into the source would alarm secret scanners.
  return { secret: `rk_${livemode ? 'live' : 'test'}_51S${randomText(96)}`, livemode, permissions, expired };
}

/**
 * Finds the key an `authorization` header carries, by Bearer or Basic (the key as the user name):
 * https://docs.stripe.com/api/authentication. Throws what Stripe answers when it cannot be used.
 */
export function authenticate(authorization: string | undefined, keys: readonly ApiKey[]): ApiKey {
  const secret = presentedSecret(authorization);
  if (!secret) throw missingKey();
  const key = keys.find((known) => known.secret === secret);
  if (!key) throw unknownKey(maskKey(secret));
  if (key.expired) throw expiredKey(maskKey(secret));
  return key;
}

/** Throws Stripe's 403 unless `key` has the permission. */
export function authorize(key: ApiKey, permission: string, account: string): void {
  if (!key.permissions.includes(permission)) throw missingPermission(maskKey(key.secret), account, permission);
}

/** A key as Stripe quotes it: its prefix and its last characters (six of a long one), asterisks between. */
export function maskKey(secret: string): string {
  const prefix = /^[a-z]+_(?:test|live)_/.exec(secret)?.[0] ?? '';
  const shown = secret.length > 60 ? 6 : 4;
  const hidden = Math.max(0, secret.length - prefix.length - shown);
  return prefix + '*'.repeat(hidden) + secret.slice(prefix.length + hidden);
}

function presentedSecret(authorization = ''): string {
  const [scheme = '', value = ''] = authorization.trim().split(/\s+/);
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic':
      return Buffer.from(value, 'base64').toString().split(':')[0] ?? '';
    default:
      return '';
  }
}
