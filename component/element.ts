import { LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { createCheckout } from './checkout.js';
import { isLocalHost } from './local-host.js';
import { en } from './messages.js';
import { isTestLink } from './payment-link.js';
import { REMEDIES } from './problems.js';
import { isSession, type State } from './state.js';
import { styles } from './styles.js';
import { VERSION } from './version.js';
import { view } from './view.js';

/** What tells one payment from another, and so one tag from another. */
const IDENTITY = ['paymentLink', 'canisterId', 'gateway', 'reference'] as const;

/**
 * @summary Takes a payment on Stripe's page and, when the shopper comes back, shows in place what became of it.
 *
 * @slot - The button's label, "Pay" unless given.
 *
 * @event {IcStripeRedirectEvent} ic-stripe-redirect - About to leave for Stripe; cancel it to stay.
 * @event {IcStripeStatusEvent} ic-stripe-status - The state has changed.
 * @event {IcStripePaidEvent} ic-stripe-paid - A payment is paid, once per Stripe session in this browser.
 * @event {IcStripeErrorEvent} ic-stripe-error - Something the site builder must mend; cancel it to keep it out of the console.
 *
 * @csspart base - Around everything.
 * @csspart button - The button that pays.
 * @csspart status - The live region; always there, empty while there is nothing to say.
 * @csspart card - The status, while there is one.
 * @csspart icon - Its drawing.
 * @csspart title - Its heading.
 * @csspart amount - The amount.
 * @csspart detail - The sentence under the heading.
 * @csspart reference - The end of the reference.
 * @csspart remedy - How to mend a wrong configuration, on localhost only.
 * @csspart retry - The button that checks again.
 * @csspart link - The link to Stripe's page, where the browser lets the element open none.
 * @csspart badge - "Test mode".
 *
 * @cssproperty --isp-accent - The buttons, and the sign of what is under way.
 * @cssproperty --isp-on-accent - The text on the button that pays.
 * @cssproperty --isp-good - The sign of a payment that is paid.
 * @cssproperty --isp-wait - The sign of one that is not finished or on its way.
 * @cssproperty --isp-bad - The sign of trouble.
 * @cssproperty --isp-radius - The corners.
 *
 * @cssstate idle leaving confirming open processing paid failed expired refunded not-found unavailable misconfigured - The state.
 * @cssstate test - In test mode.
 */
export class IcStripePay extends LitElement {
  /** The version of this copy of the script. */
  static readonly version = VERSION;

  static override readonly styles = styles;

  static override readonly properties = {
    paymentLink: { attribute: 'payment-link' },
    canisterId: { attribute: 'canister-id' },
    gateway: {},
    reference: {},
    locale: {},
  };

  /** The address of a Stripe Payment Link. */
  declare paymentLink: string | undefined;
  /** The canister that confirms payments; not needed where `gateway` is its own domain. */
  declare canisterId: string | undefined;
  /** The host or origin that answers for canisters; `icp0.io`, which verifies, unless given. */
  declare gateway: string | undefined;
  /** What the shop calls this payment: public, at most 169 of `[A-Za-z0-9_-]`, no personal data. */
  declare reference: string | undefined;
  /** The language to write amounts in (BCP 47); that of the page unless given. */
  declare locale: string | undefined;

  readonly #checkout = createCheckout(this);
  #internals: ElementInternals | undefined;

  /** The state: `idle`, `leaving`, `misconfigured`, or what is known of a payment. */
  get status(): State['kind'] {
    return this.#checkout.state.kind;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#checkout.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#checkout.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const names = IDENTITY.filter((name) => changed.has(name));
    if (names.length) this.#checkout.change(names.some((name) => changed.get(name)));
  }

  protected override update(changed: PropertyValues): void {
    const focused = this.shadowRoot?.activeElement;
    super.update(changed);
    // Never lost: what had the focus may be gone, and its successor takes it.
    if (focused && !focused.isConnected) {
      const root = this.renderRoot;
      (root.querySelector<HTMLElement>('button,a') ?? root.querySelector<HTMLElement>('[role]'))?.focus();
    }
  }

  /**
   * Opens Stripe's page, as a click on the button does; call it in the task of a click.
   * Returns whether it is being opened: not while a payment may exist, not with a wrong configuration,
   * and not when `ic-stripe-redirect` was cancelled.
   */
  pay(): boolean {
    return this.#checkout.pay();
  }

  protected override render(): TemplateResult {
    const { state, problem, isSettled } = this.#checkout;
    const isTest = isSession(state) ? state.id.startsWith('cs_test') : isTestLink(this.paymentLink);
    this.#expose(state.kind, isTest);
    return view(state, {
      messages: en,
      locale: this.locale ?? this.closest<HTMLElement>('[lang]')?.lang,
      isTest,
      isSettled,
      remedy: problem && isLocalHost(location.hostname) ? REMEDIES[problem] : undefined,
      onPay: () => this.pay(),
      onRetry: () => this.#checkout.retry(),
    });
  }

  /** Lets the page's styles see the state. */
  #expose(kind: string, isTest: boolean): void {
    try {
      const { states } = (this.#internals ??= this.attachInternals());
      states.clear();
      states.add(kind.replace('_', '-'));
      if (isTest) states.add('test');
    } catch {
      // Browsers before 2024 lack custom states, or take only dashed ones; nothing but looks depends on them.
    }
  }
}
