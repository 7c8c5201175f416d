/** What fulfillers see, in Candid. Amounts are in minor units, times in seconds since 1970. */
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { PaymentView, type PaymentViewValue } from '../admin/interface.js';

/** What a fulfiller expects of a payment. */
export const ClaimArgument = IDL.Record({ session_id: IDL.Text, reference: IDL.Text, payment_link: IDL.Text, currency: IDL.Text, min_amount: IDL.Nat64 });

/** What a claim comes to. */
const CLAIM_RESULTS = ['claimed', 'already_yours', 'claimed_by_other', 'mismatch', 'not_paid', 'refunded'] as const;
export const ClaimResult = IDL.Variant(Object.fromEntries(CLAIM_RESULTS.map((name) => [name, IDL.Null])));

/** The argument of a fulfiller's method. */
export const Delivery = IDL.Record({ number: IDL.Nat64, event: IDL.Text, payment: PaymentView });

/** A delivery that has been given up. */
export const DeadLetter = IDL.Record({
  number: IDL.Nat64,
  canister: IDL.Principal,
  method: IDL.Text,
  session_id: IDL.Text,
  event: IDL.Text,
  since: IDL.Nat64,
  reason: IDL.Text,
});

/** {@link ClaimArgument}, decoded. */
export interface ClaimArgumentValue {
  session_id: string;
  reference: string;
  payment_link: string;
  currency: string;
  min_amount: bigint;
}

/** One of {@link ClaimResult}, by its name. */
export type ClaimOutcome = (typeof CLAIM_RESULTS)[number];

/** {@link Delivery}, to be encoded. */
export interface DeliveryValue {
  number: bigint;
  event: string;
  payment: PaymentViewValue;
}

/** {@link DeadLetter}, to be encoded. */
export interface DeadLetterValue {
  number: bigint;
  canister: Principal;
  method: string;
  session_id: string;
  event: string;
  since: bigint;
  reason: string;
}
