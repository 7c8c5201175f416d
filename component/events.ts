import type { Payment } from '../canister/contract.js';
import type { Problem } from './problems.js';
import type { Own, State, Why } from './state.js';

/** What all have in common: they bubble, leave shadow trees, and can be cancelled. */
class IcStripeEvent extends Event {
  constructor(type: string, fields: object) {
    super(`ic-stripe-${type}`, { bubbles: true, composed: true, cancelable: true });
    Object.assign(this, fields);
  }
}

/** About to leave for Stripe: in the same task as the click, or else once the shopper has signed in. `preventDefault()` stops the navigation. */
export class IcStripeRedirectEvent extends IcStripeEvent {
  declare readonly own: Own;
  /** The address that is about to be opened. */
  declare readonly url: string;
  /** The `client_reference_id` in it: a secret of this browser and the shop. */
  declare readonly reference: string;

  constructor(fields: { own: Own; url: string; reference: string }) {
    super('redirect', fields);
  }
}

/**
 * A payment has come back from Stripe to this page. `preventDefault()` keeps the element from asking the canister about it,
 * for a page that confirms payments in its own way.
 */
export class IcStripeReturnEvent extends IcStripeEvent {
  /** `unknown` until the canister has told the reference. */
  declare readonly own: Own;
  /** What the address brought back: a Checkout Session's id, or something that is none. */
  declare readonly sessionId: string;

  constructor(fields: { own: Own; sessionId: string }) {
    super('return', fields);
  }
}

/** The element has come to another state. `preventDefault()` keeps it from saying so, for a page that does in its own way. */
export class IcStripeStatusEvent extends IcStripeEvent {
  /** Whether this browser started the payment. */
  declare readonly own: Own;
  declare readonly status: State['kind'];
  /** The Checkout Session's id, in the states about one. */
  declare readonly sessionId: string | undefined;
  /** What the canister says of the payment, where it has said something. */
  declare readonly payment: Payment | undefined;
  /** Why nothing can be told, or why it takes so long. */
  declare readonly reason: Why | undefined;

  constructor(fields: { own: Own; status: State['kind']; sessionId?: string; payment?: Payment; reason?: Why }) {
    super('status', fields);
  }
}

/**
 * A payment is paid; once per session in this browser, across reloads.
 * `preventDefault()` has it told again the next time the payment is seen, for a page that could not take it in.
 * For the shopper's eyes: who delivers goods asks the canister whether it was the right link, amount and reference.
 */
export class IcStripePaidEvent extends IcStripeEvent {
  /** Whether this browser started the payment. */
  declare readonly own: Own;
  declare readonly sessionId: string;
  declare readonly payment: Payment;

  constructor(fields: { own: Own; sessionId: string; payment: Payment }) {
    super('paid', fields);
  }
}

/** Something the site builder must mend. `preventDefault()` keeps the remedy out of the console. */
export class IcStripeErrorEvent extends IcStripeEvent {
  declare readonly own: Own;
  declare readonly code: Problem;
  /** How to mend it. */
  declare readonly message: string;

  constructor(fields: { own: Own; code: Problem; message: string }) {
    super('error', fields);
  }
}

declare global {
  // What HTMLElementEventMap, DocumentEventMap and WindowEventMap have in common: the events bubble that far.
  interface GlobalEventHandlersEventMap {
    'ic-stripe-redirect': IcStripeRedirectEvent;
    'ic-stripe-return': IcStripeReturnEvent;
    'ic-stripe-status': IcStripeStatusEvent;
    'ic-stripe-paid': IcStripePaidEvent;
    'ic-stripe-error': IcStripeErrorEvent;
  }
}
