/**
 * What the canister does with nobody watching: looks up the payments that events or delayed methods have put on the agenda,
 * makes deliveries, and once a day goes through the newest ones, to find those whose webhook and return were both lost.
 */
import { noteBalance } from '../admin/canister-stats.js';
import type { Settings } from '../settings.js';
import type { Counters } from '../storage/counters.js';
import type { DueItem, DueQueues } from '../storage/due-queues.js';
import type { Payments } from '../storage/payments.js';
import { isCleanup, seconds, type System } from '../system.js';
import { isPaid } from '../contract.js';
import type { Agenda } from './agenda.js';
import type { Book } from './book.js';
import type { Inquiry } from './inquiry.js';

/** Makes deliveries. */
export interface Deliverer {
  /** A lane's turn has come. */
  take(item: DueItem, now: number): void;
}

/** Items that one ring of the timer deals with, one after the other: Stripe allows 25 requests a second, and each is 13. */
const AT_ONCE = 50;
/** Seconds between two times that all the newest payments are gone through. */
const RECONCILE_EVERY = 86_400;
/** Pages of ten that are gone through at most. */
const MOST_PAGES = 50;
export class Settling {
  constructor(
    private readonly system: System,
    private readonly settings: Settings,
    private readonly payments: Payments,
    private readonly book: Book,
    private readonly counters: Counters,
    private readonly queues: DueQueues,
    private readonly agenda: Agenda,
    private readonly inquiry: Inquiry,
    private readonly deliverer: Deliverer,
  ) {}

  /** Sets the timer for whatever comes next. */
  arm(): void {
    this.agenda.arm(this.nextDaily);
  }

  /** Does what is due. Where it traps, what it was at is tried again later, after all else. */
  async run(): Promise<void> {
    const me = this.agenda.begin(seconds(this.system));
    if (me === undefined) return;
    try {
      for (let turn = 0; turn < AT_ONCE && this.agenda.goOn(me, seconds(this.system)); turn += 1) {
        const item = this.queues.take(seconds(this.system));
        this.counters.save();
        if (item === undefined) break;
        if (item.why === 'delivery') this.deliver(item);
        else await this.settle(item);
      }
      if (seconds(this.system) >= this.nextDaily) await this.reconcile(me);
    } finally {
      this.agenda.end(me, this.nextDaily);
    }
  }

  private get nextDaily(): number {
    return this.counters.counts.reconciling.begun + RECONCILE_EVERY;
  }

  private deliver(item: DueItem): void {
    this.deliverer.take(item, seconds(this.system));
    this.queues.done(item);
    this.book.commit();
  }

  private async settle(item: DueItem): Promise<void> {
    const isDone = await this.lookUp(item).catch((error: unknown) => {
      if (isCleanup(error)) throw error;
      return false; // one bad item must not hold up the rest
    });
    const waitsOn = !isDone && this.agenda.postpone(item, seconds(this.system));
    if (item.why === 'settling' && !waitsOn) this.follow(item.id);
    this.queues.done(item);
    this.book.commit();
  }

  /** Returns false where Stripe could not tell, or knows nothing of what it once told of. */
  private async lookUp({ id }: DueItem): Promise<boolean> {
    const known = this.payments.get(id);
    // Without a key there is nobody to ask; and what is paid cannot become anything that a lookup would show.
    if (this.settings.api_key === '' || isPaid(known?.status)) return true;
    const found = await this.inquiry.session(id);
    return !('setback' in found);
  }

  /** Has a payment wait for its next turn, if it is still to settle. */
  private follow(id: string): void {
    try {
      this.book.follow(id, seconds(this.system));
    } catch {
      // Its record cannot be read: whoever asks about it is told so.
    }
  }

  private async reconcile(me: number): Promise<void> {
    const { reconciling } = this.counters.counts;
    const now = seconds(this.system);
    // Before asking: what fails is tried again tomorrow, and not at once and for ever.
    reconciling.begun = now;
    noteBalance(this.counters, this.system);
    this.counters.save();
    if (this.settings.api_key === '') return;
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      if (!this.agenda.goOn(me, seconds(this.system))) return;
      const outcome = await this.inquiry.newest(reconciling.ended, after);
      if (outcome.kind !== 'list') return;
      after = outcome.has_more ? outcome.sessions.at(-1)?.id : undefined;
      if (after === undefined) break;
    }
    // Where there were more, the oldest are left out for good: they would keep every later day from coming to its end.
    reconciling.ended = now;
    this.counters.save();
  }
}
