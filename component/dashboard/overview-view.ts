import { html, nothing, type TemplateResult } from 'lit';
import { concernsOf } from './attention.js';
import type { DeadLetter, Payment, Stats } from './backend.js';
import { checkCycles } from './checklist.js';
import { beyond, needsYou } from './needs-you.js';
import { PaymentPages, stateOf } from './pages.js';
import { newsOf, problemCards, progress } from './parts.js';
import type { Problem } from './problems.js';
import { sumsChart } from './sums-chart.js';
import { DAYS, firstMoment, sumUp } from './sums.js';
import type { Shell, View } from './view.js';
import { counted, countsInWords, statusInWords, timeInWords } from './words.js';

/** So many payments are looked through at most. */
const MOST = 2_000;
/** Payments are listed in the order in which they were heard of: once so many in a row are too old, the rest is. */
const OLD_ENOUGH = 20;

/** What needs the merchant, what the last days came to, and how the canister is. */
export class OverviewView implements View {
  readonly title = 'Overview';
  readonly #shell: Shell;
  readonly #pages: PaymentPages;
  #stats: Stats | undefined;
  #concerned: Payment[] = [];
  #letters: DeadLetter[] = [];
  /** Whether what needs somebody could be read at the last look: only then is nothing really nothing. */
  #isCurrent = false;
  readonly #sending = new Set<number>();
  #isWalking = false;
  #isWhole = false;
  #problem: Problem | undefined;
  /** Of sending again: it stays until somebody does something. */
  #failure: { problem: Problem; number: number } | undefined;
  asOf: number | undefined;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#pages = new PaymentPages(shell.session.backend);
  }

  open(): void {
    void this.refresh().catch(() => undefined);
  }

  async refresh(): Promise<void> {
    if (this.#isWalking) return;
    this.#isWalking = true;
    this.#shell.update();
    try {
      const stats = await this.#look();
      const isFirst = this.#pages.rows.length === 0;
      const news = await this.#pages.refresh(stateOf(stats));
      if (!isFirst && news.length > 0) this.#shell.announce(newsOf(news));
      await this.#walk();
      this.#problem = undefined;
      this.asOf = Date.now() / 1000;
    } catch (error) {
      this.#problem = this.#shell.explain(error);
      throw error;
    } finally {
      this.#isWalking = false;
      this.#shell.update();
    }
  }

  /** Reads what needs somebody, and how the canister is. */
  async #look(): Promise<Stats> {
    const { backend } = this.#shell.session;
    try {
      [this.#stats, this.#concerned, this.#letters] = await Promise.all([backend.stats(), backend.listConcerns(), backend.listDeadLetters()]);
      this.#isCurrent = true;
    } catch (error) {
      this.#isCurrent = false;
      throw error;
    }
    this.#shell.update();
    return this.#stats;
  }

  /** Looks through the payments of the last days. */
  async #walk(): Promise<void> {
    const first = firstMoment(Date.now() / 1000);
    const isThrough = () => {
      const oldest = this.#pages.rows.slice(-OLD_ENOUGH);
      return this.#pages.next === null || (oldest.length === OLD_ENOUGH && oldest.every(({ created }) => created < first));
    };
    while (!isThrough() && this.#pages.rows.length < MOST && !this.#pages.isFruitless) {
      await this.#pages.more();
      this.#shell.update();
    }
    this.#isWhole = isThrough();
  }

  async #send(number: number): Promise<void> {
    this.#sending.add(number);
    this.#failure = undefined;
    this.#shell.update();
    try {
      await this.#shell.session.backend.retryDelivery(number);
      this.#letters = await this.#shell.session.backend.listDeadLetters();
      this.#shell.announce('It is being sent again.');
    } catch (error) {
      this.#failure = { problem: this.#shell.explain(error), number };
    }
    this.#sending.delete(number);
    this.#shell.update();
  }

  render(): TemplateResult {
    const isKnown = this.#stats !== undefined;
    return html`
      ${problemCards([this.#problem, () => this.open()], [this.#failure?.problem, () => void this.#send(this.#failure!.number)])}
      <section aria-labelledby="needs-you">
        <h3 id="needs-you">Needs you</h3>
        ${this.#concerns()}
      </section>
      <section aria-labelledby="sums">
        <h3 id="sums">The last ${DAYS} days</h3>
        ${this.#sums(isKnown)}
      </section>
      <section aria-labelledby="canister">
        <h3 id="canister">The canister</h3>
        ${this.#stats ? this.#canister(this.#stats) : this.#problem ? nothing : progress('Asking the canister…')}
      </section>
    `;
  }

  #concerns(): unknown {
    const concerns = concernsOf(this.#concerned, this.#letters);
    const more = this.#stats && beyond(concerns, this.#stats);
    const rest = more ? html`<p class="notice bad">${more}</p>` : nothing;
    if (concerns.length > 0) return html`${needsYou(concerns, this.#shell, { sending: this.#sending, onSend: (number) => void this.#send(number) })}${rest}`;
    if (this.#isCurrent) return more ? rest : html`<p class="notice good">Nothing needs you.</p>`;
    return this.#problem ? html`<p class="quiet">It cannot be told now.</p>` : progress('Looking…');
  }

  #sums(isKnown: boolean): TemplateResult {
    const { rows, next } = this.#pages;
    const { sums, left } = sumUp(rows, Date.now() / 1000);
    const isWalking = this.#isWalking && !this.#isWhole;
    return html`
      ${isWalking ? html`<div role="status">${progress(`Adding up: ${counted(rows.length, 'payment')} so far…`)}</div>` : nothing}
      ${isKnown && !isWalking && !this.#isWhole && next !== null ? html`<p class="notice">These are the sums of the newest ${counted(rows.length, 'payment')} only. For all of them, save them as CSV under Payments.</p>` : nothing}
      ${sums.map((each) => sumsChart(each, Math.max(240, this.#shell.width - 48)))}
      ${this.#isWhole && sums.length === 0 ? html`<p class="empty card">No payments in these days.</p>` : nothing}
      ${left > 0 ? html`<p class="quiet">Left out: ${counted(left, 'payment')} that the settings do not accept, or whose amount is not known.</p>` : nothing}
      ${sums.length > 0 ? html`<p class="quiet">By the day on which a payment was begun (UTC). What was given back counts as refunded, and no longer as paid.</p>` : nothing}
    `;
  }

  #canister(stats: Stats): TemplateResult {
    const { verdict, text } = checkCycles(stats);
    return html`<dl class="card">
      <div><dt>Cycles</dt><dd class=${verdict}>${text}</dd></div>
      <div><dt>Payments</dt><dd>${countsInWords(stats.payments, (status) => statusInWords(status).toLowerCase())}</dd></div>
      <div><dt>Last event from Stripe</dt><dd>${stats.last_event === null ? 'none yet' : timeInWords(stats.last_event)}</dd></div>
      <div><dt>Events from Stripe</dt><dd>${countsInWords(stats.events)}</dd></div>
      <div><dt>Lookups at Stripe</dt><dd>${countsInWords(stats.lookups)}</dd></div>
      <div><dt>Deliveries</dt><dd>${countsInWords(stats.deliveries)}</dd></div>
      <div><dt>Waiting to be done</dt><dd>${stats.waiting.toLocaleString('en')}</dd></div>
    </dl>`;
  }
}
