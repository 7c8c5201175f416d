/**
 * What has become of a Checkout Session: from memory where that is enough,
 * otherwise from Stripe, once for everybody who asks meanwhile.
 */
import { concat } from '../encoding/bytes.js';
import type { StoredPayment } from '../storage/payment-record.js';
import type { Payments } from '../storage/payments.js';
import { seconds, type System } from '../system.js';
import type { Settings } from '../settings.js';
import type { Book } from './book.js';
import type { Gate } from './gate.js';
import type { Inquiry } from './inquiry.js';
import type { FailedLookup, Lookups } from './lookups.js';

/** How soon to ask again about a lookup that is under way, in seconds. */
const SOON = 1;

/** Answers about sessions, each as JSON in bytes. */
export class Checkout {
  readonly busy: Uint8Array;
  /** Nobody can tell yet. */
  readonly checking: Uint8Array;
  private readonly notFound: Uint8Array;

  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly payments: Payments,
    private readonly book: Book,
    private readonly lookups: Lookups,
    private readonly gate: Gate,
    private readonly inquiry: Inquiry,
  ) {
    this.busy = this.withRetry(this.json({ status: 'unavailable', reason: 'busy' }), gate.wait);
    this.checking = this.withRetry(this.json({ status: 'checking' }), SOON);
    this.notFound = this.json({ status: 'not_found' });
  }

  /** The answer to give without asking Stripe, or undefined when it is time to ask. Changes nothing. */
  known(id: string, livemode: boolean): Uint8Array | undefined {
    if (livemode !== this.settings.livemode) return this.notFound;
    const payment = this.payments.get(id);
    if (payment && !this.book.isAccepted(payment)) return this.notFound;
    if (payment && payment.due === undefined) return payment.answer;
    const now = seconds(this.system);
    if (payment?.due !== undefined && now < payment.due) return this.withRetry(payment.answer, payment.due - now);
    // Without a key only a webhook can tell, and until then every lookup is under way, so to speak.
    if (this.lookups.isUnderWay(id, now) || !this.hasKey) return payment ? this.withRetry(payment.answer, SOON) : this.checking;
    const setback = this.lookups.setback(id, now);
    return setback && this.answerTo(setback, payment, now);
  }

  /** Whether {@link known} gives an answer that will not change, but by an event. */
  isFinal(id: string): boolean {
    const payment = this.payments.get(id);
    return payment !== undefined && payment.due === undefined && this.book.isAccepted(payment);
  }

  /** Whether Stripe can be asked; otherwise only a webhook can tell. */
  get hasKey(): boolean {
    return this.settings.api_key !== '';
  }

  /** Whether {@link lookUp} would do anything now. Changes nothing. */
  get mayLookUp(): boolean {
    return this.gate.mayLookUp(preciseSeconds(this.system)) || this.mayList;
  }

  /** Whether {@link list} would do anything now. Changes nothing. */
  get mayList(): boolean {
    return this.hasKey && this.gate.mayList(preciseSeconds(this.system));
  }

  /**
   * Asks Stripe, remembers, and answers; undefined when it has been asked so often that nobody can be served now.
   * Once single lookups are used up, a list of the newest payments serves everybody.
   */
  async lookUp(id: string): Promise<Uint8Array | undefined> {
    const now = preciseSeconds(this.system);
    if (this.gate.mayLookUp(now)) {
      this.gate.spend(now);
      const found = await this.inquiry.session(id);
      if ('payment' in found) return this.answer(found.payment);
      return this.answerTo('setback' in found ? found.setback : found.refused, this.payments.get(id), seconds(this.system));
    }
    await this.list();
    // Not to be in the list says nothing.
    const payment = this.payments.get(id);
    return payment && this.known(id, this.settings.livemode);
  }

  /** Learns of the newest payments. Returns whether it has: it may be too early to do so again, or there is no key. */
  async list(): Promise<boolean> {
    if (!this.mayList) return false;
    const now = preciseSeconds(this.system);
    const end = this.gate.beginList(now);
    try {
      return (await this.inquiry.newest(seconds(this.system))).kind === 'list';
    } finally {
      end();
    }
  }

  private answer({ answer, due }: StoredPayment): Uint8Array {
    return due === undefined ? answer : this.withRetry(answer, Math.max(0, due - seconds(this.system)));
  }

  /** What to answer after a failed lookup: what was known, or else why it cannot be told. */
  private answerTo({ answer, until }: FailedLookup, known: StoredPayment | undefined, now: number): Uint8Array {
    // A lookup that failed says nothing about what was known before.
    if (known) return known.due === undefined ? known.answer : this.withRetry(known.answer, until - now);
    const isWorthPolling = answer.status === 'unavailable' && answer.reason !== 'misconfigured';
    return isWorthPolling ? this.withRetry(this.json(answer), until - now) : this.json(answer);
  }

  /** An answer, a JSON object with at least one field, that asks to be asked again in so many seconds. */
  private withRetry(answer: Uint8Array, seconds: number): Uint8Array {
    return concat([answer.subarray(0, -1), this.system.bytes(`,"retry_after_ms":${seconds * 1000}}`)]);
  }

  private json(value: object): Uint8Array {
    return this.system.bytes(JSON.stringify(value));
  }
}

/** Seconds since 1970, with fractions. */
function preciseSeconds(system: System): number {
  return Number(system.time()) / 1e9;
}
