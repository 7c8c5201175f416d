import { html, nothing, type TemplateResult } from 'lit';
import { describe } from './describe.js';
import { drawIcon } from './icons.js';
import type { Messages } from './messages.js';
import { canPay, type State } from './state.js';

/** What the view needs beside the state. */
export interface Surroundings {
  messages: Messages;
  locale: string | undefined;
  isTest: boolean;
  /** False while the button may yet turn out to be out of place. */
  isSettled: boolean;
  /** How to mend it, where the site builder is the one who looks. */
  remedy: string | undefined;
  onPay: () => void;
  onRetry: () => void;
}

/**
 * Draws a state. The button stays the same node while it is there, so it keeps the focus, and the live
 * region is there before anything is said in it. Controls stand outside of it: they are not news.
 */
export function view(state: State, { messages, locale, isTest, isSettled, remedy, onPay, onRetry }: Surroundings): TemplateResult {
  const told = describe(state, messages, locale);
  const { words } = messages;
  const isLeaving = state.kind === 'leaving';
  const link = isLeaving && state.how !== 'here' && state.url;
  return html`<div part="base" lang="en"><div part="status" role="status" tabindex="-1">${
    told
      ? html`<div part="card">${drawIcon(told.icon)}<p><b part="title">${told.title}</b><b part="amount">${told.amount}</b></p>${Object.entries(
          { ...told.lines, remedy },
        ).map(([part, text]) => (text ? html`<p part=${part}>${text}</p>` : nothing))}</div>`
      : nothing
  }</div>${
    isSettled && !link && (isLeaving || canPay(state))
      ? html`<button part="button" type="button" aria-disabled=${isLeaving} @click=${onPay}><slot>${words.pay}</slot></button>`
      : nothing
  }${link ? html`<a part="link" href=${link} target="_blank" rel="noopener">${words.link}</a>` : nothing}${
    told?.retry ? html`<button part="retry" type="button" @click=${onRetry}>${words.retry}</button>` : nothing
  }${isTest ? html`<span part="badge">${words.test}</span>` : nothing}</div>`;
}
