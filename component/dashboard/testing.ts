/** A canister that is played, for tests. */
import type { Access } from './access.js';
import type { Backend, DeadLetter, ListArgument, Payment, Settings, SettingsChanges, Stats } from './backend.js';

export const CANISTER = 'uxrrr-q7777-77774-qaaaq-cai';
export const PRINCIPAL = 'rrkah-fqaaa-aaaaa-aaaaq-cai';
export const NOW = Math.floor(Date.now() / 1000);

/** A payment; the higher the number the newer. */
export function payment(sequence: number, fields: Partial<Payment> = {}): Payment {
  return {
    id: `cs_test_a1${sequence}`,
    sequence,
    status: 'paid',
    reason: null,
    client_reference_id: `order-${sequence}-isp1abcdefghijklmnopqrstuvwxyz`,
    payment_link: 'plink_1',
    mode: 'payment',
    payment_status: 'paid',
    amount_total: 1999,
    currency: 'eur',
    amount_refunded: 0,
    presentment: null,
    created: NOW - (10_000 - sequence),
    livemode: true,
    payment_intent: `pi_${sequence}`,
    expires_at: null,
    accepted: true,
    disputed: false,
    duplicate: false,
    ...fields,
  };
}

export const SETTINGS: Settings = {
  api_host: 'api.stripe.com',
  api_key: '…7890',
  idempotent_proxy: null,
  webhook_secrets: ['…abcd'],
  livemode: true,
  payment_links: ['plink_1'],
  accept_modes: ['payment'],
  accept_no_payment_required: false,
  admins: [PRINCIPAL],
  replicated: true,
  pricing_version: 2,
  fulfillers: [{ canister: CANISTER, payment_links: ['plink_1'], method: 'deliver' }],
  shoppers_sign_in: false,
  domains: [],
  revision: 3,
};

export const STATS: Stats = {
  payments: [['paid', 40], ['open', 2]],
  disputed: 0,
  duplicates: 0,
  lookups: [['paid', 40], ['rate_limited', 1]],
  events: [['completed', 40], ['expired', 3], ['refund', 2]],
  last_event: NOW - 600,
  waiting: 0,
  deliveries: [['delivered', 12]],
  certified: 40,
  cycles: 4.2e12,
  cycles_per_day: 1.2e10,
  days_left: 350,
};

export const LETTER: DeadLetter = { number: 7, canister: CANISTER, method: 'deliver', session_id: 'cs_test_a1b2c3d4e5f6', event: 'paid', since: NOW - 86_400, reason: 'Canister is stopped.' };

/** Keeps payments and settings as the canister does, and the calls that were made. */
export class FakeBackend implements Backend {
  payments: Payment[];
  settings: Settings = { ...SETTINGS };
  letters: DeadLetter[] = [];
  figures: Stats = STATS;
  connection = { works: true, message: 'Stripe answers, in live mode.' };
  readonly calls: [method: string, argument?: unknown][] = [];
  /** Thrown by the next calls of a method. */
  readonly failures = new Map<string, Error>();
  /** Waited for by each call. */
  pause: Promise<unknown> = Promise.resolve();
  /** How many payments a page looks at. */
  looksAt = 200;

  constructor(payments: Payment[] = []) {
    this.payments = payments;
  }

  async #called(method: string, argument?: unknown): Promise<void> {
    this.calls.push([method, argument]);
    await this.pause;
    const failure = this.failures.get(method);
    if (failure) throw failure;
  }

  async getSettings() {
    await this.#called('getSettings');
    return structuredClone(this.settings);
  }
  async updateSettings(changes: SettingsChanges) {
    await this.#called('updateSettings', changes);
    const { api_key: key, webhook_secrets: secrets, idempotent_proxy: proxy, ...rest } = changes;
    const masked = (secret: string) => (secret === '' || secret.startsWith('…') ? secret : `…${secret.slice(-4)}`);
    this.settings = {
      ...this.settings,
      ...rest,
      ...(key !== undefined && { api_key: masked(key) }),
      ...(secrets && { webhook_secrets: secrets.map(masked) }),
      ...(proxy !== undefined && { idempotent_proxy: proxy || null }),
      revision: this.settings.revision + 1,
    };
    return structuredClone(this.settings);
  }
  async checkConnection() {
    await this.#called('checkConnection');
    return this.connection;
  }
  async listPayments(argument: ListArgument) {
    await this.#called('listPayments', argument);
    const { before = Infinity, limit = 20, status, reference = '' } = argument;
    const found: Payment[] = [];
    let looked = 0;
    const rest = this.payments.filter(({ sequence }) => sequence < before).sort((a, b) => b.sequence - a.sequence);
    for (const payment of rest) {
      if (found.length === limit || looked === this.looksAt) break;
      looked += 1;
      if ((!status || payment.status === status) && (payment.client_reference_id ?? '').startsWith(reference)) found.push(payment);
    }
    return { payments: structuredClone(found), next: looked < rest.length ? rest[looked - 1].sequence : null };
  }
  async getPayment(id: string) {
    await this.#called('getPayment', id);
    return structuredClone(this.payments.find((payment) => payment.id === id) ?? null);
  }
  async checkPayment(id: string) {
    await this.#called('checkPayment', id);
    const payment = this.payments.find((payment) => payment.id === id) ?? null;
    return { status: payment?.status ?? 'not_found', reason: null, payment };
  }
  async stats() {
    await this.#called('stats');
    return this.figures;
  }
  async listConcerns() {
    await this.#called('listConcerns');
    return structuredClone(this.payments.filter(({ disputed, duplicate, reason }) => disputed || duplicate || reason === 'unsettled').reverse().slice(0, 100));
  }
  async listDeadLetters() {
    await this.#called('listDeadLetters');
    return [...this.letters];
  }
  async retryDelivery(number: number) {
    await this.#called('retryDelivery', number);
    this.letters = this.letters.filter((letter) => letter.number !== number);
  }
}

/** Lets everybody in at once, as `principal`. */
export function accessTo(backend: Backend, { isSignedIn = true, isController = true }: { isSignedIn?: boolean; isController?: boolean | 'unknown' } = {}): Access {
  const session = { principal: PRINCIPAL, backend, isController: () => Promise.resolve(isController === 'unknown' ? undefined : isController) };
  return { resume: () => Promise.resolve(isSignedIn ? session : undefined), signIn: () => Promise.resolve(session), signOut: () => Promise.resolve(), release: () => Promise.resolve() };
}
