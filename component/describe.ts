import type { Payment } from '../canister/contract.js';
import { fill, type Messages } from './messages.js';
import { formatMoney } from './money.js';
import { canPay, isFinal, type AnyState, type State } from './state.js';

/** What to draw; a shape each, so that nothing is told by colour alone. */
export type Icon = 'busy' | 'done' | 'wait' | 'back' | 'alert';

/** What a shopper may do about a state, each by a button of its own. */
export type Offer = 'retry' | 'show' | 'another';

/** A state in words, ready to be drawn. */
export interface Description {
  icon: Icon;
  /** The name of the heading among the messages, and of the slot that replaces it. */
  heading: keyof Messages;
  title: string;
  /** As the shopper saw it. */
  amount: string | undefined;
  /** What each of the lines under the title says, by the name of its part. */
  lines: Record<'refunded' | 'detail' | 'reference', string | undefined>;
  /** Whether the shopper may have to ask the shop. */
  needsSupport: boolean;
  offers: Offer[];
}

const ICONS: Partial<Record<State['kind'], Icon>> = {
  leaving: 'busy',
  confirming: 'busy',
  unavailable: 'busy',
  open: 'wait',
  processing: 'wait',
  expired: 'wait',
  paid: 'done',
  refunded: 'back',
};

/** How long banks take for a delayed payment, in days. https://docs.stripe.com/payments/payment-methods#delayed */
const SETTLING_DAYS = 14;

/** Says a state in words; undefined for the idle one, which needs none. */
export function describe(state: State, messages: Messages, locale?: string): Description | undefined {
  const { kind } = state;
  if (kind === 'idle') return undefined;
  const { payment, why, how, isReturn, isHidden, own } = state as AnyState;
  const isStopped = why === 'stopped' || why === 'misconfigured';
  const isUnsettled = why === 'unsettled';
  const needsSupport = isReturn || kind === 'not_found' || isUnsettled || (kind === 'unavailable' && isStopped);
  const heading =
    how === 'tab' || how === 'blocked'
      ? (`leaving_${how}` as const)
      : isReturn || (kind === 'unavailable' && isStopped)
        ? 'stopped'
        : kind === 'unavailable' && why === 'offline'
          ? 'offline'
          : kind;
  const sentences: (keyof Messages)[] = needsSupport
    ? ['ask']
    : kind === 'processing'
      ? ['settling', 'no_need']
      : kind === 'unavailable'
        ? ['no_need']
        : how === 'blocked'
          ? ['copy']
          : /^(misconfigured|open|failed|expired)$/.test(kind)
            ? ['not_charged']
            : [];
  if (canPay(state)) sentences.push('again');
  if (own === 'unknown' && payment) sentences.push('elsewhere');
  const said = sentences.map((name) => fill(messages[name], { days: days(SETTLING_DAYS, locale) }));
  const refunded = kind === 'paid' && payment?.amount_refunded && !isHidden ? money(payment.amount_refunded, payment.currency, locale) : undefined;
  const reference = payment?.client_reference_id;
  const offers: Offer[] = [];
  if (how === 'tab' || isStopped || (kind === 'unavailable' && why !== 'offline')) offers.push('retry');
  if (isHidden && payment) offers.push('show');
  if (isHidden && isFinal(state)) offers.push('another');
  return {
    icon: (!isStopped && !isUnsettled && how !== 'blocked' && why !== 'offline' && ICONS[kind]) || 'alert',
    heading,
    title: messages[heading],
    amount: isHidden ? undefined : amountOf(payment, locale),
    lines: {
      refunded: refunded && fill(messages.part_refunded, { amount: refunded }),
      // Chinese and Japanese put no space after a full stop.
      detail: said.join(' ').replaceAll('\u3002 ', '\u3002') || undefined,
      // Its end is enough to talk about a payment without giving it away. It stays on one line.
      reference: reference && !isHidden ? fill(messages.reference, { reference: `\u2026\u2060${reference.slice(-6)}` }) : undefined,
    },
    needsSupport: !!needsSupport,
    offers,
  };
}

function amountOf(payment: Payment | undefined, locale?: string): string | undefined {
  const { amount, currency } = payment?.presentment ?? { ...payment, amount: payment?.amount_total };
  return money(amount, currency, locale);
}

function money(amount?: number | null, currency?: string | null, locale?: string): string | undefined {
  return amount == null || !currency ? undefined : formatMoney(amount, currency, locale);
}

/** Never throws, as {@link formatMoney}. */
function days(count: number, locale?: string): string {
  try {
    return new Intl.NumberFormat(locale || undefined, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(count);
  } catch {
    return days(count, 'en');
  }
}
