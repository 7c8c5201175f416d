/** The canister's methods for the merchant, in Candid; `stripe_backend.did` is the judge. */
import type { Idl, IdlService } from './ic.js';

/** As the agent wants it. */
export function idlFactory({ IDL }: { IDL: Idl }): IdlService {
  const { Bool, Nat, Nat32, Nat64, Opt, Principal, Record, Text, Tuple, Vec } = IDL;
  const fulfiller = Record({ canister: Principal, payment_links: Vec(Text), method: Opt(Text) });
  const fields = {
    api_host: Text,
    api_key: Text,
    webhook_secrets: Vec(Text),
    livemode: Bool,
    payment_links: Vec(Text),
    accept_modes: Vec(Text),
    accept_no_payment_required: Bool,
    admins: Vec(Principal),
    replicated: Bool,
    pricing_version: Nat32,
    fulfillers: Vec(fulfiller),
    shoppers_sign_in: Bool,
    domains: Vec(Text),
    revision: Nat32,
  };
  const settings = Record({ ...fields, idempotent_proxy: Opt(Text) });
  const changes = Record({ ...Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, Opt<unknown>(type)])), idempotent_proxy: Opt(Text) });
  const payment = Record({
    id: Text,
    sequence: Nat32,
    status: Text,
    reason: Opt(Text),
    client_reference_id: Opt(Text),
    payment_link: Opt(Text),
    mode: Text,
    payment_status: Text,
    amount_total: Opt(Nat64),
    currency: Opt(Text),
    amount_refunded: Nat64,
    presentment: Opt(Record({ amount: Nat64, currency: Text })),
    created: Nat64,
    livemode: Bool,
    payment_intent: Opt(Text),
    expires_at: Opt(Nat64),
    accepted: Bool,
    disputed: Bool,
    duplicate: Bool,
  });
  const counted = Vec(Tuple(Text, Nat64));
  const stats = Record({
    payments: counted,
    disputed: Nat64,
    duplicates: Nat64,
    lookups: counted,
    events: counted,
    last_event: Opt(Nat64),
    waiting: Nat64,
    deliveries: counted,
    certified: Nat64,
    cycles: Nat,
    cycles_per_day: Opt(Nat),
    days_left: Opt(Nat64),
  });
  const deadLetter = Record({ number: Nat64, canister: Principal, method: Text, session_id: Text, event: Text, since: Nat64, reason: Text });
  const listArgument = Record({ before: Opt(Nat32), limit: Opt(Nat32), status: Opt(Text), reference: Opt(Text) });
  return IDL.Service({
    get_settings: IDL.Func([], [settings], ['query']),
    update_settings: IDL.Func([changes], [settings], []),
    check_connection: IDL.Func([], [Record({ works: Bool, message: Text })], []),
    list_payments: IDL.Func([listArgument], [Record({ payments: Vec(payment), next: Opt(Nat32) })], ['query']),
    get_payment: IDL.Func([Text], [Opt(payment)], ['query']),
    check_payment: IDL.Func([Text], [Record({ status: Text, reason: Opt(Text), payment: Opt(payment) })], []),
    canister_stats: IDL.Func([], [stats], ['query']),
    list_concerns: IDL.Func([], [Vec(payment)], ['query']),
    list_dead_letters: IDL.Func([], [Vec(deadLetter)], ['query']),
    retry_delivery: IDL.Func([Nat64], [], []),
  });
}
