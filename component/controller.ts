/**
 * The logic of the element without its looks, for pages that draw their own: importing it registers and draws nothing.
 * Beside the element on one page it shares its memory, and no payment is confirmed twice.
 */
import { createCheckout, type Checkout } from './checkout.js';
import type { Options } from './options.js';
import type { State } from './state.js';

export * from './events.js';
export type { Answer, Payment, Reason, Status } from '../canister/contract.js';
export type { Options } from './options.js';
export type { Problem } from './problems.js';
export type { Own, State, Why } from './state.js';

/** Takes a payment and confirms it, as the element does. It fires the element's events, on itself. */
export class StripePayController extends EventTarget {
  readonly #host;
  readonly #checkout: Checkout;

  constructor(options: Options) {
    super();
    this.#host = { options, emit: (event: Event): boolean => this.dispatchEvent(event), update: (): void => undefined };
    this.#checkout = createCheckout(this.#host);
  }

  /** The attributes of the element, by the names of its properties. Set anew as a whole. */
  get options(): Options {
    return this.#host.options;
  }

  set options(options: Options) {
    this.#host.options = options;
    this.#checkout.change(true);
  }

  /** What is known now; `ic-stripe-status` tells when that changes. */
  get state(): State {
    return this.#checkout.state;
  }

  /** Whether paying may be offered now: not while a payment may exist. */
  get isOffering(): boolean {
    return this.#checkout.isOffering;
  }

  /** Begins: looks whether a payment has come back, and asks the canister about it. */
  connect(): void {
    this.#checkout.connect();
  }

  /** Ends: asks no more. What was learnt is kept in the browser. */
  disconnect(): void {
    this.#checkout.disconnect();
  }

  /** Opens Stripe's page; to be called in the task of a click. Returns whether it is being opened. */
  pay(): boolean {
    return this.#checkout.pay();
  }

  /** Asks the canister again, now. */
  check(): void {
    this.#checkout.check();
  }

  /** Puts the payment aside that is shown, and starts anew. */
  reset(): void {
    this.#checkout.reset();
  }
}
