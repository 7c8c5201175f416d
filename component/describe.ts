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
  heading: keyof typeof SAID;
  title: string;
  /** As the shopper saw it. */
  amount: string | undefined;
  /** What each of the lines under the title says, by the name of its part. */
  lines: Record<'refunded' | 'detail' | 'reference', string | undefined>;
  /** Whether the shopper may have to ask the shop. */
  needsSupport: boolean;
  offers: Offer[];
}

/** How each heading is drawn, and the sentences under it; for `ask` the shop must be there to be asked. */
const SAID = {
  leaving: ['busy'],
  leaving_tab: ['busy'],
  leaving_blocked: ['alert', 'copy'],
  confirming: ['busy'],
  open: ['wait', 'not_charged'],
  processing: ['wait', 'settling', 'no_need'],
  paid: ['done'],
  refunded: ['back'],
  failed: ['alert', 'not_charged'],
  expired: ['wait', 'not_charged'],
  not_found: ['alert', 'ask'],
  unavailable: ['busy', 'no_need'],
  offline: ['alert', 'no_need'],
  stopped: ['alert', 'ask'],
  misconfigured: ['alert', 'not_charged'],
} as const satisfies Partial<Record<keyof Messages, readonly [Icon, ...(keyof Messages)[]]>>;

/** How long banks take for a delayed payment, in days. https://docs.stripe.com/payments/payment-methods#delayed */
const SETTLING_DAYS = 14;

/** Says a state in words; undefined for the idle one, which needs none. */
export function describe(state: State, messages: Messages, locale?: string): Description | undefined {
  const { kind } = state;
  if (kind === 'idle') return undefined;
  const { payment, why, how, isReturn, isHidden, own } = state as AnyState;
  const isUnavailable = kind === 'unavailable';
  const isStopped = why === 'stopped' || why === 'misconfigured';
  const heading =
    how && how !== 'here'
      ? (`leaving_${how}` as const)
      : isReturn || (isUnavailable && isStopped)
        ? 'stopped'
        : isUnavailable && why === 'offline'
          ? why
          : kind;
  const [icon, ...sentences]: readonly [Icon, ...(keyof Messages)[]] = why === 'unsettled' ? SAID.stopped : SAID[heading];
  const needsSupport = sentences.includes('ask');
  if (canPay(state)) sentences.push('again');
  if (own === 'unknown' && payment) sentences.push('elsewhere');
  const days = new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(SETTLING_DAYS);
  const said = sentences.map((name) => fill(messages[name], { days }));
  const refunded = kind === 'paid' && payment?.amount_refunded && !isHidden ? money(payment.amount_refunded, payment.currency, locale) : undefined;
  const reference = payment?.client_reference_id;
  const offers: Offer[] = [];
  if (how === 'tab' || isStopped || heading === 'unavailable') offers.push('retry');
  if (isHidden && payment) offers.push('show');
  if (isHidden && isFinal(state)) offers.push('another');
  return {
    icon,
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
    needsSupport,
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
