/**
 * All that a shopper reads, in English. Sentences are neutral, for the payment may be somebody else's. The other
 * languages stand in locales/, and a site can replace any text by the property `messages` or by a slot.
 */
export const en = {
  pay: 'Pay',
  leaving: 'Taking you to Stripe\u2026',
  leaving_tab: 'Please pay in the new tab',
  leaving_blocked: 'This frame may not open Stripe',
  copy: 'Please open or copy the link.',
  link: 'Open the payment page',
  confirming: 'Checking the payment\u2026',
  open: 'Payment not finished',
  processing: 'Payment on its way',
  paid: 'Payment received',
  refunded: 'Payment refunded',
  failed: 'Payment failed',
  expired: 'Payment expired',
  not_found: 'Payment not found',
  unavailable: 'Still checking\u2026',
  offline: 'You are offline',
  stopped: 'Cannot tell right now',
  misconfigured: 'Payment is not available here',
  not_charged: 'You have not been charged.',
  /** `{days}`: so many days, in words of the language. */
  settling: 'Banks may take up to {days}.',
  no_need: 'There is no need to pay again.',
  ask: 'If you have paid, do not pay again; ask the shop.',
  again: 'You can try again.',
  elsewhere: 'This payment was not started in this browser.',
  /** `{amount}`: with its currency. */
  part_refunded: '{amount} refunded',
  /** `{reference}`: the end of one. */
  reference: 'Reference {reference}',
  retry: 'Check again',
  show: 'Show details',
  another: 'New payment',
  test: 'Test mode',
};

/** The texts by name; a name that ends in one of a state's kind is its heading. */
export type Messages = Readonly<Record<keyof typeof en, string>>;

/** Puts values into the places that a text names in braces, each in the direction of its own characters. */
export function fill(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => `\u2068${values[name] ?? ''}\u2069`);
}
