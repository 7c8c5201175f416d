import type { PaymentLink, Visit } from './payment-links.js';
import type { Payment } from './payments.js';
import {
  completion,
  openSession,
  SAMPLE_SHOPPER,
  type PaymentMethod,
  type Session,
  type SessionSize,
  type Shopper,
} from './session-object.js';

/**
 * A session made without a browser: `size`, and any of Stripe's own fields, which stand in the answer
 * exactly as given, so that a test can have what Stripe would never send.
 * With `status: 'complete'` the sample shopper has paid by card, but for the fields given.
 */
export type SessionOptions = Partial<Record<keyof Session, unknown>> & { size?: SessionSize };

/** A session and what Stripe knows about it but does not show. */
export interface SessionRecord {
  session: Session;
  link?: PaymentLink;
  visit?: Visit;
  /** Where a delayed payment stands. A failed one looks the same in the API: complete and unpaid. */
  delayed?: 'pending' | 'settled' | 'failed';
  /** How it was paid. */
  method?: PaymentMethod;
  /** The money, from when it is first spoken of. */
  payment?: Payment;
}

/** What can happen to a session, as the types of events call it. */
export type SessionChange = 'completed' | 'async_payment_succeeded' | 'async_payment_failed' | 'expired';

/** All sessions, and the only place where they change. */
export class Sessions {
  readonly #records = new Map<string, SessionRecord>();
  readonly #now: () => number;
  readonly #pageUrl: (id: string) => string;
  readonly #changed: (change: SessionChange, record: SessionRecord) => void;

  /**
   * @param now in milliseconds since 1970
   * @param changed called after each change
   */
  constructor(
    now: () => number,
    pageUrl: (id: string) => string,
    changed: (change: SessionChange, record: SessionRecord) => void,
  ) {
    this.#now = now;
    this.#pageUrl = pageUrl;
    this.#changed = changed;
  }

  /** Every session, the oldest first. */
  get all(): readonly SessionRecord[] {
    for (const record of this.#records.values()) this.#expireIfDue(record);
    return [...this.#records.values()];
  }

  get(id: string): SessionRecord | undefined {
    const record = this.#records.get(id);
    if (record) this.#expireIfDue(record);
    return record;
  }

  /** As {@link get}; throws when there is none. */
  require(id: string): SessionRecord {
    const record = this.get(id);
    if (!record) throw new Error(`There is no session ${id}`);
    return record;
  }

  /** The session a shopper gets who opens `link`. */
  openLink(link: PaymentLink, visit: Visit): SessionRecord {
    const session = openSession({
      livemode: link.livemode,
      created: this.#seconds(),
      amount: link.amount,
      currency: link.currency,
      mode: link.mode,
      clientReferenceId: visit.clientReferenceId,
      paymentLink: link.id,
      successUrl: link.afterPayment ?? 'https://stripe.com',
      email: visit.email,
      locale: visit.locale,
      methods: link.methods,
      size: 'typical',
      merchant: link.merchant,
      pageUrl: this.#pageUrl,
    });
    if (link.presentment) {
      session.presentment_details = {
        presentment_amount: link.presentment.amount,
        presentment_currency: link.presentment.currency.toLowerCase(),
      };
    }
    return this.#keep({ session, link, visit });
  }

  /** Nothing tells of what it was made with, as of what was before anybody listened. */
  create({ size = 'typical', ...fields }: SessionOptions = {}): Session {
    const session = openSession({
      livemode: fields.livemode === true,
      created: typeof fields.created === 'number' ? fields.created : this.#seconds(),
      amount: typeof fields.amount_total === 'number' ? fields.amount_total : 1999,
      currency: typeof fields.currency === 'string' ? fields.currency : 'eur',
      mode: typeof fields.mode === 'string' ? fields.mode : 'payment',
      clientReferenceId: null,
      paymentLink: null,
      successUrl: 'https://shop.example/?check_out_session_id={CHECKOUT_SESSION_ID}',
      email: null,
      locale: null,
      methods: ['card', 'sepa_debit'],
      size,
      merchant: 'Demo shop',
      pageUrl: this.#pageUrl,
    });
    if (fields.status === 'complete') {
      Object.assign(session, completion(session, SAMPLE_SHOPPER), {
        payment_status: session.amount_total === 0 ? 'no_payment_required' : 'paid',
      });
    }
    if (fields.status === 'expired') session.url = null;
    Object.assign(session, fields);
    const delayed = session.status === 'complete' && session.payment_status === 'unpaid' ? 'pending' : undefined;
    return this.#keep({ session, ...(delayed && { delayed, method: 'sepa_debit' }) }).session;
  }

  /** The shopper completes the session. A delayed method leaves it unpaid until {@link settle} or {@link fail}. */
  pay(id: string, method: PaymentMethod = 'card', shopper: Shopper = SAMPLE_SHOPPER): Session {
    const record = this.require(id);
    const { session } = record;
    if (session.status !== 'open') throw new Error(`${id} is ${session.status}, and only an open session can be paid`);
    Object.assign(session, completion(session, shopper));
    if (session.amount_total === 0) session.payment_status = 'no_payment_required';
    else if (method === 'card') session.payment_status = 'paid';
    else record.delayed = 'pending';
    record.method = method;
    this.#changed('completed', record);
    return session;
  }

  /** The money of a delayed payment arrives. */
  settle(id: string): Session {
    const record = this.#requirePending(id);
    record.delayed = 'settled';
    record.session.payment_status = 'paid';
    this.#changed('async_payment_succeeded', record);
    return record.session;
  }

  /** A delayed payment fails. In the API the session stays as it was, complete and unpaid, as at Stripe. */
  fail(id: string): Session {
    const record = this.#requirePending(id);
    record.delayed = 'failed';
    this.#changed('async_payment_failed', record);
    return record.session;
  }

  expire(id: string): Session {
    const record = this.require(id);
    const { session } = record;
    if (session.status !== 'open') throw new Error(`${id} is ${session.status}, and only an open session can expire`);
    this.#expire(record);
    return session;
  }

  #keep(record: SessionRecord): SessionRecord {
    if (this.#records.has(record.session.id)) throw new Error(`There is a session ${record.session.id} already`);
    this.#records.set(record.session.id, record);
    return record;
  }

  #requirePending(id: string): SessionRecord {
    const record = this.require(id);
    if (record.delayed !== 'pending') throw new Error(`${id} has no delayed payment that is still pending`);
    return record;
  }

  #expireIfDue(record: SessionRecord): void {
    // Expiry needs no timer: who looks sees it, and the event that tells of it may come late as any event may.
    const { status, expires_at: end } = record.session;
    if (status === 'open' && end <= this.#seconds()) this.#expire(record);
  }

  #expire(record: SessionRecord): void {
    Object.assign(record.session, { status: 'expired', url: null });
    this.#changed('expired', record);
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}
