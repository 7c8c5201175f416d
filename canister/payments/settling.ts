/**
 * What the canister does with nobody watching: looks up the payments that events or delayed methods have put on the agenda,
 * and once a day goes through the newest ones, to find those whose webhook and return were both lost.
 */
import { noteBalance } from '../admin/canister-stats.js';
import type { Settings } from '../settings.js';
import type { Counters } from '../storage/counters.js';
import type { DueItem, DueQueues } from '../storage/due-queues.js';
import type { Payments } from '../storage/payments.js';
import { isCleanup, seconds, type System } from '../system.js';
import type { Agenda } from './agenda.js';
import type { Book } from './book.js';
import type { Inquiry } from './inquiry.js';

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
  ) {}

  /** Sets the timer for whatever comes next. */
  arm(): void {
    this.agenda.arm(this.nextDaily);
  }

  /** Does what is due. Where it traps, what it was at is tried again later, after all else. */
  async run(): Promise<void> {
    if (this.agenda.isActive(seconds(this.system))) return;
    try {
      for (let turn = 0; turn < AT_ONCE; turn += 1) {
        const now = seconds(this.system);
        this.agenda.begin(now);
        const item = this.queues.take(now);
        this.counters.save();
        if (item === undefined) break;
        await this.deal(item);
      }
      if (seconds(this.system) >= this.nextDaily) await this.reconcile();
    } finally {
      this.agenda.end(this.nextDaily);
    }
  }

  private get nextDaily(): number {
    return this.counters.counts.reconciled + RECONCILE_EVERY;
  }

  private async deal(item: DueItem): Promise<void> {
    const isDone = await this.lookUp(item).catch((error: unknown) => {
      if (isCleanup(error)) throw error;
      return false; // one bad item must not hold up the rest
    });
    if (!isDone) this.agenda.postpone(item, seconds(this.system));
    this.queues.done();
    this.book.commit();
  }

  /** Returns false where Stripe could not tell. */
  private async lookUp({ id }: DueItem): Promise<boolean> {
    this.book.setQueued(id, false);
    const known = this.payments.get(id);
    // Without a key there is nobody to ask; and what is paid cannot become anything that a lookup would show.
    if (this.settings.api_key === '' || known?.status === 'paid' || known?.status === 'refunded') return true;
    const found = await this.inquiry.session(id);
    return 'payment' in found || found.setback.answer.status === 'not_found';
  }

  private async reconcile(): Promise<void> {
    const { counts } = this.counters;
    const now = seconds(this.system);
    const since = counts.reconciled;
    // Before asking: what fails is tried again tomorrow, with that day's payments, and not at once and for ever.
    counts.reconciled = now;
    noteBalance(this.counters, this.system);
    this.counters.save();
    if (this.settings.api_key === '') return;
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      this.agenda.begin(seconds(this.system));
      const outcome = await this.inquiry.newest(since, after);
      if (outcome.kind !== 'list' || !outcome.has_more) return;
      after = outcome.sessions.at(-1)?.id;
      if (after === undefined) return;
    }
  }
}
