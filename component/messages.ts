/** A heading and the sentence under it. */
export type Message = readonly [title: string, detail?: string];

const ASK_THE_SHOP = 'If you have paid, do not pay again; ask the shop.';
const NOT_CHARGED = 'You have not been charged.';
const NO_NEED = 'There is no need to pay again.';
const CANNOT_TELL = 'Cannot tell right now';

/** The sentences about states, under the name of the state or, where there is one, of its variant. */
const states: Readonly<Record<string, Message>> = {
  leaving: ['Taking you to Stripe\u2026'],
  leaving_tab: ['Please pay in the new tab'],
  leaving_blocked: ['This frame may not open Stripe', 'Please open or copy the link.'],
  misconfigured: ['Payment is not available here', NOT_CHARGED],
  misconfigured_return: [CANNOT_TELL, ASK_THE_SHOP],
  confirming: ['Checking the payment\u2026'],
  open: ['Payment not finished', NOT_CHARGED],
  processing: ['Payment on its way', `Banks may take up to 14 days. ${NO_NEED}`],
  processing_unsettled: ['Payment on its way', ASK_THE_SHOP],
  paid: ['Payment received'],
  refunded: ['Payment refunded'],
  failed: ['Payment failed', NOT_CHARGED],
  expired: ['Payment expired', NOT_CHARGED],
  not_found: ['Payment not found', ASK_THE_SHOP],
  unavailable: ['Still checking\u2026', NO_NEED],
  unavailable_offline: ['You are offline', NO_NEED],
  unavailable_stopped: [CANNOT_TELL, ASK_THE_SHOP],
};

/** The other words a shopper reads. */
const words = {
  pay: 'Pay',
  again: 'You can try again.',
  retry: 'Check again',
  link: 'Open the payment page',
  test: 'Test mode',
  reference: 'Reference',
  refunded: 'refunded',
};

/** All of a language. Sentences are neutral: the payment may be somebody else's. */
export interface Messages {
  states: typeof states;
  words: typeof words;
}

/** English. */
export const en: Messages = { states, words };
