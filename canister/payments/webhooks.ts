/** Takes in the events that Stripe sends. */
import { isPaid } from '../contract.js';
import type { Settings } from '../settings.js';
import { countOne, type Counters } from '../storage/counters.js';
import type { Payments } from '../storage/payments.js';
import type { SeenEvents } from '../storage/seen-events.js';
import { readEvent, type News, type SessionNews } from '../stripe/event.js';
import { isAccepted } from '../stripe/session.js';
import { checkHeader, checkSignature, webhookKey, type SignatureFault } from '../stripe/signature.js';
import { seconds, type System } from '../system.js';
import type { Agenda } from './agenda.js';
import type { Book } from './book.js';

/**
 * An event's signature proves that its sender knows the secret, no more. With a key, therefore, only a lookup makes a payment
 * paid, and a leaked secret can deny but not forge; what no lookup shows counts by the signature.
 */
export class Webhooks {
  private readonly keys;

  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly payments: Payments,
    private readonly book: Book,
    private readonly counters: Counters,
    private readonly seen: SeenEvents,
    private readonly agenda: Agenda,
  ) {
    this.keys = settings.webhook_secrets.map(webhookKey);
  }

  /** Bytes to be hashed before {@link fault} knows, at most. */
  work(body: Uint8Array): number {
    return body.length * this.keys.length;
  }

  /** What is wrong with a webhook; undefined where it is Stripe's. Changes nothing. */
  fault(signature: string | undefined, body: Uint8Array): SignatureFault | undefined {
    return checkSignature(signature, body, this.keys, seconds(this.system));
  }

  /** Whether nothing is wrong as far as can be told without hashing. Changes nothing. */
  seemsRight(signature: string | undefined, body: Uint8Array): boolean {
    return typeof checkHeader(signature, body, this.keys, seconds(this.system)) !== 'string';
  }

  /**
   * Takes an event in, once, and in whatever order events come. What has to be asked for it is on the agenda before this
   * returns, so that nothing is lost when it fails.
   * @param body of an authentic webhook
   */
  take(body: Uint8Array): void {
    const event = readEvent(body);
    if (event === undefined || event.livemode !== this.settings.livemode || this.seen.has(event.id)) return;
    const now = seconds(this.system);
    this.apply(event.news, now);
    this.seen.add(event.id, now);
    const { counts } = this.counters;
    countOne(counts.events, event.news.kind === 'session' ? event.news.change : event.news.kind);
    counts.lastEvent = now;
    this.book.commit();
  }

  private apply(news: News, now: number): void {
    switch (news.kind) {
      case 'session':
        return this.applySession(news, now);
      case 'refund':
        return this.book.learnRefund(news.payment_intent, news.amount_refunded, now);
      case 'dispute':
        return this.book.learnDispute(news.payment_intent);
      case 'ignored':
    }
  }

  private applySession({ change, session }: SessionNews, now: number): void {
    if (!isAccepted(session, this.settings)) return;
    const known = this.payments.get(session.id);
    if (change === 'async_payment_failed') this.book.learnFailure(session, now);
    else if (this.settings.api_key === '') this.book.learn(session, now);
    // A session that nobody has asked about and that ran out is nobody's business.
    if (change === 'expired' && known?.due === undefined) return;
    if (this.settings.api_key !== '' && !isPaid(known?.status)) this.agenda.add(session.id, 'event', 0, now);
  }
}
