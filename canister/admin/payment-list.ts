/** The payments as administrators see them. */
import { STATUSES } from '../contract.js';
import { CallerError } from '../caller-error.js';
import { latin1 } from '../encoding/bytes.js';
import { answerOf, type Book } from '../payments/book.js';
import type { Concerns } from '../storage/concerns.js';
import type { Counters } from '../storage/counters.js';
import type { Private, StoredPayment } from '../storage/payment-record.js';
import type { Payments } from '../storage/payments.js';
import type { ListArgumentValue, ListPageValue, PaymentViewValue } from './interface.js';

const USUAL_LIMIT = 20;
const MOST = 100;
/** Payments that are looked at for one page: it costs no more, however few the filter lets through. */
const MOST_LOOKED_AT = 200;

export class PaymentList {
  constructor(
    private readonly payments: Payments,
    private readonly counters: Counters,
    private readonly book: Book,
    private readonly concerned: Pick<Concerns, 'sessions'>,
  ) {}

  get(id: string): PaymentViewValue | undefined {
    const payment = this.payments.get(id);
    return payment && this.view(id, payment);
  }

  /** The newest payments that fit, a page of them. Throws a CallerError for a status that there is not. */
  page({ before: [before], limit: [limit = USUAL_LIMIT], status: [status], reference: [prefix = ''] }: ListArgumentValue): ListPageValue {
    if (status !== undefined && !STATUSES.some((known) => known === status)) throw new CallerError(`status must be one of: ${STATUSES.join(', ')}.`);
    const most = Math.min(Math.max(limit, 1), MOST);
    const found: PaymentViewValue[] = [];
    let sequence = Math.min(before ?? Infinity, this.counters.counts.payments);
    const last = Math.max(0, sequence - MOST_LOOKED_AT);
    while (sequence > last && found.length < most) {
      sequence -= 1;
      const id = this.payments.at(sequence);
      const payment = id === undefined ? undefined : this.payments.get(id);
      if (id === undefined || payment === undefined || (status !== undefined && payment.status !== status)) continue;
      const view = this.view(id, payment);
      if ((view.client_reference_id[0] ?? '').startsWith(prefix)) found.push(view);
    }
    return { payments: found, next: sequence > 0 ? [sequence] : [] };
  }

  /** Payments that somebody may have to look at, those that became so last first: disputed, not settling, or paid by twice. */
  concerns(): PaymentViewValue[] {
    const found: PaymentViewValue[] = [];
    for (const id of this.concerned.sessions.reverse()) {
      const payment = found.length < MOST ? this.get(id) : undefined;
      if (payment && (payment.disputed || payment.duplicate || payment.reason[0] === 'unsettled')) found.push(payment);
    }
    return found;
  }

  private view(id: string, stored: StoredPayment): PaymentViewValue {
    const { reason, payment } = answerOf(stored);
    const { payment_intent, expires_at } = JSON.parse(latin1(stored.private)) as Private;
    if (payment === undefined) throw new Error('a stored payment without its view');
    const { client_reference_id: reference, presentment } = payment;
    return {
      id,
      sequence: stored.sequence ?? 0,
      status: stored.status,
      reason: opt(reason),
      client_reference_id: opt(reference),
      payment_link: opt(payment.payment_link),
      mode: payment.mode,
      payment_status: payment.payment_status,
      amount_total: opt(payment.amount_total, BigInt),
      currency: opt(payment.currency),
      amount_refunded: BigInt(payment.amount_refunded),
      presentment: opt(presentment, ({ amount, currency }) => ({ amount: BigInt(amount), currency })),
      created: BigInt(payment.created),
      livemode: payment.livemode,
      payment_intent: opt(payment_intent),
      expires_at: opt(expires_at, BigInt),
      accepted: this.book.isAccepted(stored),
      disputed: stored.disputed,
      duplicate: reference !== null && stored.status === 'paid' && this.isAnotherPaid(reference, id),
    };
  }

  private isAnotherPaid(reference: string, id: string): boolean {
    return this.payments.withReference(reference).some((other) => other !== id && this.payments.get(other)?.status === 'paid');
  }
}

function opt<T>(value: T | null | undefined): [] | [T];
function opt<T, U>(value: T | null | undefined, convert: (value: T) => U): [] | [U];
function opt<T, U>(value: T | null | undefined, convert?: (value: T) => U): [] | [T | U] {
  if (value === null || value === undefined) return [];
  return [convert ? convert(value) : value];
}
