/** What the shop of licence keys takes and gives, in Candid, and what it says to the payment canister. */
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';

/** The init argument: the payment canister, and what a payment for a licence has to be. `price` is in minor units. */
export const Terms = IDL.Record({ stripe_backend: IDL.Principal, payment_link: IDL.Text, currency: IDL.Text, price: IDL.Nat64 });
export interface TermsValue {
  stripe_backend: Principal;
  payment_link: string;
  currency: string;
  price: bigint;
}

/** Only the fields that are looked at: by Candid's subtyping the others of a delivery are skipped, and those that may be added. */
export const Delivery = IDL.Record({
  payment: IDL.Record({
    id: IDL.Text,
    status: IDL.Text,
    client_reference_id: IDL.Opt(IDL.Text),
    payment_link: IDL.Opt(IDL.Text),
    currency: IDL.Opt(IDL.Text),
    amount_total: IDL.Opt(IDL.Nat64),
    amount_refunded: IDL.Nat64,
  }),
});
export interface PaymentValue {
  id: string;
  status: string;
  client_reference_id: [] | [string];
  payment_link: [] | [string];
  currency: [] | [string];
  amount_total: [] | [bigint];
  amount_refunded: bigint;
}

export const ClaimArgument = IDL.Record({ session_id: IDL.Text, reference: IDL.Text, payment_link: IDL.Text, currency: IDL.Text, min_amount: IDL.Nat64 });

/** What a claim that grants nothing comes to, in words for the customer. */
export const REFUSALS = {
  claimed_by_other: 'The payment has been used for something else.',
  mismatch: 'The payment is not one for this licence: another link, currency or reference, or too little.',
  not_paid: 'The payment has not been paid.',
  refunded: 'The payment has been refunded.',
};
export const ClaimResult = IDL.Variant(Object.fromEntries(['claimed', 'already_yours', ...Object.keys(REFUSALS)].map((name) => [name, IDL.Null])));

export const Licence = IDL.Record({ key: IDL.Text, status: IDL.Text });
export interface LicenceValue {
  key: string;
  /** `active` or `revoked`. */
  status: string;
}
export const Redeemed = IDL.Variant({ licence: Licence, refused: IDL.Text });
export type RedeemedValue = { licence: LicenceValue } | { refused: string };
