/** What a tag's attributes say, by the names of its properties. */
export interface Options {
  /** The address of a Stripe Payment Link. */
  paymentLink?: string | undefined;
  /** The canister that confirms payments; not needed where `gateway` is its own domain. */
  canisterId?: string | undefined;
  /** The host or origin that answers for canisters; `icp0.io`, which verifies, unless given. */
  gateway?: string | undefined;
  /** What the shop calls this payment: public, at most 169 of `[A-Za-z0-9_-]`, no personal data. */
  reference?: string | undefined;
  /** The shopper's e-mail address, for Stripe's page to begin with. */
  email?: string | undefined;
  /** Whether the shopper may not change it there. */
  lockEmail?: boolean | undefined;
  /** A promotion code, for Stripe's page to begin with; the link must allow codes. */
  promoCode?: string | undefined;
  /** The language (BCP 47), Stripe's page included; that of the page, or else of the browser, unless given. */
  locale?: string | undefined;
  /** The name that the session's id has in the return address, where it is neither of the usual ones. */
  sessionParam?: string | undefined;
  /** `_blank` to pay in a new tab. */
  target?: string | undefined;
  /** For the shopper to sign in first; with the origin of an identity provider, or nothing for Internet Identity. */
  signIn?: string | undefined;
}
