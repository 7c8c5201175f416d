/** The references that were issued to shoppers. Most never see a payment, and those are forgotten. */
import type { Counters } from './counters.js';
import type { KeyValue } from './key-value.js';
import type { Payments } from './payments.js';

/** References that are remembered though nobody has paid by them, the last ones. A day at the rate at which they are issued, and more. */
const MOST_UNPAID = 200_000;
/** As many are remembered of one shopper. */
const MOST_PER_SHOPPER = 100;

/** A shopper's references, the oldest first (`m<principal>`), and all by the order in which they were issued (`v…`). */
export class Issued {
  constructor(
    private readonly store: KeyValue,
    private readonly counters: Counters,
    private readonly payments: Payments,
  ) {}

  /** @param principal of the shopper, as text */
  add(principal: string, reference: string): void {
    const { issued } = this.counters.counts;
    this.setOf(principal, [...this.of(principal), reference]);
    this.store.setText(`v${issued.next}`, `${principal} ${reference}`);
    issued.next += 1;
    if (issued.next - issued.first > MOST_UNPAID) this.forgetOldest();
  }

  of(principal: string): string[] {
    return (this.store.getText(`m${principal}`) ?? '').split(' ').filter(Boolean);
  }

  private forgetOldest(): void {
    const { issued } = this.counters.counts;
    const [principal, reference] = (this.store.getText(`v${issued.first}`) ?? ' ').split(' ');
    this.store.remove(`v${issued.first}`);
    issued.first += 1;
    if (!this.hasPayment(reference)) this.setOf(principal, this.of(principal).filter((other) => other !== reference));
  }

  private setOf(principal: string, references: string[]): void {
    const surplus = references.length - MOST_PER_SHOPPER;
    const idle = surplus > 0 ? references.filter((reference) => !this.hasPayment(reference)).slice(0, surplus) : [];
    const kept = references.filter((reference) => !idle.includes(reference)).slice(-MOST_PER_SHOPPER);
    if (kept.length > 0) this.store.setText(`m${principal}`, kept.join(' '));
    else this.store.remove(`m${principal}`);
  }

  private hasPayment(reference: string): boolean {
    return this.payments.withReference(reference).length > 0;
  }
}
