import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Concern } from './attention.js';
import { button, outside } from './parts.js';
import { paymentPage } from './stripe-pages.js';
import type { Payment, Stats } from './backend.js';
import type { Shell } from './view.js';
import { amountInWords, counted, shortReference, timeInWords } from './words.js';

/** The list of what needs the merchant, with what can be done about each. */
export function needsYou(concerns: readonly Concern[], shell: Shell, { sending, onSend }: { sending: ReadonlySet<number>; onSend: (number: number) => void }): TemplateResult {
  return html`<ul class="concerns">${repeat(concerns, keyOf, (concern) => {
    const { title, text, actions } = told(concern, shell, sending, onSend);
    return html`<li class="notice bad"><h4>${title}</h4><p>${text}</p><div class="actions">${actions}</div></li>`;
  })}</ul>`;
}

/** By which a button stays with what it is about. */
function keyOf(concern: Concern): string {
  switch (concern.kind) {
    case 'duplicate':
      return `duplicate ${concern.reference}`;
    case 'undelivered':
      return `undelivered ${concern.letter.number}`;
    case 'dispute':
    case 'unsettled':
      return `${concern.kind} ${concern.payment.id}`;
  }
}

interface Told {
  title: string;
  text: string;
  actions: unknown[];
}

function told(concern: Concern, shell: Shell, sending: ReadonlySet<number>, onSend: (number: number) => void): Told {
  switch (concern.kind) {
    case 'dispute':
      return {
        title: `Disputed: ${nameOf(concern.payment)}`,
        text: 'The payer’s bank asks the money back. Answer in the Stripe Dashboard; there is a term.',
        actions: [show(concern.payment, shell), inStripe(concern.payment)],
      };
    case 'duplicate':
      return {
        title: `Paid ${concern.payments.length > 2 ? `${concern.payments.length} times` : 'twice'}: ${shortReference(concern.reference)}`,
        text: 'More than one session with this reference is paid. Give back what was paid too much, in the Stripe Dashboard.',
        actions: [...concern.payments.map((payment) => show(payment, shell, timeInWords(payment.created))), button('Show all of them', () => shell.showReference(concern.reference), { kind: 'plain' })],
      };
    case 'unsettled':
      return {
        title: `Unsettled: ${nameOf(concern.payment)}`,
        text: 'It has been on its way for 21 days. Look in the Stripe Dashboard what holds it up, or ask Stripe again.',
        actions: [show(concern.payment, shell), inStripe(concern.payment)],
      };
    case 'undelivered': {
      const { letter } = concern;
      const isSending = sending.has(letter.number);
      return {
        title: `Not delivered: ${letter.event} of ${letter.session_id.slice(0, 8)}…${letter.session_id.slice(-6)}`,
        text: `${letter.method} of ${letter.canister} was called in vain since ${timeInWords(letter.since)}. The last call came to: ${letter.reason}`,
        actions: [button(isSending ? 'Sending…' : 'Send again', () => onSend(letter.number), { isBusy: isSending }), button('Show payment', () => shell.showPayment(letter.session_id), { kind: 'plain' })],
      };
    }
  }
}

function nameOf(payment: Payment): string {
  return `${amountInWords(payment.amount_total, payment.currency)}${payment.client_reference_id === null ? '' : `, ${shortReference(payment.client_reference_id)}`}${payment.livemode ? '' : ' (test)'}`;
}

function show(payment: Payment, shell: Shell, which = ''): TemplateResult {
  return button(html`Show payment${which && html` <span class="quiet">${which}</span>`}`, () => shell.showPayment(payment.id));
}

function inStripe({ payment_intent: intent, livemode }: Payment): TemplateResult | typeof nothing {
  return intent === null ? nothing : outside(paymentPage(intent, livemode), 'Open in Stripe');
}

/** What the canister's counts tell beyond the list, which has an end. */
export function beyond(found: readonly Concern[], { disputed }: Pick<Stats, 'disputed'>): string | undefined {
  const disputes = disputed - found.filter(({ kind }) => kind === 'dispute').length;
  return disputes > 0 ? `${found.length > 0 ? 'Besides these, there' : 'There'} ${disputes === 1 ? 'is' : 'are'} ${counted(disputes, 'older disputed payment')}: see Payments, or Stripe.` : undefined;
}
