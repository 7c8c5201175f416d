/** The canister's real Wasm on a local Internet Computer, with Stripe's stand-in, for tests. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { readAnswer, type Answer } from '../../canister/contract.js';
import { SettingsView } from '../../canister/admin/interface.js';
import { SettingsChanges } from '../../canister/settings.js';
import { LocalIc, startGateway, type LocalIcOptions } from '../local/ic/index.js';
import { startStripe, type StripeOptions, type StripeStandIn } from '../local/stripe/index.js';

const WASM = new URL('../../dist/stripe_backend.wasm', import.meta.url);
const PROXY = 'proxy.example';

/** The init argument beyond the two fields that must be there. */
export interface Settings {
  api_key?: string;
  idempotent_proxy?: [string];
  webhook_secrets?: [string[]];
  livemode?: [boolean];
  payment_links?: [string[]];
  accept_modes?: [string[]];
  accept_no_payment_required?: [boolean];
  admins?: [Principal[]];
  replicated?: [boolean];
  pricing_version?: [number];
}

const OPTIONAL: Record<keyof Omit<Settings, 'api_key'>, IDL.Type> = {
  idempotent_proxy: IDL.Text,
  webhook_secrets: IDL.Vec(IDL.Text),
  livemode: IDL.Bool,
  payment_links: IDL.Vec(IDL.Text),
  accept_modes: IDL.Vec(IDL.Text),
  accept_no_payment_required: IDL.Bool,
  admins: IDL.Vec(IDL.Principal),
  replicated: IDL.Bool,
  pricing_version: IDL.Nat32,
};

/** An init argument with only the fields given, as a command line sends it. */
export function initArgument(settings: Settings & { api_key: string }): Uint8Array {
  const optional = Object.entries(OPTIONAL).filter(([name]) => name in settings);
  const type = IDL.Record({ api_host: IDL.Text, api_key: IDL.Text, ...Object.fromEntries(optional.map(([name, inner]) => [name, IDL.Opt(inner)])) });
  return new Uint8Array(IDL.encode([type], [{ api_host: 'api.stripe.com', ...settings }]));
}

/** The argument of a plain upgrade. */
export const NO_ARGUMENT = new Uint8Array(IDL.encode([], []));

/** Controls the canister. */
export const CONTROLLER = Principal.fromUint8Array(Uint8Array.of(...new Uint8Array(28).fill(7), 2));

/** An HTTP answer, as it came over the wire. */
export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The canister, ready to be asked. */
export class CanisterWorld {
  /** Everything that has come over HTTP or been printed, to be searched for what must not be there. */
  said: string[] = [];

  private constructor(
    readonly ic: LocalIc,
    readonly stripe: StripeStandIn,
    readonly canister: Principal,
    readonly wasm: Uint8Array,
    private readonly gateway: { port: number; close(): Promise<void> },
  ) {}

  static async start(settings: Settings = {}, icOptions: LocalIcOptions = {}, stripeOptions: Omit<StripeOptions, 'port' | 'now'> = {}): Promise<CanisterWorld> {
    const clock: { now: () => number } = { now: Date.now };
    const stripe = await startStripe({ ...stripeOptions, port: 0, now: () => clock.now() });
    const said: string[] = [];
    const hosts = { 'api.stripe.com': stripe.url, [PROXY]: stripe.url };
    const ic = new LocalIc({ outcallHosts: hosts, log: (line) => said.push(line), ...icOptions });
    clock.now = () => Number(ic.now() / 1_000_000n);
    const canister = ic.createCanister({ cycles: 10_000_000_000_000n, controller: CONTROLLER });
    const wasm = new Uint8Array(await readFile(WASM));
    await ic.install(canister, wasm, initArgument({ api_key: stripe.keys.good, ...settings }));
    const world = new CanisterWorld(ic, stripe, canister, wasm, await startGateway(ic, { port: 0 }));
    world.said = said;
    return world;
  }

  async close(): Promise<void> {
    await Promise.all([this.gateway.close(), this.ic.close(), this.stripe.close()]);
  }

  /** An HTTP request through the gateway, on the verified host unless `raw`. */
  async http(path: string, { raw = false, method = 'GET', headers = {}, body = '' } = {}): Promise<HttpAnswer> {
    const host = `${this.canister.toText()}${raw ? '.raw' : ''}.localhost:${this.gateway.port}`;
    const answer = await exchange({ host: '127.0.0.1', port: this.gateway.port, path, method, headers: { host, ...headers } }, body);
    this.said.push(JSON.stringify(answer));
    return answer;
  }

  /** What the canister says of a session. */
  async checkout(id: string, { raw = false } = {}): Promise<Answer> {
    const { status, text } = await this.http(`/checkout/${id}`, { raw });
    const answer = status === 200 ? readAnswer(JSON.parse(text)) : undefined;
    if (!answer) throw new Error(`not an answer: ${status} ${text}`);
    return answer;
  }

  /** Calls one of the methods for administrators. @param argument of this type; left out where it takes none */
  async admin<T>(kind: 'query' | 'update', method: string, result: IDL.Type, [type, argument]: [IDL.Type, unknown] | [] = [], caller = CONTROLLER): Promise<T> {
    const bytes = new Uint8Array(type ? IDL.encode([type], [argument]) : IDL.encode([], []));
    return IDL.decode([result], await this.ic[kind](this.canister, method, bytes, caller))[0] as T;
  }

  /** Changes the settings that are named. */
  async updateSettings(changes: Record<string, unknown>, caller = CONTROLLER): Promise<Record<string, unknown>> {
    const all = Object.fromEntries(SettingsChanges._fields.map(([name]) => [name, name in changes ? [changes[name]] : []]));
    return this.admin('update', 'update_settings', SettingsView, [SettingsChanges, all], caller);
  }

  /** Has the stand-in tell the canister of what happens, and the canister believe it. */
  async addWebhook(secrets: readonly string[] = []): Promise<ReturnType<StripeStandIn['createWebhookEndpoint']>> {
    const endpoint = this.stripe.createWebhookEndpoint({ url: `${this.origin}/webhook` });
    await this.updateSettings({ webhook_secrets: [endpoint.secret, ...secrets] });
    return endpoint;
  }

  /** Where the canister is served, verified. */
  get origin(): string {
    return `http://${this.canister.toText()}.localhost:${this.gateway.port}`;
  }

  /** How often Stripe has been asked. */
  get lookups(): number {
    return this.stripe.requests.length;
  }
}

function exchange(options: { host: string; port: number; path: string; method: string; headers: Record<string, string> }, body: string | Uint8Array): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject).end(body);
  });
}
