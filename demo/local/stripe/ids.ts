import { randomInt } from 'node:crypto';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits. */
export function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(62)]).join('');
}

/** An id as Stripe makes them for most objects, like `pi_3Q…`. */
export function objectId(prefix: string): string {
  return `${prefix}_1S${randomText(22)}`;
}

/** A Checkout Session's id: 66 characters, as Stripe's are today. */
export function sessionId(livemode: boolean): string {
  return `cs_${livemode ? 'live' : 'test'}_a1${randomText(56)}`;
}
