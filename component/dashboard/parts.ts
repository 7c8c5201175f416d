/** Small things that several views draw. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Payment } from './backend.js';
import type { Problem } from './problems.js';
import { counted, statusInWords } from './words.js';

/** Does something when clicked. A busy button stays where it is, with the focus. */
export function button(label: unknown, onClick: () => void, { kind = '', isBusy = false, id = '' } = {}): TemplateResult {
  return html`<button type="button" class=${kind} id=${id || nothing} aria-disabled=${isBusy ? 'true' : nothing} @click=${() => (isBusy ? undefined : onClick())}>${label}</button>`;
}

/** Says what went wrong, with a button that tries again where that can help. */
export function problemCard(problem: Problem | undefined, onRetry?: () => void): TemplateResult {
  return html`<div role="alert">${problem && html`<div class="notice bad"><p>${problem.text}</p>${onRetry && problem.remedy === 'retry' ? button('Try again', onRetry) : nothing}</div>`}</div>`;
}

/** The same for two things that can go wrong at a time: a look at the canister, which is repeated by itself, and what somebody wanted done. */
export function problemCards(...problems: [problem: Problem | undefined, onRetry: () => void][]): TemplateResult {
  return html`<div role="alert">${problems.map(([problem, onRetry]) => problem && html`<div class="notice bad"><p>${problem.text}</p>${problem.remedy === 'retry' ? button('Try again', onRetry) : nothing}</div>`)}</div>`;
}

/** Says that something is under way. */
export function progress(text: string | undefined): TemplateResult | typeof nothing {
  return text === undefined ? nothing : html`<p class="progress"><span class="spinner" aria-hidden="true"></span>${text}</p>`;
}

/** A link to another site, in a tab of its own. */
export function outside(href: string, label: string): TemplateResult {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer">${label}<span class="hidden"> (opens a new tab)</span></a>`;
}

/** Text to copy, with a button that does. */
export function copyable(text: string, label: string, announce: (text: string) => void): TemplateResult {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      announce('Copied.');
    } catch {
      announce('The browser does not allow it: select the text and copy it by hand.');
    }
  };
  return html`<div class="copyable"><code tabindex="0" role="group" aria-label=${label}>${text}</code>${button(html`Copy<span class="hidden"> ${label}</span>`, () => void copy())}</div>`;
}

/** What is to be seen of a payment at once: its status, and what is out of the ordinary. */
export function badges({ status, reason, amount_refunded: refunded, livemode, disputed, duplicate, accepted }: Payment): TemplateResult {
  const flags = [
    reason === 'unsettled' && 'Unsettled',
    status === 'paid' && refunded > 0 && 'Partly refunded',
    disputed && 'Disputed',
    duplicate && 'Paid twice',
    !accepted && 'Not accepted',
  ].filter((flag) => flag !== false);
  return html`<span class="badges"><span class="badge ${status}">${statusInWords(status)}</span>${flags.map((flag) => html` <span class="badge flag">${flag}</span>`)}${
    livemode ? nothing : html` <span class="badge test">Test</span>`
  }</span>`;
}

/** What was announced of new payments. */
export function newsOf(payments: readonly Payment[]): string {
  return `${counted(payments.length, 'new payment')}.`;
}
