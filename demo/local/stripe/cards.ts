/** Test cards: https://docs.stripe.com/testing#cards */

/** What a shopper types, as they type it. */
export interface Card {
  number: string;
  expiry: string;
  cvc: string;
}

/** The field ids of Stripe's payment page that a card fills. */
export type CardField = 'cardNumber' | 'cardExpiry' | 'cardCvc';

const PAYS = '4242424242424242';

const DECLINED = new Map([
  ['4000000000000002', 'Your credit card was declined. Try paying with a debit card instead.'],
]);

/**
 * What is wrong with what was typed, by field, before anybody asks the bank.
 * @param now in milliseconds since 1970
 */
export function cardErrors(card: Card, now: number): Partial<Record<CardField, string>> {
  return {
    ...named('cardNumber', numberError(digits(card.number))),
    ...named('cardExpiry', expiryError(card.expiry, now)),
    ...named('cardCvc', /^\d{3}$/.test(card.cvc) ? undefined : "Your card's security code is incomplete."),
  };
}

/** Why the bank declines a card, or undefined when it pays. */
export function declineReason(card: Card): string | undefined {
  const number = digits(card.number);
  if (number === PAYS) return undefined;
  return DECLINED.get(number) ?? 'Your card was declined. Only test cards work here, such as 4242 4242 4242 4242.';
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}

function named(field: CardField, message: string | undefined): Partial<Record<CardField, string>> {
  return message === undefined ? {} : { [field]: message };
}

function numberError(number: string): string | undefined {
  if (number.length < 15) return 'Your card number is incomplete.';
  return number.length <= 19 && passesLuhn(number) ? undefined : 'Your card number is invalid.';
}

function expiryError(text: string, now: number): string | undefined {
  const match = /^\s*(\d{1,2})\s*\/\s*(?:20)?(\d{2})\s*$|^(\d{2})(\d{2})$/.exec(text);
  if (!match) return "Your card's expiration date is incomplete.";
  const month = Number(match[1] ?? match[3]);
  const year = 2000 + Number(match[2] ?? match[4]);
  if (month < 1 || month > 12) return "Your card's expiration date is invalid.";
  // A card is good until its month ends.
  return Date.UTC(year, month) > now ? undefined : "Your card's expiration date is in the past.";
}

function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
