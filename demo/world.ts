/** The whole world on one machine: the shop, the Internet Computer with the canister on it, Stripe, and an identity provider. */
import { readFile } from 'node:fs/promises';
import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { startIdentityProvider } from './local/identity-provider/index.js';
import { createAgentApi, LocalIc, type LocalIcOptions, startGateway } from './local/ic/index.js';
import { startStripe, type StripeStandIn } from './local/stripe/index.js';
import { startShop } from './shop/server.js';

/** How the world is set up; port 0 takes any that is free. */
export interface WorldOptions {
  /** `identity` is any that is free unless given. */
  ports: { shop: number; gateway: number; stripe: number; identity?: number };
  /** The real Stripe instead of the stand-in: a restricted test key, and a payment link that returns to the shop. */
  stripe?: { key: string; paymentLink: string };
  /** The origin of a real Internet Identity instead of the stand-in. */
  identityProvider?: string;
  /** How the local Internet Computer is set up. */
  ic?: Pick<LocalIcOptions, 'nodes' | 'seed' | 'faults'>;
  /** Who controls the canister, besides {@link World.upgrade}. Nobody by default. */
  controller?: Principal;
  /** Takes what the canister prints, and why it trapped. */
  log?: (line: string) => void;
}

/** A world that runs. */
export interface World {
  /** Origins: `http://localhost:8080` and so on. */
  shop: string;
  gateway: string;
  /** The address of the merchant's dashboard, where {@link MERCHANT} is an administrator: not with a real Internet Identity. */
  dashboard: string;
  /** Undefined with the real Stripe. */
  stripe: StripeStandIn | undefined;
  /** The origin that signs people in, for auth-client. */
  identityProvider: string;
  ic: LocalIc;
  canister: Principal;
  paymentLink: string;
  /** Installs the canister's Wasm over itself, as `icp` upgrades: stop, upgrade, start. */
  upgrade(): Promise<void>;
  close(): Promise<void>;
}

/** A port that is taken, and the setting that names another. */
export class PortTaken extends Error {
  constructor(
    readonly server: keyof WorldOptions['ports'],
    readonly port: number,
  ) {
    super(`port ${port} is taken`);
  }
}

/** The user of the stand-in identity provider who is made an administrator, as a controller does. */
export const MERCHANT = 'Merchant';

/** The one that the dashboard's page takes on localhost when it is told of no other. */
const USUAL_PROVIDER = 'http://localhost:4950';
const STRIPE_HOST = 'api.stripe.com';
const InitArgument = IDL.Record({ api_host: IDL.Text, api_key: IDL.Text, admins: IDL.Opt(IDL.Vec(IDL.Principal)) });
const NO_ARGUMENT = new Uint8Array(IDL.encode([], []));
const CYCLES = 10_000_000_000_000n;

/** Starts everything. Rejects with {@link PortTaken}, after closing what had started. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { ports, log } = options;
  const started: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(server: keyof typeof ports, start: Promise<T>): Promise<T> => {
    const running = await start.catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? new PortTaken(server, ports[server] ?? 0) : error;
    });
    started.push(running);
    return running;
  };
  const close = async () => {
    await Promise.all(started.map((running) => running.close()));
  };

  try {
    const stripe = options.stripe ? undefined : await open('stripe', startStripe({ port: ports.stripe }));
    const key = options.stripe?.key ?? stripe!.keys.good;
    const ic = new LocalIc({ ...options.ic, log, outcallHosts: stripe && { [STRIPE_HOST]: stripe.url } });
    started.push(ic);
    const canister = ic.createCanister({ cycles: CYCLES, controller: options.controller });
    const wasm = new Uint8Array(await readFile(new URL('../dist/stripe_backend.wasm', import.meta.url)));
    const { port: gatewayPort } = await open('gateway', startGateway(ic, { port: ports.gateway, api: createAgentApi(ic) }));
    const gateway = `http://localhost:${gatewayPort}`;
    const now = () => Number(ic.now() / 1_000_000n);
    const standIn = options.identityProvider === undefined ? await open('identity', startIdentityProvider({ port: ports.identity ?? 0, seed: options.ic?.seed, now })) : undefined;
    const identityProvider = options.identityProvider ?? standIn!.url;
    const canisterOrigin = gateway.replace('//', `//${canister.toText()}.`);
    const dashboard = `${canisterOrigin}/dashboard${identityProvider === USUAL_PROVIDER ? '' : `?identity-provider=${encodeURIComponent(identityProvider)}`}`;
    const admins = standIn ? [[standIn.principal(MERCHANT, canisterOrigin)]] : [];
    await ic.install(canister, wasm, new Uint8Array(IDL.encode([InitArgument], [{ api_host: STRIPE_HOST, api_key: key, admins }])));

    const tag = { paymentLink: options.stripe?.paymentLink ?? '', canisterId: canister.toText(), gateway, price: options.stripe ? 'The price is set on Stripe' : '€19.99' };
    const { port: shopPort } = await open('shop', startShop(ports.shop, tag));
    const shop = `http://localhost:${shopPort}`;
    if (stripe) tag.paymentLink = createLink(stripe, shop);

    const upgrade = () => ic.upgrade(canister, wasm, NO_ARGUMENT);
    return { shop, gateway, dashboard, stripe, identityProvider, ic, canister, paymentLink: tag.paymentLink, upgrade, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The link as the walk-through in the README has one made on Stripe: after payment, back to the shop with the session's id. */
function createLink(stripe: StripeStandIn, shop: string): string {
  const afterPayment = `${shop}/?check_out_session_id={CHECKOUT_SESSION_ID}`;
  return stripe.createPaymentLink({ merchant: 'Slow Coffee', product: 'The pour-over set', amount: 1999, currency: 'eur', afterPayment }).url;
}
