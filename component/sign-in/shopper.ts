/** A shopper who signs in, as this folder sees it: nothing of the Internet Computer's libraries is seen here. */

/** A payment of the shopper's, as the canister tells it. What is not known is null. */
export interface MyPayment {
  /** As the tag's states: `open`, `processing`, `paid`, `failed`, `expired`, `refunded`. */
  status: string;
  /** The `client_reference_id` that was issued for it. */
  reference: string;
  /** In the currency's minor units, by Stripe's exponents. */
  amount_total: number | null;
  currency: string | null;
  /** In minor units, too. */
  amount_refunded: number;
  /** In seconds since 1970. */
  created: number;
  livemode: boolean;
}

/** A canister, and the origin that takes calls for it. */
export interface Target {
  canisterId: string;
  host: string;
}

/** The session that this browser has, one for all canisters. */
export interface ShopperAccess {
  /** Who has signed in, as text; undefined while nobody has, or no more. */
  principal(): Promise<string | undefined>;
  /** Opens the identity provider's window; to be called in the task of a click. Throws the dashboard's `SignInError`. */
  signIn(identityProvider: string | undefined): Promise<void>;
  signOut(): Promise<void>;
  /** A reference bound to the shopper. This and the next throw the dashboard's `BackendError`. */
  issueReference(target: Target, reference: string): Promise<string>;
  /** The shopper's payments, the newest first. */
  myPayments(target: Target): Promise<MyPayment[]>;
}
