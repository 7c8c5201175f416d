/**
 * The book of payments: takes in what Stripe says, by whatever way it comes, and keeps where each payment stands.
 * States only move forward, so that order and repetition of the news do not matter.
 */
import { isPaid, type Answer, type Payment, type Status } from '../contract.js';
import { latin1 } from '../encoding/bytes.js';
import { isAccepted, judge, publicView, type Session, type Terms, type Verdict } from '../stripe/session.js';
import { countOne, type Counters } from '../storage/counters.js';
import type { Delay } from '../storage/due-queues.js';
import type { Happening } from '../storage/outbox.js';
import type { Private, StoredPayment } from '../storage/payment-record.js';
import type { Intent, Payments } from '../storage/payments.js';

/** How far along a status is. A payment never moves to a lower rank, whatever order news come in. */
const RANK: Partial<Record<Status, number>> = { open: 0, processing: 1, expired: 2, failed: 2, paid: 3, refunded: 4 };

/** Whether news of status `next` may replace what is known. */
export function movesForward(known: Status | undefined, next: Status): boolean {
  return known === undefined || (RANK[next] ?? -1) >= (RANK[known] ?? -1);
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Days for which payments are counted. */
const COUNTED_DAYS = 30;

/**
 * Seconds until a lookup of such a session makes sense again: soon while it is
 * young, sparsely when it is old; undefined when it is final.
 * @param age of the session, in seconds
 */
export function nextLookupIn({ status, reason }: Pick<Answer, 'status' | 'reason'>, age: number): number | undefined {
  if (status === 'open') return clamp(age / 20, 3, 10 * MINUTE);
  if (status === 'processing') return reason === 'unsettled' ? DAY : clamp(age / 20, MINUTE, 6 * HOUR);
  return undefined;
}

/** Who wants to know of what the book takes in. */
export interface Reader {
  /** Where a payment stands now; undefined when it is none of the merchant's business any more. It may have been judged by other terms. */
  changed(id: string, payment: StoredPayment | undefined): void;
  /** A payment is going to settle by itself some day: it is to be looked up after so many seconds. Returns whether it will. */
  wait(id: string, delay: Delay, now: number): boolean;
  /** A person may have to look at a payment: it is disputed, does not settle, or its reference was paid by twice. */
  concern(id: string): void;
  /** A payment has become paid, or some of it has been given back; once each. By the terms of now it may not be accepted. */
  happened(event: Happening, id: string, payment: StoredPayment, now: number): void;
  /** The message changes nothing more. */
  commit(): void;
}

/** See above. Times are in seconds since 1970. Whoever calls what changes something calls {@link commit} at the end. */
export class Book {
  /** @param bytes of an ASCII text without control characters */
  constructor(
    private readonly payments: Payments,
    private readonly counters: Counters,
    private readonly terms: Terms & { terms_generation: number },
    private readonly bytes: (text: string) => Uint8Array,
    private readonly reader: Reader,
  ) {}

  /**
   * What Stripe says of a session. Returns what is now known, or undefined where the session is none of the merchant's
   * business (any more).
   */
  learn(session: Session, now: number): StoredPayment | undefined {
    const verdict = judge(session, this.terms, now);
    const known = this.payments.get(session.id);
    if (verdict.status === 'not_found') {
      if (known) this.forget(session.id, known);
      return undefined;
    }
    return this.settle(session, verdict, known, now);
  }

  /** An event says that a delayed payment has failed, which no lookup shows. */
  learnFailure(session: Session, now: number): StoredPayment | undefined {
    if (!isAccepted(session, this.terms)) return undefined;
    return this.settle(session, { status: 'failed', payment: publicView(session) }, this.payments.get(session.id), now);
  }

  /** An event says how much of a payment has been refunded in all, in minor units. The session may be unknown yet. */
  learnRefund(intent: string, refunded: number, now: number): void {
    const known = this.payments.intent(intent);
    const stored = this.learnOfIntent(intent, { ...known, refunded: Math.max(known.refunded, refunded) });
    if (stored && isPaid(stored.status) && refunded > known.refunded) this.reader.happened('refunded', known.session!, stored, now);
  }

  /** An event says that a payment is disputed. */
  learnDispute(intent: string): void {
    this.learnOfIntent(intent, { ...this.payments.intent(intent), disputed: true });
  }

  /** Has a payment that has had its turn wait for the next one, if it is still to settle. */
  follow(id: string, now: number): void {
    const known = this.payments.get(id);
    if (known === undefined) return;
    const answer = answerOf(known);
    const queued = willSettle(answer) && this.reader.wait(id, delayOf(now - answer.payment!.created), now);
    if (queued !== known.queued) this.payments.set(id, { ...known, queued }, known);
  }

  /** To be called at the end of each message that has changed something. */
  commit(): void {
    this.counters.save();
    this.reader.commit();
  }

  /** Whether a payment, judged perhaps by other terms, is accepted by those of now. */
  isAccepted(payment: StoredPayment): boolean {
    if (payment.termsGeneration === this.terms.terms_generation) return true;
    const { payment: view } = answerOf(payment);
    return view !== undefined && isAccepted(view, this.terms);
  }

  private forget(id: string, known: StoredPayment): void {
    this.payments.remove(id, known);
    this.reader.changed(id, undefined);
  }

  private settle(session: Session, verdict: Verdict, known: StoredPayment | undefined, now: number): StoredPayment {
    const { payment_intent, expires_at, client_reference_id } = session;
    const intent = payment_intent === null ? undefined : this.payments.intent(payment_intent);
    const next = withRefunds(verdict, intent);
    const wait = nextLookupIn(next, now - session.created);
    const due = wait === undefined ? undefined : now + wait;
    if (known && !movesForward(known.status, next.status)) {
      // What is final stays so; what is not is looked up again.
      return known.due === undefined ? known : this.payments.set(session.id, { ...known, due }, known);
    }
    const answer = JSON.stringify(next);
    if (known?.due === undefined && due === undefined && known?.termsGeneration === this.terms.terms_generation && latin1(known.answer) === answer) return known;
    const details: Private = { payment_intent, expires_at };
    const wasPaid = isPaid(known?.status) || intent?.paid === true;
    const isQueued = known?.queued ?? false;
    const stored = this.payments.set(
      session.id,
      {
        status: next.status,
        due,
        termsGeneration: this.terms.terms_generation,
        disputed: intent?.disputed ?? known?.disputed ?? false,
        queued: isQueued || (willSettle(next) && this.reader.wait(session.id, delayOf(now - session.created), now)),
        answer: this.bytes(answer),
        private: this.bytes(JSON.stringify(details)),
      },
      known,
    );
    const isNewsOfIntent = intent?.session !== session.id || (isPaid(next.status) && !intent.paid);
    if (payment_intent !== null && isNewsOfIntent) this.payments.setIntent(payment_intent, { ...intent!, session: session.id, ...(isPaid(next.status) && { paid: true }) });
    const others = client_reference_id === null ? [] : this.payments.addReference(client_reference_id, session.id);
    if (isPaid(next.status) && !wasPaid) this.countPaid(session.id, others, now);
    if (stored.disputed && !known?.disputed) this.counters.counts.disputed += 1;
    if (stored.disputed || next.reason === 'unsettled') this.reader.concern(session.id);
    this.reader.changed(session.id, stored);
    if (isPaid(next.status) && !wasPaid) this.reader.happened(next.status === 'paid' ? 'paid' : 'refunded', session.id, stored, now);
    return stored;
  }

  /** Returns what is known of its session now, if anything is. */
  private learnOfIntent(intent: string, news: Intent): StoredPayment | undefined {
    this.payments.setIntent(intent, news);
    const known = news.session === undefined ? undefined : this.payments.get(news.session);
    if (known === undefined || news.session === undefined) return undefined;
    const next = withRefunds(answerOf(known), news);
    const { disputed } = news;
    const stored = this.payments.set(news.session, { ...known, status: next.status, disputed, answer: this.bytes(JSON.stringify(next)) }, known);
    if (disputed && !known.disputed) {
      this.counters.counts.disputed += 1;
      this.reader.concern(news.session);
    }
    this.reader.changed(news.session, stored);
    return stored;
  }

  /** @param others sessions with the same reference */
  private countPaid(id: string, others: readonly string[], now: number): void {
    const { counts } = this.counters;
    const today = Math.floor(now / DAY);
    countOne(counts.paidOn, String(today));
    for (const day of Object.keys(counts.paidOn)) if (Number(day) <= today - COUNTED_DAYS) delete counts.paidOn[day];
    if (!others.some((other) => isPaid(this.payments.get(other)?.status))) return;
    counts.duplicates += 1;
    this.reader.concern(id);
  }
}

/** What is to be answered about a payment. */
export function answerOf(payment: StoredPayment): Answer {
  return JSON.parse(latin1(payment.answer)) as Answer;
}

function willSettle({ status, reason }: Pick<Answer, 'status' | 'reason'>): boolean {
  return status === 'processing' && reason === undefined;
}

/** How long a payment that will settle some day waits in a queue, by its age in seconds. */
function delayOf(age: number): Delay {
  if (age < HOUR) return 600;
  return age < DAY ? 3_600 : 21_600;
}

/** A verdict with what is refunded: in part it stays `paid`. Nothing is refunded of what was not paid. */
function withRefunds<V extends { status: Status; payment?: Payment }>(verdict: V, intent: Intent | undefined): V {
  const { payment } = verdict;
  if (intent === undefined || intent.refunded === 0 || payment === undefined || !isPaid(verdict.status)) return verdict;
  const isWhole = payment.amount_total !== null && intent.refunded >= payment.amount_total;
  return { ...verdict, status: isWhole ? 'refunded' : verdict.status, payment: { ...payment, amount_refunded: intent.refunded } };
}

function clamp(value: number, least: number, most: number): number {
  return Math.ceil(Math.min(Math.max(value, least), most));
}
