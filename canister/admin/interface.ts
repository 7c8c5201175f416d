/** What administrators see, in Candid. Amounts are in minor units, times in seconds since 1970. */
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { FulfillerRecord, type FulfillerValue } from '../settings.js';

/** The settings; of secrets only the last four characters. */
export const SettingsView = IDL.Record({
  api_host: IDL.Text,
  api_key: IDL.Text,
  idempotent_proxy: IDL.Opt(IDL.Text),
  webhook_secrets: IDL.Vec(IDL.Text),
  livemode: IDL.Bool,
  payment_links: IDL.Vec(IDL.Text),
  accept_modes: IDL.Vec(IDL.Text),
  accept_no_payment_required: IDL.Bool,
  admins: IDL.Vec(IDL.Principal),
  replicated: IDL.Bool,
  pricing_version: IDL.Nat32,
  fulfillers: IDL.Vec(FulfillerRecord),
  shoppers_sign_in: IDL.Bool,
  domains: IDL.Vec(IDL.Text),
  revision: IDL.Nat32,
});

/** Whether Stripe can be asked, in words. */
export const Connection = IDL.Record({ works: IDL.Bool, message: IDL.Text });

/** A payment: all that the canister knows of it. */
export const PaymentView = IDL.Record({
  id: IDL.Text,
  sequence: IDL.Nat32,
  status: IDL.Text,
  reason: IDL.Opt(IDL.Text),
  client_reference_id: IDL.Opt(IDL.Text),
  payment_link: IDL.Opt(IDL.Text),
  mode: IDL.Text,
  payment_status: IDL.Text,
  amount_total: IDL.Opt(IDL.Nat64),
  currency: IDL.Opt(IDL.Text),
  amount_refunded: IDL.Nat64,
  presentment: IDL.Opt(IDL.Record({ amount: IDL.Nat64, currency: IDL.Text })),
  created: IDL.Nat64,
  livemode: IDL.Bool,
  payment_intent: IDL.Opt(IDL.Text),
  expires_at: IDL.Opt(IDL.Nat64),
  accepted: IDL.Bool,
  disputed: IDL.Bool,
  duplicate: IDL.Bool,
});

/** Which payments to list: the newest first, below `before`, with a status, with a reference that begins so. */
export const ListArgument = IDL.Record({
  before: IDL.Opt(IDL.Nat32),
  limit: IDL.Opt(IDL.Nat32),
  status: IDL.Opt(IDL.Text),
  reference: IDL.Opt(IDL.Text),
});

/** A page of payments, perhaps an empty one; where there may be more, `next` is to be the `before` of the next page. */
export const ListPage = IDL.Record({ payments: IDL.Vec(PaymentView), next: IDL.Opt(IDL.Nat32) });

/** What asking Stripe about a payment has come to. */
export const CheckResult = IDL.Record({ status: IDL.Text, reason: IDL.Opt(IDL.Text), payment: IDL.Opt(PaymentView) });

const Counted = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Nat64));

/** How the canister is. */
export const Stats = IDL.Record({
  payments: Counted,
  disputed: IDL.Nat64,
  duplicates: IDL.Nat64,
  lookups: Counted,
  events: Counted,
  last_event: IDL.Opt(IDL.Nat64),
  waiting: IDL.Nat64,
  deliveries: Counted,
  certified: IDL.Nat64,
  cycles: IDL.Nat,
  cycles_per_day: IDL.Opt(IDL.Nat),
  days_left: IDL.Opt(IDL.Nat64),
});

type Opt<T> = [] | [T];

/** {@link SettingsView}, to be encoded. */
export interface SettingsViewValue {
  api_host: string;
  api_key: string;
  idempotent_proxy: Opt<string>;
  webhook_secrets: string[];
  livemode: boolean;
  payment_links: string[];
  accept_modes: string[];
  accept_no_payment_required: boolean;
  admins: Principal[];
  replicated: boolean;
  pricing_version: number;
  fulfillers: FulfillerValue[];
  shoppers_sign_in: boolean;
  domains: string[];
  revision: number;
}

/** {@link PaymentView}, to be encoded. */
export interface PaymentViewValue {
  id: string;
  sequence: number;
  status: string;
  reason: Opt<string>;
  client_reference_id: Opt<string>;
  payment_link: Opt<string>;
  mode: string;
  payment_status: string;
  amount_total: Opt<bigint>;
  currency: Opt<string>;
  amount_refunded: bigint;
  presentment: Opt<{ amount: bigint; currency: string }>;
  created: bigint;
  livemode: boolean;
  payment_intent: Opt<string>;
  expires_at: Opt<bigint>;
  accepted: boolean;
  disputed: boolean;
  duplicate: boolean;
}

/** {@link ListArgument}, decoded. */
export interface ListArgumentValue {
  before: Opt<number>;
  limit: Opt<number>;
  status: Opt<string>;
  reference: Opt<string>;
}

/** {@link ListPage}, to be encoded. */
export interface ListPageValue {
  payments: PaymentViewValue[];
  next: Opt<number>;
}

/** {@link CheckResult}, to be encoded. */
export interface CheckResultValue {
  status: string;
  reason: Opt<string>;
  payment: Opt<PaymentViewValue>;
}

/** {@link Stats}, to be encoded. */
export interface StatsValue {
  payments: [string, bigint][];
  disputed: bigint;
  duplicates: bigint;
  lookups: [string, bigint][];
  events: [string, bigint][];
  last_event: Opt<bigint>;
  waiting: bigint;
  deliveries: [string, bigint][];
  certified: bigint;
  cycles: bigint;
  cycles_per_day: Opt<bigint>;
  days_left: Opt<bigint>;
}
