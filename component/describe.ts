import type { Messages } from './messages.js';
import { formatMoney } from './money.js';
import { canPay, type AnyState, type State } from './state.js';

/** What to draw; a shape each, so that nothing is told by colour alone. */
export type Icon = 'busy' | 'done' | 'wait' | 'back' | 'alert';

/** A state in words, ready to be drawn. */
export interface Description {
  icon: Icon;
  title: string;
  /** As the shopper saw it. */
  amount: string | undefined;
  /** What each of the lines under the title says, by the name of its part. */
  lines: { detail: string | undefined; reference: string | undefined };
  /** Whether checking again is offered. */
  retry: boolean;
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

/** Says a state in words; undefined for the idle one, which needs none. */
export function describe(state: State, { states, words }: Messages, locale?: string): Description | undefined {
  const { kind } = state;
  if (kind === 'idle') return undefined;
  const { payment, why, how, isReturn } = state as AnyState;
  const isStopped = why === 'stopped' || why === 'misconfigured';
  const variant = how ?? (isReturn ? 'return' : isStopped ? 'stopped' : why);
  const [title, detail] = states[`${kind}_${variant}`] ?? states[kind];
  const money = (amount?: number | null, currency?: string | null): string | undefined =>
    amount == null || !currency ? undefined : formatMoney(amount, currency, locale);
  const { amount, currency } = payment?.presentment ?? { ...payment, amount: payment?.amount_total };
  const reference = payment?.client_reference_id;
  return {
    icon: (!isStopped && ICONS[kind]) || 'alert',
    title,
    amount: money(amount, currency),
    lines: {
      detail:
        kind === 'paid' && payment?.amount_refunded
          ? `${money(payment.amount_refunded, payment.currency)} ${words.refunded}`
          : canPay(state)
            ? `${detail} ${words.again}`
            : detail,
      // Its end is enough to talk about a payment without giving it away.
      reference: reference ? `${words.reference} \u2026${reference.slice(-6)}` : undefined,
    },
    retry: isStopped || (kind === 'unavailable' && why !== 'offline'),
  };
}
