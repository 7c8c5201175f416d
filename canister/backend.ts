/** Puts the rooms together. */
import { Admin } from './admin/admin.js';
import { domainFiles } from './assets/domain-files.js';
import { CanisterStats, noteBalance } from './admin/canister-stats.js';
import { PaymentList } from './admin/payment-list.js';
import { staticFiles } from '../dist/canister/static-files.js';
import { CertifiedAnswers } from './certification/certified-answers.js';
import { fromHex } from './encoding/bytes.js';
import { Claims } from './fulfilment/claims.js';
import { Deliveries } from './fulfilment/deliveries.js';
import { CertifiedPages } from './http/certified-pages.js';
import { Pages } from './http/pages.js';
import { JSON_HEADERS } from './http/responses.js';
import { StaticPages } from './http/static-pages.js';
import { Agenda } from './payments/agenda.js';
import { Book, type Reader } from './payments/book.js';
import { Checkout } from './payments/checkout.js';
import { Gate } from './payments/gate.js';
import { Inquiry } from './payments/inquiry.js';
import { Lookups } from './payments/lookups.js';
import { References } from './payments/references.js';
import { Settling } from './payments/settling.js';
import { Webhooks } from './payments/webhooks.js';
import { Shoppers, referenceRation } from './shoppers/shoppers.js';
import { settingsFrom, type DecodedInitArgument, type Settings } from './settings.js';
import { nextCallNumber } from './storage/call-number.js';
import { Claimed } from './storage/claimed.js';
import { Concerns } from './storage/concerns.js';
import { Counters } from './storage/counters.js';
import { DueQueues } from './storage/due-queues.js';
import { Issued } from './storage/issued.js';
import type { KeyValue } from './storage/key-value.js';
import { migrate } from './storage/migration.js';
import { Outbox } from './storage/outbox.js';
import { Payments } from './storage/payments.js';
import { SeenEvents } from './storage/seen-events.js';
import { readSettings, writeSettings } from './storage/settings-store.js';
import { StripeClient } from './stripe/client.js';
import { seconds, type System } from './system.js';

/** All that the entry points need. Made anew by each installation and upgrade, and by nothing else. */
export class Backend {
  pages!: Pages;
  admin!: Admin;
  readonly claims: Claims;
  readonly deliveries: Deliveries;
  shoppers!: Shoppers;

  private readonly counters: Counters;
  private readonly payments: Payments;
  private readonly queues: DueQueues;
  private readonly seen: SeenEvents;
  private readonly concerns: Concerns;
  private readonly issued: Issued;
  private readonly agenda: Agenda;
  private readonly lookups = new Lookups();
  private readonly references = referenceRation();
  private readonly gate: Gate;
  private readonly answers: CertifiedAnswers;
  private readonly certified: CertifiedPages;
  private readonly statics: StaticPages;
  private settings!: Settings;
  private list!: PaymentList;
  private checkout!: Checkout;
  private book!: Book;
  private settling!: Settling;

  /**
   * @param argument of the installation or upgrade; without one, the settings stay as they are. Throws a CallerError for one
   * that is wrong, or missing in a first installation.
   */
  constructor(
    private readonly system: System,
    private readonly store: KeyValue,
    argument: DecodedInitArgument | undefined,
  ) {
    this.counters = new Counters(store);
    this.payments = new Payments(store, this.counters);
    this.queues = new DueQueues(store, this.counters);
    this.seen = new SeenEvents(store, this.counters);
    this.concerns = new Concerns(store);
    this.issued = new Issued(store, this.counters, this.payments);
    this.agenda = new Agenda(system, this.queues, () => this.settling.run());
    // Both await others for as long as those take, and then go by what holds by then.
    this.claims = new Claims({ settings: () => this.settings, payments: this.payments, book: () => this.book, checkout: () => this.checkout, claimed: new Claimed(store) });
    this.deliveries = new Deliveries({
      system, counters: this.counters, outbox: new Outbox(store, this.counters), agenda: this.agenda, settings: () => this.settings, payment: (session) => this.list.get(session),
    });
    this.gate = new Gate(() => Object.values(this.counters.counts.paidOn).reduce((sum, count) => sum + count, 0));
    this.answers = new CertifiedAnswers(JSON_HEADERS, system.bytes, { before: fromHex(staticFiles.before), after: fromHex(staticFiles.after) });
    this.statics = new StaticPages(system, this.answers, staticFiles);
    this.certified = new CertifiedPages(system, this.answers);
    migrate(store, this.payments, this.counters, this.queues, seconds(system));
    const before = readSettings(store);
    const settings = argument ? settingsFrom(argument, before) : before;
    if (!settings) throw new Error('The init argument is missing: (record { api_host = "api.stripe.com"; api_key = "rk_…" })');
    if (this.counters.counts.reconciling.begun === 0) {
      this.counters.counts.reconciling = { begun: seconds(system), ended: seconds(system) };
      noteBalance(this.counters, system);
      this.counters.save();
    }
    this.configure(settings);
  }

  /** Goes by other settings from now on. Lookups under way end by the old ones, and what they find is judged again when it is asked for. */
  private configure(settings: Settings): void {
    const { system, store, counters, payments, queues, seen, agenda, lookups, gate, answers, certified, statics } = this;
    this.settings = settings;
    writeSettings(store, settings);
    lookups.forgetSetbacks();
    statics.serve(domainFiles(system.self.toText(), settings.domains, system.bytes));
    // By other terms, other answers may be true.
    certified.clear();
    const reader: Reader = {
      // Lookups begun under other settings end here, too.
      changed: (id, payment) => certified.changed(id, payment && this.book.isAccepted(payment) ? payment : undefined),
      concern: (id) => this.concerns.add(id),
      happened: (event, id, payment, now) => this.deliveries.add(event, id, payment, now),
      commit: () => certified.commit(),
      wait(id, delay, now) {
        if (settings.api_key === '') return false;
        agenda.add(id, 'settling', delay, now);
        return true;
      },
    };
    const book = (this.book = new Book(payments, counters, settings, system.bytes, reader));
    const stripe = new StripeClient(system, settings, () => nextCallNumber(store));
    const inquiry = new Inquiry(system, book, counters, lookups, stripe);
    const checkout = (this.checkout = new Checkout(system, settings, payments, book, lookups, gate, inquiry));
    const references = new References(system, payments, book, lookups, checkout);
    const webhooks = new Webhooks(system, settings, payments, book, counters, seen, agenda);
    this.pages = new Pages({ system, gate, checkout, references, webhooks, certified, statics });
    const list = (this.list = new PaymentList(payments, counters, book, this.concerns));
    this.shoppers = new Shoppers(system, settings, payments, book, counters, this.issued, this.references);
    this.settling = new Settling(system, settings, payments, book, counters, queues, agenda, inquiry, this.deliveries);
    this.settling.arm();
    const stats = new CanisterStats(system, counters, queues, () => answers.size);
    this.admin = new Admin(system, settings, stripe, inquiry, list, stats, (next) => this.configure(next));
  }
}
