import { cardErrors, declineReason, type CardField } from './cards.js';
import { isEmail } from './payment-links.js';
import type { PaymentMethod, Shopper } from './session-object.js';
import type { SessionRecord } from './sessions.js';

/** The ids of the fields of Stripe's payment page. */
export type Field = CardField | 'email' | 'billingName';

/** What is wrong with a form, by field. */
type FieldErrors = Partial<Record<Field, string>>;

/** A form that pays. */
export interface Acceptance {
  kind: 'accepted';
  method: PaymentMethod;
  shopper: Shopper;
}

/** A form that does not, and why. */
export interface Rejection {
  kind: 'rejected';
  method: PaymentMethod;
  shopper: Shopper;
  errors: FieldErrors;
}

/** The name of the radio buttons that choose the method, as on Stripe's page. */
export const METHOD_FIELD = 'payment-method-accordion-item-title';

/**
 * Reads the submitted payment form and charges the card, if it is a card.
 * @param now in milliseconds since 1970
 */
export function submit(form: URLSearchParams, { session, visit }: SessionRecord, now: number): Acceptance | Rejection {
  const value = (name: string): string => form.get(name)?.trim() ?? '';
  // A locked address is the merchant's word, whatever the form says.
  const email = visit?.emailLocked ? (visit.email ?? '') : value('email');
  const shopper = { email, name: value('billingName'), country: value('billingCountry') || 'US' };
  const method = (session.payment_method_types.find((type) => type === value(METHOD_FIELD)) ?? 'card') as PaymentMethod;

  const errors: FieldErrors = {};
  if (email === '') errors.email = 'Required';
  else if (!isEmail(email)) errors.email = 'Your email is invalid.';
  if (shopper.name === '') errors.billingName = 'Required';
  if (method === 'card') {
    const card = { number: value('cardNumber'), expiry: value('cardExpiry'), cvc: value('cardCvc') };
    Object.assign(errors, cardErrors(card, now));
    const declined = Object.keys(errors).length === 0 ? declineReason(card) : undefined;
    if (declined !== undefined) errors.cardNumber = declined;
  }
  return Object.keys(errors).length === 0
    ? { kind: 'accepted', method, shopper }
    : { kind: 'rejected', method, shopper, errors };
}
