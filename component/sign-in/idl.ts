/** The canister's methods for shoppers, in Candid; `stripe_backend.did` is the judge. */
import type { Idl, IdlService } from '../dashboard/ic.js';

/** As the agent wants it. */
export function idlFactory({ IDL }: { IDL: Idl }): IdlService {
  const { Bool, Nat64, Opt, Record, Text, Vec } = IDL;
  const payment = Record({
    status: Text,
    reference: Text,
    amount_total: Opt(Nat64),
    currency: Opt(Text),
    amount_refunded: Nat64,
    created: Nat64,
    livemode: Bool,
  });
  return IDL.Service({
    issue_reference: IDL.Func([Text], [Text], []),
    my_payments: IDL.Func([], [Vec(payment)], ['query']),
  });
}
