/**
 * Stripe, as far as the truth about payments goes: sessions, what becomes of them, the events that tell of it, and what the
 * API says of them. Full of personal data, which must not be seen anywhere else.
 *
 * https://docs.stripe.com/api/checkout/sessions
 */

/** A Checkout Session at Stripe. */
export interface ModelSession {
  readonly id: string;
  readonly reference: string | null;
  readonly link: string;
  readonly mode: string;
  readonly amount: number;
  /** In seconds since 1970. */
  readonly created: number;
  status: 'open' | 'complete' | 'expired';
  payment_status: 'unpaid' | 'paid';
  /** Whether its delayed payment failed, which the session does not tell. */
  hasFailed: boolean;
  /** When it came to its end, in seconds since 1970. */
  endedAt?: number;
  refunded: number;
}

/** An event as Stripe sends it. */
export interface ModelEvent {
  type: string;
  /** The session that it is about. */
  session: ModelSession;
  /** What it says has been refunded, of a refund. */
  refunded?: number;
  /** JSON, indented as Stripe does. */
  body: string;
}

/** An answer of the API. */
export interface HttpAnswer {
  status: number;
  body: string;
}

/** Occurs in everything that Stripe says, and may be passed on in nothing. */
export const PERSONAL = 'shopper@example.com';

const LIVES = 86_400;

export class ModelStripe {
  readonly sessions: ModelSession[] = [];
  readonly events: ModelEvent[] = [];

  /** @param now in seconds since 1970 */
  constructor(private readonly now: () => number) {}

  create(details: Partial<Pick<ModelSession, 'reference' | 'link' | 'mode' | 'amount'>> = {}): ModelSession {
    const session: ModelSession = {
      id: `cs_test_a1${String(this.sessions.length).padStart(6, '0')}`,
      reference: null,
      link: 'plink_1',
      mode: 'payment',
      amount: 1_000,
      ...details,
      created: Math.floor(this.now()),
      status: 'open',
      payment_status: 'unpaid',
      hasFailed: false,
      refunded: 0,
    };
    this.sessions.push(session);
    return session;
  }

  pay(session: ModelSession): void {
    if (session.status !== 'open') return;
    this.end(session, { status: 'complete', payment_status: 'paid' });
    this.tell('checkout.session.completed', session);
  }

  /** The shopper chooses a method that takes days. */
  payLater(session: ModelSession): void {
    if (session.status !== 'open') return;
    session.status = 'complete';
    this.tell('checkout.session.completed', session);
  }

  /** A delayed payment comes, or fails. */
  settle(session: ModelSession, succeeds: boolean): void {
    if (!this.isPending(session)) return;
    this.end(session, succeeds ? { payment_status: 'paid' } : { hasFailed: true });
    this.tell(`checkout.session.async_payment_${succeeds ? 'succeeded' : 'failed'}`, session);
  }

  isPending({ status, payment_status, hasFailed }: ModelSession): boolean {
    return status === 'complete' && payment_status === 'unpaid' && !hasFailed;
  }

  expire(session: ModelSession): void {
    if (session.status !== 'open') return;
    this.end(session, { status: 'expired' });
    this.tell('checkout.session.expired', session);
  }

  /** Lets those sessions expire that are older than a day. */
  expireOld(): void {
    for (const session of this.sessions) if (this.now() >= session.created + LIVES) this.expire(session);
  }

  refund(session: ModelSession, amount: number): void {
    const more = Math.min(amount, session.amount - session.refunded);
    if (session.payment_status !== 'paid' || more <= 0) return;
    session.refunded += more;
    this.tell('charge.refunded', session, { ...this.charge(session), amount_refunded: session.refunded, refunded: session.refunded === session.amount });
  }

  dispute(session: ModelSession): void {
    if (session.payment_status !== 'paid') return;
    this.tell('charge.dispute.created', session, { id: `du_${session.id}`, object: 'dispute', charge: `ch_${session.id}`, payment_intent: intentOf(session) });
  }

  /** An event of a kind that is of no use, about a session. */
  tellNothing(session: ModelSession): ModelEvent {
    return this.tell('payment_intent.succeeded', session, { object: 'payment_intent', id: intentOf(session) });
  }

  /** An event such as a thief of the webhook secret would make, of a session that is not paid. Stripe knows nothing of it. */
  forge(session: ModelSession, type = 'checkout.session.completed'): ModelEvent {
    return { type, session, body: this.eventBody(`evt_forged_${session.id}_${this.now() * 1e3}`, type, { ...sessionObject(session), status: 'complete', payment_status: 'paid' }) };
  }

  /** Answers `GET /v1/checkout/sessions/{id}` and `GET /v1/checkout/sessions`. */
  get(url: URL): HttpAnswer {
    const match = /^\/v1\/checkout\/sessions(?:\/(\w+))?$/.exec(url.pathname);
    if (!match) return refusal(404, { type: 'invalid_request_error', message: `Unrecognized request URL (GET: ${url.pathname}).` });
    const [, id] = match as unknown as [string, string | undefined];
    if (id === undefined) return this.list(url.searchParams);
    const session = this.sessions.find((known) => known.id === id);
    return session ? ok(sessionObject(session)) : refusal(404, { type: 'invalid_request_error', code: 'resource_missing', param: 'session', message: `No such checkout.session: '${id}'` });
  }

  private list(query: URLSearchParams): HttpAnswer {
    const after = this.sessions.findIndex(({ id }) => id === query.get('starting_after'));
    const link = query.get('payment_link');
    const fitting = this.sessions
      .slice(0, after < 0 ? undefined : after)
      .reverse()
      .filter(({ created, status }) => created >= Number(query.get('created[gte]')) && status === query.get('status'))
      .filter((session) => link === null || session.link === link);
    const limit = Number(query.get('limit'));
    return ok({ object: 'list', url: '/v1/checkout/sessions', has_more: fitting.length > limit, data: fitting.slice(0, limit).map(sessionObject) });
  }

  private end(session: ModelSession, changes: Partial<ModelSession>): void {
    Object.assign(session, changes, { endedAt: this.now() });
  }

  private tell(type: string, session: ModelSession, object: object = sessionObject(session)): ModelEvent {
    const event = { type, session, refunded: session.refunded, body: this.eventBody(`evt_${this.events.length}`, type, object) };
    this.events.push(event);
    return event;
  }

  private eventBody(id: string, type: string, object: object): string {
    return JSON.stringify({ id, object: 'event', created: Math.floor(this.now()), livemode: false, type, data: { object } }, null, 2);
  }

  private charge(session: ModelSession): object {
    return { id: `ch_${session.id}`, object: 'charge', amount: session.amount, currency: 'eur', payment_intent: intentOf(session), receipt_email: PERSONAL };
  }
}

/** A session in the words of Stripe's API. */
function sessionObject(session: ModelSession): object {
  const { id, reference, link, mode, amount, created, status, payment_status } = session;
  return {
    id,
    object: 'checkout.session',
    amount_total: amount,
    client_reference_id: reference,
    created,
    currency: 'eur',
    customer_details: { email: PERSONAL, name: 'Zoë “Zo” O’Neill' },
    expires_at: created + LIVES,
    livemode: false,
    mode,
    payment_intent: status === 'complete' ? intentOf(session) : null,
    payment_link: link,
    payment_status,
    status,
  };
}

function intentOf({ id }: ModelSession): string {
  return `pi_${id}`;
}

function ok(json: object): HttpAnswer {
  return { status: 200, body: JSON.stringify(json, null, 2) };
}

function refusal(status: number, error: object): HttpAnswer {
  return { status, body: JSON.stringify({ error }, null, 2) };
}
