import { isServer, LitElement, noChange, type PropertyValues, type TemplateResult } from 'lit';
import { createCheckout } from './checkout.js';
import { isLocalHost } from './local-host.js';
import { chooseLocale, loadMessages } from './locales.js';
import { en, type Messages } from './messages.js';
import { isTestLink } from './payment-link.js';
import { IDLE, isSession, type State } from './state.js';
import { styles } from './styles.js';
import { VERSION } from './version.js';
import { view } from './view.js';

export * from './events.js';
export type { Answer, Payment, Reason, Status } from '../canister/contract.js';
export type { Messages } from './messages.js';
export type { Problem } from './problems.js';
export type { Own, State, Why } from './state.js';

/** What tells one payment from another, and so one tag from another. */
const IDENTITY = ['paymentLink', 'canisterId', 'gateway', 'reference', 'sessionParam'] as const;

/** What a server draws, which knows nothing of the browser. */
const DRAWN = { state: IDLE, remedy: undefined, isOffering: true, isQuiet: false };

/**
 * @summary Takes a payment on Stripe's page and, when the shopper comes back, shows in place what became of it.
 *
 * @slot - The label of the button that pays.
 * @slot support - How to reach the shop, shown where the shopper may have to ask.
 * @slot link - The label of the link to Stripe's page.
 * @slot retry - The label of the button that checks again.
 * @slot show - The label of the button that shows what is hidden.
 * @slot another - The label of the button that puts a finished payment aside.
 * @slot leaving - A heading, as those that follow: while Stripe's page opens.
 * @slot leaving-tab - It opens in a new tab.
 * @slot leaving-blocked - The browser lets the element open nothing.
 * @slot confirming - The payment is being looked up.
 * @slot open - The shopper has not finished on Stripe's page.
 * @slot processing - A bank takes its time.
 * @slot paid - Paid.
 * @slot failed - A delayed payment has failed.
 * @slot expired - Stripe's page was open for too long.
 * @slot refunded - Given back in full.
 * @slot not-found - The canister knows no such payment.
 * @slot unavailable - It cannot be told yet.
 * @slot offline - The browser is offline.
 * @slot stopped - It cannot be told, and the element asks no more.
 * @slot misconfigured - The site builder has to mend something.
 *
 * @event {IcStripeRedirectEvent} ic-stripe-redirect - About to leave for Stripe; cancel it to stay.
 * @event {IcStripeReturnEvent} ic-stripe-return - A payment has come back; cancel it to confirm it in another way.
 * @event {IcStripeStatusEvent} ic-stripe-status - The state has changed; cancel it to say so in another way.
 * @event {IcStripePaidEvent} ic-stripe-paid - A payment is paid, once per Stripe session in this browser; cancel it to be told again.
 * @event {IcStripeErrorEvent} ic-stripe-error - Something the site builder must mend; cancel it to keep it out of the console.
 *
 * @csspart base - Around everything.
 * @csspart button - The button that pays.
 * @csspart status - The live region; always there, empty while there is nothing to say.
 * @csspart card - The status, while there is one.
 * @csspart icon - Its drawing.
 * @csspart title - Its heading.
 * @csspart amount - The amount.
 * @csspart refunded - What was given back.
 * @csspart detail - The sentences under the heading.
 * @csspart reference - The end of the reference.
 * @csspart remedy - How to mend a wrong configuration, on localhost only.
 * @csspart retry - The button that checks again.
 * @csspart show - The button that shows amount and reference of a payment found again.
 * @csspart another - The button that puts such a payment aside, once it is finished.
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
 * @cssstate idle - Nothing to say: the button.
 * @cssstate leaving - Stripe's page opens.
 * @cssstate confirming - Being looked up.
 * @cssstate open - Not finished.
 * @cssstate processing - On its way.
 * @cssstate paid - Paid.
 * @cssstate failed - Failed.
 * @cssstate expired - Expired.
 * @cssstate refunded - Refunded in full.
 * @cssstate not-found - Not found.
 * @cssstate unavailable - Cannot be told now.
 * @cssstate misconfigured - To be mended by the site builder.
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
    email: {},
    lockEmail: { attribute: 'lock-email', converter: (value: string | null) => value !== null },
    promoCode: { attribute: 'promo-code' },
    locale: {},
    sessionParam: { attribute: 'session-param' },
    target: {},
    signIn: { attribute: 'sign-in' },
    messages: { attribute: false },
  };

  /** The address of a Stripe Payment Link. */
  declare paymentLink: string | undefined;
  /** The canister that confirms payments; not needed where `gateway` is its own domain. */
  declare canisterId: string | undefined;
  /** The host or origin that answers for canisters; `icp0.io`, which verifies, unless given. */
  declare gateway: string | undefined;
  /** What the shop calls this payment: public, at most 169 of `[A-Za-z0-9_-]`, no personal data. */
  declare reference: string | undefined;
  /** The shopper's e-mail address, for Stripe's page to begin with. */
  declare email: string | undefined;
  /** Whether the shopper may not change it there. */
  declare lockEmail: boolean | undefined;
  /** A promotion code, for Stripe's page to begin with; the link must allow codes. */
  declare promoCode: string | undefined;
  /** The language (BCP 47), that of Stripe's page included; the page's, or else the browser's, unless given. */
  declare locale: string | undefined;
  /** The name of the session's id in the return address, where it is neither of the usual ones. */
  declare sessionParam: string | undefined;
  /** `_blank` to pay in a new tab. */
  declare target: string | undefined;
  /** For the shopper to sign in first; with the origin of an identity provider, or nothing for Internet Identity. */
  declare signIn: string | undefined;
  /** Texts to say instead of the element's own, by name. */
  declare messages: Partial<Messages> | undefined;

  readonly #checkout = createCheckout({
    element: this,
    options: this,
    emit: (event) => this.dispatchEvent(event),
    update: () => this.requestUpdate(),
  });
  /** The words of {@link #language}; none until they are loaded. */
  #words: Messages | undefined;
  #language = '';
  #internals: ElementInternals | undefined;
  /** Whether a server draws, or has drawn: what the browser draws first must then be the same, for Lit to take it over. */
  #isDrawn = isServer || !!this.shadowRoot;

  /** What is known now; `ic-stripe-status` tells when that changes. */
  get state(): State {
    return this.#checkout.state;
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
    if (this.#isDrawn) {
      this.#isDrawn = false;
      this.#words = undefined;
      this.#language = '';
      // Where Lit's support for hydration is missing, nothing was taken over, and the server's stands below.
      this.renderRoot.querySelectorAll('[part=base]')[1]?.remove();
      this.requestUpdate();
    }
    // Never lost: what had the focus may be gone, and its successor takes it.
    if (focused && !focused.isConnected) {
      const root = this.renderRoot;
      (root.querySelector<HTMLElement>('button,a') ?? root.querySelector<HTMLElement>('[role]'))?.focus();
    }
  }

  /**
   * Opens Stripe's page, as a click on the button does; call it in the task of a click.
   * Returns whether it is being opened, be it once the shopper has signed in: not while a payment may exist, not with
   * a wrong configuration, and not when `ic-stripe-redirect` was cancelled.
   */
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

  protected override render(): TemplateResult | typeof noChange {
    const isDrawn = this.#isDrawn;
    const { state, remedy, isOffering, isQuiet } = isDrawn ? DRAWN : this.#checkout;
    const [, mode] = (isSession(state) && /^cs_(test|live)/.exec(state.id)) || [];
    const isTest = mode ? mode === 'test' : isTestLink(this.paymentLink);
    this.#expose(state.kind, isTest);
    const { tag, file } = chooseLocale(isDrawn ? [] : [this.locale, languageAround(this), ...navigator.languages]);
    this.#speak(file);
    if (!this.#words) return noChange;
    return view(state, {
      messages: { ...this.#words, ...this.messages },
      language: this.#words === en ? 'en' : file,
      locale: tag,
      isTest,
      isOffering,
      isQuiet,
      remedy: !isDrawn && isLocalHost(location.hostname) ? remedy : undefined,
      onPay: () => this.pay(),
      onOffer: { retry: () => this.check(), show: () => this.#checkout.show(), another: () => this.reset() },
    });
  }

  /** Has the words of a language loaded; nothing is said before, or it would be said twice. */
  #speak(file: string): void {
    if (file === this.#language) return;
    this.#language = file;
    const messages = loadMessages(file);
    if (!(messages instanceof Promise)) {
      this.#words = messages;
      return;
    }
    void messages.then((loaded) => {
      if (file !== this.#language) return;
      this.#words = loaded ?? en;
      this.requestUpdate();
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

/** The `lang` that an element stands in, be it outside of the shadow trees around it. */
function languageAround(element: Element): string | undefined {
  const named = element.closest<HTMLElement>('[lang]');
  const root = element.getRootNode();
  return named || !(root instanceof ShadowRoot) ? named?.lang : languageAround(root.host);
}
