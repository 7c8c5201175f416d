/** Shoppers who have signed in: they pay with references that are issued to them, and find their payments again from any browser. */
import { CallerError } from '../caller-error.js';
import { answerOf, type Book } from '../payments/book.js';
import { Bucket } from '../payments/bucket.js';
import { ANONYMOUS, type Settings } from '../settings.js';
import type { Counters } from '../storage/counters.js';
import type { Issued } from '../storage/issued.js';
import type { Payments } from '../storage/payments.js';
import { isCleanup, type System } from '../system.js';
import type { MyPaymentValue } from './interface.js';

/** References a second, in the long run, and at once. */
const REFERENCES = [1, 50] as const;
const MOST_LISTED = 100;
const SECRET_LENGTH = 26;

/** How often references are issued. In memory only: an upgrade begins with a full ration. */
export function referenceRation(): Bucket {
  return new Bucket(...REFERENCES);
}

/** Every method throws a CallerError for what the caller must mend. Principals are text. */
export class Shoppers {
  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly payments: Payments,
    private readonly book: Book,
    private readonly counters: Counters,
    private readonly issued: Issued,
    private readonly ration: Bucket,
  ) {}

  /** Whether somebody may have a reference issued now. Changes nothing. */
  mayIssue(principal: string): boolean {
    return this.settings.shoppers_sign_in && principal !== ANONYMOUS && this.ration.has(this.now());
  }

  /** Takes one of the references that may be issued, before anything of the call's is looked at, for a shopper who has signed in. */
  admit(principal: string): void {
    this.check(principal);
    if (!this.ration.has(this.now())) throw new CallerError('Many shoppers sign in just now: try again in a few seconds.');
    this.ration.take(this.now());
  }

  /**
   * For a shopper who was {@link admit}ted: a `client_reference_id` like those that the element makes, bound to the shopper.
   * @param name what the shop calls the order, or nothing
   */
  async issue(principal: string, name: string): Promise<string> {
    // With 31 characters after it that is all that Stripe takes.
    if (!/^[A-Za-z0-9_-]{0,169}$/.test(name)) throw new CallerError('The reference must be at most 169 letters, digits, _ and -.');
    const random = await this.random();
    const secret = Array.from(random.subarray(0, SECRET_LENGTH), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(byte & 31)).join('');
    const reference = `${name && `${name}-`}isp1${secret}`;
    this.issued.add(principal, reference);
    this.counters.save();
    return reference;
  }

  /** The shopper's payments, the newest first. */
  mine(principal: string): MyPaymentValue[] {
    this.check(principal);
    const found = this.issued.of(principal).flatMap((reference) => this.payments.withReference(reference).flatMap((id) => this.payment(id, reference)));
    return found.sort((one, other) => Number(other.created - one.created)).slice(0, MOST_LISTED);
  }

  /** Throws a CallerError unless somebody is a shopper who has signed in. */
  check(principal: string): void {
    if (!this.settings.shoppers_sign_in) throw new CallerError('Shoppers cannot sign in here: an administrator can set shoppers_sign_in.');
    if (principal === ANONYMOUS) throw new CallerError('Only shoppers who have signed in may do this: call with an identity of yours.');
  }

  /** 32 random bytes, which no node has chosen (https://docs.internetcomputer.org/references/ic-interface-spec#ic-raw_rand). */
  private async random(): Promise<Uint8Array> {
    try {
      // `DIDL`, one type in the table, which is vec nat8, one argument of it, its length.
      return (await this.system.call('aaaaa-aa', 'raw_rand', this.system.blob('DIDL\\00\\00'))).subarray(-32);
    } catch (error) {
      if (isCleanup(error)) throw error;
      throw new CallerError('No reference can be made just now: try again in a few seconds.');
    }
  }

  private payment(id: string, reference: string): MyPaymentValue[] {
    const stored = this.payments.get(id);
    if (stored === undefined || !this.book.isAccepted(stored)) return [];
    const { amount_total, currency, amount_refunded, created, livemode } = answerOf(stored).payment!;
    return [
      {
        status: stored.status,
        reference,
        amount_total: amount_total === null ? [] : [BigInt(amount_total)],
        currency: currency === null ? [] : [currency],
        amount_refunded: BigInt(amount_refunded),
        created: BigInt(created),
        livemode,
      },
    ];
  }

  private now(): number {
    return Number(this.system.time()) / 1e9;
  }
}
