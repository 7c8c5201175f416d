import { html, nothing, type TemplateResult } from 'lit';
import { badges, button, outside, problemCards, progress } from './parts.js';
import type { Payment } from './backend.js';
import type { Problem } from './problems.js';
import { paymentPage } from './stripe-pages.js';
import type { Shell } from './view.js';
import { amountInWords, resultInWords, shortReference, timeInWords } from './words.js';

/** Everything that is known of one payment, and a button that asks Stripe. */
export class PaymentDetail {
  readonly id: string;
  readonly #shell: Shell;
  readonly #onKnown: (payment: Payment) => void;
  #payment: Payment | undefined;
  #isAsking = false;
  #result = '';
  #problem: Problem | undefined;
  /** Of asking Stripe: it stays until somebody asks again. */
  #failure: Problem | undefined;
  asOf: number | undefined;

  /** @param onKnown told what the payment has come to be */
  constructor(shell: Shell, id: string, payment: Payment | undefined, onKnown: (payment: Payment) => void) {
    this.id = id;
    this.#shell = shell;
    this.#payment = payment;
    this.#onKnown = onKnown;
  }

  async refresh(): Promise<void> {
    try {
      this.#know(await this.#shell.session.backend.getPayment(this.id));
      this.#problem = undefined;
      this.asOf = Date.now() / 1000;
    } catch (error) {
      this.#problem = this.#shell.explain(error);
      throw error;
    } finally {
      this.#shell.update();
    }
  }

  #know(payment: Payment | null): void {
    if (payment === null) return;
    this.#payment = payment;
    this.#onKnown(payment);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#result = '';
    this.#failure = undefined;
    this.#shell.update();
    try {
      const result = await this.#shell.session.backend.checkPayment(this.id);
      this.#know(result.payment);
      this.#result = resultInWords(result);
    } catch (error) {
      this.#failure = this.#shell.explain(error);
    }
    this.#isAsking = false;
    this.#shell.update();
  }

  render(): TemplateResult {
    const payment = this.#payment;
    const reference = payment?.client_reference_id;
    return html`<section class="card">
      <h3 tabindex="-1" id="payment-title">${payment ? titleOf(payment) : 'A payment'} ${payment ? badges(payment) : nothing}</h3>
      ${payment ? this.#facts(payment) : this.#problem ? nothing : progress('Reading the payment…')}
      <div class="actions">
        ${button('Ask Stripe again', () => void this.#ask(), { isBusy: this.#isAsking, kind: 'main' })}
        ${payment?.payment_intent ? outside(paymentPage(payment.payment_intent, payment.livemode), 'Open in Stripe') : nothing}
        ${reference ? button('All with this reference', () => this.#shell.showReference(reference), { kind: 'plain' }) : nothing}
      </div>
      <div role="status">${this.#isAsking ? progress('Asking Stripe…') : this.#result && html`<p class="notice">${this.#result}</p>`}</div>
      ${problemCards([this.#problem, () => void this.refresh().catch(() => undefined)], [this.#failure, () => void this.#ask()])}
    </section>`;
  }

  #facts(payment: Payment): TemplateResult {
    const { presentment, currency } = payment;
    const facts: [string, unknown][] = [
      ['Amount', amountInWords(payment.amount_total, currency)],
      ['Given back', payment.amount_refunded > 0 && amountInWords(payment.amount_refunded, currency)],
      ['The shopper saw', presentment && amountInWords(presentment.amount, presentment.currency)],
      ['Reference', payment.client_reference_id && html`<code>${payment.client_reference_id}</code>`],
      ['Begun', timeInWords(payment.created)],
      ['Runs out', payment.status === 'open' && payment.expires_at !== null && timeInWords(payment.expires_at)],
      ['Mode', `${payment.livemode ? 'Live' : 'Test: no money moves'}${payment.mode === 'payment' ? '' : `, ${payment.mode}`}`],
      ['Stripe’s status', payment.payment_status],
      ['Accepted', payment.accepted ? 'Yes' : 'No: its link, kind or mode is not among the settings’'],
      ['Disputed', payment.disputed && 'Yes: answer it in the Stripe Dashboard'],
      ['Paid twice', payment.duplicate && 'Another session with this reference is paid, too: give one back'],
      ['Unsettled', payment.reason === 'unsettled' && 'On its way for 21 days: look it up in the Stripe Dashboard'],
      ['Session', html`<code>${payment.id}</code>`],
      ['Payment intent', payment.payment_intent && html`<code>${payment.payment_intent}</code>`],
      ['Payment link', payment.payment_link && html`<code>${payment.payment_link}</code>`],
    ];
    return html`<dl>${facts.map(([name, value]) => (value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing))}</dl>`;
  }
}

function titleOf({ amount_total: amount, currency, client_reference_id: reference }: Payment): string {
  return `Payment of ${amount === null ? 'an unknown amount' : amountInWords(amount, currency)}${reference === null ? '' : ` for ${shortReference(reference)}`}`;
}
