/** What has become of a payment, for a shopper who knows only its reference: the tab that went to Stripe never came back. */
import type { Status } from '../contract.js';
import type { Payments } from '../storage/payments.js';
import type { StoredPayment } from '../storage/payment-record.js';
import { seconds, type System } from '../system.js';
import type { Book } from './book.js';
import type { Checkout } from './checkout.js';
import type { Lookups } from './lookups.js';

/** Of several sessions with one reference the best one counts. */
const BEST: readonly Status[] = ['paid', 'processing', 'open', 'refunded', 'failed', 'expired'];

/** Answers about references, each as JSON in bytes. */
export class References {
  private readonly notFound: Uint8Array;

  constructor(
    private readonly system: System,
    private readonly payments: Payments,
    private readonly book: Book,
    private readonly lookups: Lookups,
    private readonly checkout: Checkout,
  ) {
    this.notFound = system.bytes(JSON.stringify({ status: 'not_found' }));
  }

  /** The answer to give without asking Stripe, or undefined when it is time to ask. Changes nothing. */
  known(reference: string): Uint8Array | undefined {
    const id = this.best(reference);
    if (id !== undefined) return this.checkout.known(id, isLive(id));
    if (!this.checkout.hasKey) return this.checkout.checking;
    return this.lookups.setback(key(reference), seconds(this.system)) && this.notFound;
  }

  /** Whether {@link lookUp} would do anything now. Changes nothing. */
  mayLookUp(reference: string): boolean {
    return this.best(reference) === undefined ? this.checkout.mayList : this.checkout.mayLookUp;
  }

  /** Asks Stripe, remembers, and answers; undefined when it has been asked so often that nobody can be served now. */
  async lookUp(reference: string): Promise<Uint8Array | undefined> {
    const before = this.best(reference);
    if (before !== undefined) return this.checkout.lookUp(before);
    if (!(await this.checkout.list())) return undefined;
    const after = this.best(reference);
    if (after !== undefined) return this.checkout.known(after, isLive(after));
    this.lookups.fail(key(reference), 'not_found', seconds(this.system));
    return this.notFound;
  }

  private best(reference: string): string | undefined {
    const found = this.payments
      .withReference(reference)
      .map((id) => ({ id, payment: this.payments.get(id) }))
      .filter((entry): entry is { id: string; payment: StoredPayment } => entry.payment !== undefined && this.book.isAccepted(entry.payment));
    for (const status of BEST) {
      const best = found.findLast(({ payment }) => payment.status === status);
      if (best) return best.id;
    }
    return undefined;
  }
}

/** Apart from the ids of sessions, which begin with `cs_`. */
function key(reference: string): string {
  return `r:${reference}`;
}

function isLive(id: string): boolean {
  return id.startsWith('cs_live_');
}
