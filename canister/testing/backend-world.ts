/** A {@link Backend} in a world that is moved by hand: Stripe, the system, shoppers, upgrades. */
import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Backend } from '../backend.js';
import { readAnswer, type Answer } from '../contract.js';
import type { PaymentViewValue } from '../admin/interface.js';
import type { DecodedChanges, DecodedInitArgument } from '../settings.js';
import { FakeSystem } from './fake-system.js';
import { GuardedStore } from './guarded-store.js';
import { decodeAnswer, encodeRequest, type TestAnswer, type TestRequest } from './http-client.js';
import { ModelStripe } from './model-stripe.js';
import { Outcalls } from './outcalls.js';

export const SECRET = 'whsec_5f2a8c3b9d7e4f1a0b6c8d2e7f9a3b5c';
export const API_KEY = 'rk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** When each world begins, in seconds since 1970. */
export const START = 1_800_000_000;

/** The init argument, decoded, with all that may be left out left out. */
export function initArgument(settings: Partial<DecodedInitArgument> = {}): DecodedInitArgument {
  return {
    api_host: 'api.stripe.com', api_key: API_KEY, idempotent_proxy: [], webhook_secrets: [[SECRET]], livemode: [], payment_links: [], accept_modes: [],
    accept_no_payment_required: [], admins: [], replicated: [], pricing_version: [], fulfillers: [], shoppers_sign_in: [], domains: [], ...settings,
  };
}

/** The argument of `update_settings`, decoded, with only some changes. */
export function changesOf(changes: Partial<DecodedChanges>): DecodedChanges {
  return { ...initArgument(), api_host: [], api_key: [], webhook_secrets: [], revision: [], ...changes };
}

/** Timers that may ring at one moment, each set by the one before. */
const MOST_RINGS = 100;

export const CONTROLLER = { principal: 'aaaaa-aa', isController: true };

export class BackendWorld {
  readonly stripe: ModelStripe;
  readonly outcalls: Outcalls;
  readonly system: FakeSystem;
  readonly store: GuardedStore;
  backend: Backend;

  /**
   * Installs the canister.
   * @param settings other than {@link initArgument}'s; null for an upgrade without an argument
   * @param prepare writes what is in stable memory before
   */
  constructor(settings: Partial<DecodedInitArgument> | null = {}, prepare: (store: GuardedStore) => void = () => undefined) {
    this.stripe = new ModelStripe(() => this.system.now);
    this.outcalls = new Outcalls(this.stripe, () => this.system.now);
    this.system = new FakeSystem(START, this.outcalls.call);
    this.store = new GuardedStore(() => this.system.message !== 'query');
    prepare(this.store);
    this.backend = new Backend(this.system, this.store, settings === null ? undefined : initArgument(settings));
  }

  /** Upgrades the canister without a stop: its heap and timers go, and with them whoever waits for an outcall. */
  upgrade(argument?: DecodedInitArgument): void {
    this.system.forgetTimers();
    this.outcalls.lose();
    this.backend = new Backend(this.system, this.store, argument);
  }

  /** A query through a gateway. */
  query(request: TestRequest, { raw = false } = {}): TestAnswer {
    const host = `${this.system.self.toText()}${raw ? '.raw' : ''}.icp0.io`;
    const argument = encodeRequest({ ...request, headers: [['host', host], ...(request.headers ?? [])] });
    return decodeAnswer(this.reading(() => this.backend.pages.query(argument)));
  }

  /** Whether an update with such an argument is let in. */
  mayUpdate(argument: Uint8Array): boolean {
    return this.reading(() => this.backend.pages.mayUpdate(argument));
  }

  /** An update straight to the canister. Its answer does not come before the outcalls arrive that it waits for. */
  async update(request: TestRequest): Promise<TestAnswer> {
    const reply = await this.backend.pages.update(encodeRequest(request));
    if (this.system.message === 'cleanup') throw new Error('a cleanup may not reply');
    return decodeAnswer(reply);
  }

  /** An update, for which all outcalls arrive as they are made. */
  async updateNow(request: TestRequest): Promise<TestAnswer> {
    const answer = this.update(request);
    await this.arriveAll();
    return answer;
  }

  /** What a shopper reads who asks about a session, or by a reference, through the verified host. */
  async ask(path: string): Promise<Answer> {
    const answer = this.query({ url: path });
    const { status, text } = answer.upgrade ? await this.updateNow({ url: path }) : answer;
    const read = status === 200 || status === 429 ? readAnswer(JSON.parse(text)) : undefined;
    if (!read) throw new Error(`no answer: ${status} ${text}`);
    return read;
  }

  /** Has an event delivered, signed now. Returns the HTTP status. */
  async deliver(body: string, secret = SECRET): Promise<number> {
    const timestamp = Math.floor(this.system.now);
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    const { status } = await this.update({ method: 'POST', url: '/webhook', headers: [['Stripe-Signature', `t=${timestamp},v1=${signature}`]], body: Buffer.from(body) });
    return status;
  }

  /** Lets one outcall arrive, and the canister do what it does then. */
  async arrive(which = 0): Promise<void> {
    await setImmediate(); // what waits for no outcall has ended long before
    const end = this.outcalls.arrive(which);
    if (end === 'trap') this.system.message = 'cleanup';
    await setImmediate();
    this.system.message = 'update';
  }

  /** Lets outcalls arrive until there are none. */
  async arriveAll(): Promise<void> {
    await setImmediate();
    while (this.outcalls.inFlightCount > 0) await this.arrive();
  }

  /** Lets time pass at once, as when a subnet has stood still, and rings what is due then. */
  async leap(seconds: number): Promise<void> {
    this.system.now += seconds;
    this.stripe.expireOld();
    this.system.ring();
    await setImmediate();
  }

  /** Lets time pass; timers ring when they are due, and outcalls arrive as they are made. */
  async pass(seconds: number): Promise<void> {
    const end = this.system.now + seconds;
    let rings = 0;
    while (this.system.nextTimer <= end) {
      const wait = Math.max(0, this.system.nextTimer - this.system.now);
      rings = wait > 0 ? 0 : rings + 1;
      if (rings > MOST_RINGS) throw new Error('timers ring again and again at once');
      await this.leap(wait);
      await this.arriveAll();
    }
    await this.leap(end - this.system.now);
  }

  /** All that the canister knows, by session. */
  get known(): Map<string, PaymentViewValue> {
    const { payments } = this.backend.admin.listPayments({ before: [], limit: [100], status: [], reference: [] });
    return new Map(payments.map((payment) => [payment.id, payment]));
  }

  /** How often payments stand where, as the canister has counted, without those of which there are none. */
  get counted(): Record<string, number> {
    return Object.fromEntries(this.backend.admin.canisterStats().payments.flatMap(([status, count]) => (count === 0n ? [] : [[status, Number(count)]])));
  }

  /** How many sessions wait to be looked up by themselves. */
  get waiting(): number {
    return Number(this.backend.admin.canisterStats().waiting);
  }

  /** The moments at which a session was looked up, in seconds since 1970. */
  lookupsOf(id: string): number[] {
    return this.outcalls.made.filter(({ url }) => url.pathname.endsWith(`/${id}`)).map(({ at }) => at);
  }

  /** The moments at which the newest sessions were asked for. */
  get lists(): number[] {
    return this.outcalls.made.filter(({ url }) => url.pathname.endsWith('/sessions')).map(({ at }) => at);
  }

  private reading<T>(act: () => T): T {
    this.system.message = 'query';
    try {
      return act();
    } finally {
      this.system.message = 'update';
    }
  }
}
