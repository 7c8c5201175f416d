/** How things are said in more than one place. */
import { formatMoney } from '../money.js';
import type { Payment } from './backend.js';

/** What a status means, in a word or two. */
const STATUSES: Readonly<Record<string, string>> = {
  open: 'Not finished',
  processing: 'On its way',
  paid: 'Paid',
  failed: 'Failed',
  expired: 'Expired',
  refunded: 'Refunded',
};
export const STATUS_NAMES = Object.keys(STATUSES);

export function statusInWords(status: string): string {
  return STATUSES[status] ?? status;
}

/** What a payment comes to, or a dash. */
export function amountInWords(amount: number | null, currency: string | null): string {
  return amount === null || currency === null ? '–' : formatMoney(amount, currency, 'en');
}

/** What asking Stripe has come to. */
export function resultInWords({ status, reason, payment }: { status: string; reason: string | null; payment: Payment | null }): string {
  const reasons: Readonly<Record<string, string>> = {
    rate_limited: 'Stripe is asked too often at the moment: try again in a minute.',
    stripe_unreachable: 'Stripe does not answer: try again in a minute.',
    stripe_error: 'Stripe answers, but not as it should: try again in a minute.',
    too_large: 'Stripe’s answer is too large: put less metadata on the payment link.',
    busy: 'The canister is busy: try again in a minute.',
    low_cycles: 'The canister has too few cycles to ask Stripe: top it up.',
    misconfigured: 'Stripe refuses the key: see the set-up.',
  };
  if (status === 'unavailable') return (reason !== null && reasons[reason]) || 'It cannot be told now: try again in a minute.';
  if (status === 'not_found') return 'Stripe has no such session in this account and mode, or the settings do not accept its link or kind.';
  if (status === 'checking') return 'It is being looked up already: see in a moment.';
  const amount = payment && payment.amount_total !== null ? `, ${amountInWords(payment.amount_total, payment.currency)}` : '';
  return `Stripe says: ${statusInWords(status).toLowerCase()}${amount}.`;
}

/** A time in seconds since 1970, in the time zone of whoever looks, which is named. */
export function timeInWords(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(seconds * 1000);
}

/** The same without the day. */
export function clockInWords(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(seconds * 1000);
}

/** A reference as it is known by: of the part that the element made up, the last six characters. */
export function shortReference(reference: string): string {
  return reference.replace(/-?isp1[a-z2-7]{20}([a-z2-7]{6})$/, '…$1');
}

/** Counts by name, as in `40 paid, 2 rate limited`. */
export function countsInWords(counts: readonly [string, number][], nameOf = (name: string) => name.replaceAll('_', ' ')): string {
  return counts.map(([name, count]) => `${count.toLocaleString('en')} ${nameOf(name)}`).join(', ') || 'none yet';
}

/** A number of cycles, in trillions (T). */
export function cyclesInWords(cycles: number): string {
  return `${(cycles / 1e12).toLocaleString('en', { maximumFractionDigits: cycles < 1e13 ? 2 : 0 })} T cycles`;
}

/** `1 payment`, `2 payments`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
