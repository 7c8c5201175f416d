/**
 * What the dashboard asks of the canister, in plain values: nothing of the Internet Computer's libraries is seen here.
 * Amounts are in minor units, times in seconds since 1970, principals are text, and what is not known is null.
 */

/** A payment: all that the canister knows of it. */
export interface Payment {
  /** Of the Checkout Session. */
  id: string;
  /** In the order in which payments were first heard of. */
  sequence: number;
  status: string;
  /** `unsettled`: processing for 21 days. */
  reason: string | null;
  client_reference_id: string | null;
  payment_link: string | null;
  mode: string;
  /** Stripe's own word. */
  payment_status: string;
  amount_total: number | null;
  currency: string | null;
  amount_refunded: number;
  /** What the shopper saw, where Stripe converted it. */
  presentment: { amount: number; currency: string } | null;
  created: number;
  livemode: boolean;
  payment_intent: string | null;
  expires_at: number | null;
  /** By the settings of now. */
  accepted: boolean;
  disputed: boolean;
  /** Paid, as another session with the same reference is. */
  duplicate: boolean;
}

/** Which payments to list. */
export interface ListArgument {
  /** Only those below this sequence number. */
  before?: number;
  /** 20 unless given, 100 at most. */
  limit?: number;
  status?: string;
  /** Only references that begin so. */
  reference?: string;
}

/** The newest first; perhaps none, although there are more. `next` is the `before` of the next page. */
export interface ListPage {
  payments: Payment[];
  next: number | null;
}

/** What asking Stripe has come to; `payment` is what is known now. */
export interface CheckResult {
  status: string;
  reason: string | null;
  payment: Payment | null;
}

/** Whether Stripe can be asked, in words. */
export interface Connection {
  works: boolean;
  message: string;
}

/** How the canister is. */
export interface Stats {
  payments: [string, number][];
  disputed: number;
  duplicates: number;
  lookups: [string, number][];
  events: [string, number][];
  last_event: number | null;
  waiting: number;
  deliveries: [string, number][];
  certified: number;
  cycles: number;
  cycles_per_day: number | null;
  /** Until 0.1 T are left, and Stripe is asked no more. */
  days_left: number | null;
}

/** Who delivers what is paid for through some payment links. */
export interface Fulfiller {
  canister: string;
  payment_links: string[];
  method: string | null;
}

/** The settings; of secrets only the last four characters. */
export interface Settings {
  api_host: string;
  api_key: string;
  idempotent_proxy: string | null;
  webhook_secrets: string[];
  livemode: boolean;
  payment_links: string[];
  accept_modes: string[];
  accept_no_payment_required: boolean;
  admins: string[];
  replicated: boolean;
  pricing_version: number;
  fulfillers: Fulfiller[];
  shoppers_sign_in: boolean;
  domains: string[];
  /** Counts up with each change. */
  revision: number;
}

/** What is left out stays. `revision` is of the settings that the changes were made to. */
export type SettingsChanges = Partial<Omit<Settings, 'idempotent_proxy'> & { idempotent_proxy: string }>;

/** A call to a fulfiller that has been given up. */
export interface DeadLetter {
  number: number;
  canister: string;
  method: string;
  session_id: string;
  event: string;
  since: number;
  reason: string;
}

/** The canister's methods for the merchant. Each throws a {@link BackendError}. */
export interface Backend {
  getSettings(): Promise<Settings>;
  updateSettings(changes: SettingsChanges): Promise<Settings>;
  checkConnection(): Promise<Connection>;
  listPayments(argument: ListArgument): Promise<ListPage>;
  getPayment(id: string): Promise<Payment | null>;
  checkPayment(id: string): Promise<CheckResult>;
  stats(): Promise<Stats>;
  /** Payments that are disputed, unsettled or duplicate, however old: the latest first, 100 at most. */
  listConcerns(): Promise<Payment[]>;
  listDeadLetters(): Promise<DeadLetter[]>;
  retryDelivery(number: number): Promise<void>;
}

/**
 * Why a call failed.
 * - `refused`: by the canister, whose words say what to mend; they are the message.
 * - `not_admin`: the caller is no administrator.
 * - `expired`: the session is over, or was never.
 * - `unreachable`: nothing answered.
 * - `late`: no answer came in time; what was asked for may have happened.
 * - `untrusted`: what answered could not be verified.
 * - `unexpected`: anything else; the message is for developers.
 */
export type BackendErrorKind = 'refused' | 'not_admin' | 'expired' | 'unreachable' | 'late' | 'untrusted' | 'unexpected';

export class BackendError extends Error {
  readonly kind: BackendErrorKind;

  constructor(kind: BackendErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
