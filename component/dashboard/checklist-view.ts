import { html, nothing, type TemplateResult } from 'lit';
import type { Connection, Payment, Stats } from './backend.js';
import { checksOf, unseenEvents, type Check, type Verdict } from './checklist.js';
import { button, copyable, outside, problemCard } from './parts.js';
import type { Problem } from './problems.js';
import { EVENTS } from './stripe-pages.js';
import type { Shell, View } from './view.js';

const VERDICTS: Readonly<Record<Verdict, [sign: string, words: string]>> = {
  good: ['✓', 'Good'],
  warn: ['!', 'Look at this'],
  bad: ['✕', 'To be mended'],
  unknown: ['?', 'Not known'],
  busy: ['…', 'Being checked'],
};

/** Whether everything is set up, with what to do where it is not. */
export class ChecklistView implements View {
  readonly title = 'Set-up';
  readonly #shell: Shell;
  #stats: Stats | undefined;
  #connection: Connection | undefined;
  #payments: readonly Payment[] = [];
  #isChecking = false;
  #redirect = '';
  #problem: Problem | undefined;
  /** The settings that were checked: others have to be checked anew. */
  #revision: number | undefined;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  open(): void {
    if (this.#revision !== this.#shell.settings.revision) void this.#check();
    else void this.refresh().catch(() => undefined);
  }

  /** Watches for the first event; Stripe is asked only when somebody wants it. */
  async refresh(): Promise<void> {
    if (this.#isChecking) return;
    try {
      await this.#look();
      this.#problem = undefined;
    } catch (error) {
      this.#problem = this.#shell.explain(error);
      throw error;
    } finally {
      this.#shell.update();
    }
  }

  async #look(): Promise<void> {
    const { backend } = this.#shell.session;
    const [stats, { payments }] = await Promise.all([backend.stats(), backend.listPayments({})]);
    this.#stats = stats;
    this.#payments = payments;
  }

  async #check(): Promise<void> {
    const { backend } = this.#shell.session;
    this.#isChecking = true;
    this.#connection = undefined;
    this.#problem = undefined;
    this.#shell.update();
    try {
      this.#shell.settings = await backend.getSettings();
      await this.#look();
      this.#shell.update();
      this.#connection = await backend.checkConnection();
      this.#revision = this.#shell.settings.revision;
      this.#shell.announce(this.#connection.works ? 'Checked.' : this.#connection.message);
    } catch (error) {
      this.#problem = this.#shell.explain(error);
    }
    this.#isChecking = false;
    this.#shell.update();
  }

  render(): TemplateResult {
    const { settings } = this.#shell;
    const connection = this.#connection ?? (this.#isChecking ? undefined : { works: false, message: 'It could not be checked: check again.' });
    const checks = checksOf({ settings, stats: this.#stats, connection, payments: this.#payments, redirect: this.#redirect });
    return html`
      ${problemCard(this.#problem, () => void this.#check())}
      <ol class="checks">${checks.map((check) => this.#item(check))}</ol>
      <p>${button('Check again', () => void this.#check(), { isBusy: this.#isChecking, kind: 'main' })}</p>
    `;
  }

  #item(check: Check): TemplateResult {
    const [sign, words] = VERDICTS[check.verdict];
    return html`<li class="card check-item"><span class="sign ${check.verdict}" aria-hidden="true">${sign}</span>
      <div><h3>${check.title}<span class="hidden">: ${words}</span></h3><p>${check.text}</p>${this.#more(check)}
      ${check.link || this.#settings(check) ? html`<div class="actions">${check.link ? outside(check.link.href, check.link.label) : nothing}${this.#settings(check)}</div>` : nothing}</div></li>`;
  }

  #settings({ id, verdict }: Check): TemplateResult | typeof nothing {
    return verdict !== 'good' && verdict !== 'busy' && (id === 'key' || id === 'links' || id === 'webhook') ? button('Open the settings', () => this.#shell.show('settings')) : nothing;
  }

  #more({ id }: Check): TemplateResult | typeof nothing {
    const announce = (text: string) => this.#shell.announce(text);
    if (id === 'webhook') {
      const unseen = this.#stats?.last_event == null ? [] : unseenEvents(this.#stats);
      return html`<p class="label">Endpoint</p>${copyable(this.#shell.webhook, 'the endpoint', announce)}
        <details><summary>Events to send</summary>${copyable(EVENTS.map(({ type }) => type).join('\n'), 'the events', announce)}</details>
        ${unseen.length > 0 ? html`<p class="quiet">Not seen so far, perhaps because nothing of the kind has happened: ${unseen.join(', ')}.</p>` : nothing}`;
    }
    if (id === 'redirect') {
      return html`<div class="field"><label for="redirect">The address that your payment link leads to</label><input id="redirect" type="url" autocomplete="off" spellcheck="false" placeholder="https://…?check_out_session_id={CHECKOUT_SESSION_ID}" .value=${this.#redirect} @input=${(event: Event) => {
        this.#redirect = (event.target as HTMLInputElement).value;
        this.#shell.update();
      }} /></div>`;
    }
    return nothing;
  }
}
