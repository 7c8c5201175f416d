import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Payment } from './backend.js';
import { toCsv } from './csv.js';
import { dayOf } from './sums.js';
import { PaymentPages, stateOf, walk, type Filter } from './pages.js';
import { badges, button, newsOf, problemCards, progress } from './parts.js';
import { PaymentDetail } from './payment-detail.js';
import type { Problem } from './problems.js';
import type { Shell, View } from './view.js';
import { amountInWords, counted, shortReference, STATUS_NAMES, statusInWords, timeInWords } from './words.js';

/** Rows that come at once. */
const A_PAGE = 25;
/** Milliseconds without a key, after which what was typed is looked for. */
const TYPING_PAUSE = 300;

/** The payments, newest first and live, with a filter, their details, and their export. */
export class PaymentsView implements View {
  readonly title = 'Payments';
  readonly #shell: Shell;
  #filter: Filter = { status: '', reference: '' };
  #pages: PaymentPages;
  #isLoading = false;
  #isLoaded = false;
  /** Why the payments could not be read, and what was to be read. */
  #problem: { problem: Problem; retry: () => void } | undefined;
  /** Of the export: it stays until somebody exports again. */
  #failure: Problem | undefined;
  #readAt: number | undefined;
  #detail: PaymentDetail | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;
  /** The export that is under way, with how many payments it has found so far. */
  #export: { count: number } | undefined;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#pages = this.#newPages();
  }

  get asOf(): number | undefined {
    return this.#detail ? this.#detail.asOf : this.#readAt;
  }

  open(): void {
    if (!this.#isLoaded && !this.#isLoading) void this.#load();
  }

  async refresh(): Promise<void> {
    if (this.#detail) return this.#detail.refresh();
    if (this.#isLoading) return;
    if (!this.#isLoaded) return this.#load();
    const pages = this.#pages;
    try {
      const news = await pages.refresh(stateOf(await this.#shell.session.backend.stats()));
      if (pages !== this.#pages) return;
      this.#problem = undefined;
      this.#readAt = Date.now() / 1000;
      if (news.length > 0) this.#shell.announce(newsOf(news));
    } catch (error) {
      if (pages === this.#pages) this.#problem = { problem: this.#shell.explain(error), retry: () => void this.refresh().catch(() => undefined) };
      throw error;
    } finally {
      this.#shell.update();
    }
  }

  /** Shows the details of a payment. */
  showPayment(id: string): void {
    this.#detail = new PaymentDetail(this.#shell, id, this.#pages.rows.find((payment) => payment.id === id), (payment) => {
      if (this.#pages.rows.some(({ id }) => id === payment.id)) this.#pages.patch([payment]);
    });
    void this.#detail.refresh().catch(() => undefined);
    this.#shell.focus('#payment-title');
  }

  /** Shows the payments with a reference. */
  showReference(reference: string): void {
    this.#detail = undefined;
    this.#setFilter({ status: '', reference }, 0);
    this.#shell.focus('h2');
  }

  /** Back to the list. */
  #close(): void {
    const id = this.#detail?.id;
    this.#detail = undefined;
    this.open();
    this.#shell.focus(`[data-payment="${CSS.escape(id ?? '')}"]`);
  }

  #newPages(): PaymentPages {
    return new PaymentPages(this.#shell.session.backend, { ...this.#filter }, A_PAGE);
  }

  async #load(task: (pages: PaymentPages) => Promise<void> = (pages) => pages.load()): Promise<void> {
    const pages = this.#pages;
    const before = pages.rows.length;
    this.#isLoading = true;
    this.#problem = undefined;
    this.#shell.update();
    try {
      await task(pages);
      if (pages !== this.#pages) return;
      this.#isLoaded = true;
      this.#readAt = Date.now() / 1000;
      this.#shell.announce(pages.rows.length > before ? `${counted(pages.rows.length, 'payment')} shown.` : 'No more payments found.');
    } catch (error) {
      if (pages === this.#pages) this.#problem = { problem: this.#shell.explain(error), retry: () => void this.#load(task) };
    } finally {
      if (pages === this.#pages) this.#isLoading = false;
      this.#shell.update();
    }
  }

  #setFilter(filter: Partial<Filter>, pause: number): void {
    this.#filter = { ...this.#filter, ...filter };
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#pages = this.#newPages();
      this.#isLoaded = false;
      void this.#load();
    }, pause);
  }

  async #save(): Promise<void> {
    const all: Payment[] = [];
    const run = (this.#export = { count: 0 });
    this.#failure = undefined;
    // The button gives way to this one.
    if (this.#shell.hasFocus('#export')) this.#shell.focus('#cancel');
    this.#shell.update();
    try {
      for await (const { payments } of walk(this.#shell.session.backend, this.#filter)) {
        // Cancelled meanwhile.
        if (this.#export !== run) return;
        all.push(...payments);
        run.count = all.length;
        this.#shell.update();
      }
      download(toCsv(all), `payments-${dayOf(Date.now() / 1000)}.csv`);
      this.#shell.announce(`${counted(all.length, 'payment')} saved.`);
    } catch (error) {
      if (this.#export === run) this.#failure = this.#shell.explain(error);
    }
    if (this.#export === run) this.#endExport();
  }

  #endExport(): void {
    this.#export = undefined;
    if (this.#shell.hasFocus('#cancel')) this.#shell.focus('#export');
    this.#shell.update();
  }

  render(): TemplateResult {
    if (this.#detail) return html`<p>${button('← All payments', () => this.#close(), { kind: 'plain', id: 'back' })}</p>${this.#detail.render()}`;
    const { rows, next, isFruitless } = this.#pages;
    return html`
      <form class="filter" @submit=${(event: Event) => event.preventDefault()}>
        <label for="status">Status
          <select id="status" .value=${live(this.#filter.status)} @change=${(event: Event) => this.#setFilter({ status: (event.target as HTMLSelectElement).value }, 0)}>
            <option value="">All</option>
            ${STATUS_NAMES.map((status) => html`<option value=${status} ?selected=${status === this.#filter.status}>${statusInWords(status)}</option>`)}
          </select>
        </label>
        <label for="reference">Reference begins with
          <input id="reference" type="search" autocomplete="off" spellcheck="false" maxlength="200" .value=${live(this.#filter.reference)} @input=${(event: Event) => this.#setFilter({ reference: (event.target as HTMLInputElement).value.trim() }, TYPING_PAUSE)} />
        </label>
        ${this.#export === undefined
          ? button('Save as CSV', () => void this.#save(), { id: 'export' })
          : html`<span class="export" role="status">${progress(`${counted(this.#export.count, 'payment')} so far…`)}</span>${button('Cancel', () => this.#endExport(), { id: 'cancel' })}`}
      </form>
      ${problemCards([this.#problem?.problem, () => this.#problem!.retry()], [this.#failure, () => void this.#save()])}
      ${rows.length > 0
        ? html`<ul class="rows card">${repeat(rows, ({ id }) => id, (payment) => this.#row(payment))}</ul>`
        : this.#isLoaded && !isFruitless
          ? html`<p class="empty card">${this.#filter.status || this.#filter.reference ? 'No payment fits this filter.' : 'There is no payment yet. The first one will show up here by itself.'}</p>`
          : nothing}
      ${this.#isLoading ? progress('Reading payments…') : nothing}
      ${isFruitless && !this.#isLoading ? html`<p>Nothing found among the payments looked through so far; there are older ones.</p>` : nothing}
      ${next !== null && this.#isLoaded ? html`<p>${button(isFruitless ? 'Look further' : 'More', () => void this.#load((pages) => pages.more()), { isBusy: this.#isLoading })}</p>` : nothing}
    `;
  }

  #row(payment: Payment): TemplateResult {
    return html`<li>
      <button type="button" class="row" data-payment=${payment.id} @click=${() => this.showPayment(payment.id)}>
        <span class="amount">${amountInWords(payment.amount_total, payment.currency)}</span>
        ${badges(payment)}
        <span class="reference">${payment.client_reference_id === null ? 'No reference' : shortReference(payment.client_reference_id)}</span>
        <time datetime=${new Date(payment.created * 1000).toISOString()}>${timeInWords(payment.created)}</time>
      </button>
    </li>`;
  }
}

function download(text: string, name: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // Some browsers read it later.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
