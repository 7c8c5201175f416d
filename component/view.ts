import { html, nothing, type TemplateResult } from 'lit';
import { describe, type Offer } from './describe.js';
import { drawIcon } from './icons.js';
import type { Messages } from './messages.js';
import type { State } from './state.js';

/** What the view needs beside the state. */
export interface Surroundings {
  messages: Messages;
  /** Of the messages. */
  language: string;
  /** To write numbers in (BCP 47). */
  locale: string;
  isTest: boolean;
  /** Whether paying may be offered. */
  isOffering: boolean;
  /** Whether the page says itself what the state is. */
  isQuiet: boolean;
  /** How to mend it, where the site builder is the one who looks. */
  remedy: string | undefined;
  onPay: () => void;
  onOffer: Record<Offer, () => void>;
}

/**
 * Draws a state. The button stays the same node while it is there, so it keeps the focus, and the live
 * region is there before anything is said in it. Controls stand outside of it: they are not news.
 */
export function view(state: State, { messages, language, locale, isTest, isOffering, isQuiet, remedy, onPay, onOffer }: Surroundings): TemplateResult {
  const told = describe(state, messages, locale);
  const isLeaving = state.kind === 'leaving';
  const link = isLeaving && state.how !== 'here' && state.url;
  const name = told?.heading.replace('_', '-');
  return html`<div part="base" lang=${language}><div part="status" role="status" tabindex="-1">${
    told && !isQuiet
      ? html`<div part="card">${drawIcon(told.icon)}<p><b part="title"><slot name=${name}>${told.title}</slot></b><b part="amount">${told.amount}</b></p>${Object.entries(
          { ...told.lines, remedy },
        ).map(([part, text]) => (text ? html`<p part=${part}><slot name="${name}-${part}">${text}</slot></p>` : nothing))}${
          told.needsSupport ? html`<slot name="support"></slot>` : nothing
        }</div>`
      : nothing
  }</div>${
    isOffering && !link
      ? html`<button part="button" type="button" aria-disabled=${isLeaving} @click=${onPay}><slot>${messages.pay}</slot></button>`
      : nothing
  }${link ? html`<a part="link" href=${link} target="_blank" rel="noopener"><slot name="link">${messages.link}</slot></a>` : nothing}${told?.offers.map(
    (offer) => html`<button part=${offer} type="button" @click=${onOffer[offer]}><slot name=${offer}>${messages[offer]}</slot></button>`,
  )}${isTest ? html`<span part="badge">${messages.test}</span>` : nothing}</div>`;
}
