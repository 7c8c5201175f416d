import { createHmac, randomBytes } from 'node:crypto';

/**
 * The `stripe-signature` header of a delivery: one `v1` for each secret that is good at the time, and in test mode a
 * `v0` that signs nothing, which receivers have to ignore: https://docs.stripe.com/webhooks?verify=verify-manually
 * @param seconds since 1970
 */
export function signatureHeader(body: string, seconds: number, secrets: readonly string[], livemode: boolean): string {
  const sign = (secret: string) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const signatures = secrets.map((secret) => `v1=${sign(secret)}`);
  if (!livemode) signatures.push(`v0=${randomBytes(32).toString('hex')}`);
  return [`t=${seconds}`, ...signatures].join(',');
}
