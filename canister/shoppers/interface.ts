/** What shoppers see who have signed in, in Candid. Amounts are in minor units, times in seconds since 1970. */
import { IDL } from '@dfinity/candid';

/** A payment, for the shopper who has made it. */
export const MyPayment = IDL.Record({
  status: IDL.Text,
  reference: IDL.Text,
  amount_total: IDL.Opt(IDL.Nat64),
  currency: IDL.Opt(IDL.Text),
  amount_refunded: IDL.Nat64,
  created: IDL.Nat64,
  livemode: IDL.Bool,
});

type Opt<T> = [] | [T];

/** {@link MyPayment}, to be encoded. */
export interface MyPaymentValue {
  status: string;
  reference: string;
  amount_total: Opt<bigint>;
  currency: Opt<string>;
  amount_refunded: bigint;
  created: bigint;
  livemode: boolean;
}
