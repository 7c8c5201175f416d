/** The shop of licence keys beside the payment canister and Stripe's stand-in, for tests: both canisters' real Wasm. */
import { readFile } from 'node:fs/promises';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { Stats, type StatsValue } from '../../canister/admin/interface.js';
import { ClaimArgument, ClaimResult, DeadLetter, type ClaimOutcome, type DeadLetterValue } from '../../canister/fulfilment/interface.js';
import { Licence, Redeemed, Terms, type LicenceValue, type RedeemedValue, type TermsValue } from '../fulfilment/interface.js';
import type { LocalIc, LocalIcOptions } from '../local/ic/index.js';
import type { SessionOptions } from '../local/stripe/index.js';
import { CanisterWorld, CONTROLLER } from './canister-world.js';

export const TERMS = { payment_link: 'plink_licence', currency: 'eur', price: 1_999n };
/** Another link of the shop's, for something else. */
export const OTHER_LINK = 'plink_other';
/** What the tag appends to a reference. */
export const TAGGED = `-isp1${'a'.repeat(26)}`;
/** Another fulfiller of the same link. */
export const RIVAL = person('rival');

/** Somebody who signs in. */
export function person(name: string): Principal {
  return Principal.selfAuthenticating(Buffer.from(name));
}

/** A canister for the shop, still empty. */
export function createShop(ic: LocalIc): Principal {
  return ic.createCanister({ cycles: 10_000_000_000_000n, controller: CONTROLLER });
}

async function shopWasm(): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL('../../dist/licence_shop.wasm', import.meta.url)));
}

export async function installShop(ic: LocalIc, shop: Principal, terms: TermsValue): Promise<void> {
  await ic.install(shop, await shopWasm(), new Uint8Array(IDL.encode([Terms], [terms])));
}

export class LicenceWorld {
  private constructor(
    readonly world: CanisterWorld,
    readonly shop: Principal,
    readonly wasm: Uint8Array,
  ) {}

  /** @param method see {@link tellBy} */
  static async start(method: [] | [string] = [], ic: LocalIcOptions = {}): Promise<LicenceWorld> {
    const world = await CanisterWorld.start({}, ic);
    const shop = createShop(world.ic);
    const started = new LicenceWorld(world, shop, await shopWasm());
    await started.install();
    await world.addWebhook();
    await started.tellBy(method);
    return started;
  }

  /** Makes fulfillers of the shop and its rival. @param method of the shop that is called; none for claims only */
  async tellBy(method: [] | [string]): Promise<void> {
    const payment_links = [TERMS.payment_link, OTHER_LINK];
    await this.world.updateSettings({ fulfillers: [{ canister: this.shop, payment_links, method }, { canister: RIVAL, payment_links, method: [] }] });
  }

  /** The same world, with another shop. */
  with(shop: Principal): LicenceWorld {
    return new LicenceWorld(this.world, shop, this.wasm);
  }

  install(): Promise<void> {
    return installShop(this.world.ic, this.shop, { ...TERMS, stripe_backend: this.world.canister });
  }

  close(): Promise<void> {
    return this.world.close();
  }

  order(by: Principal): Promise<string> {
    return this.call('update', 'order', [], IDL.Text, [], by);
  }

  redeem(by: Principal, session: string, reference: string): Promise<RedeemedValue> {
    return this.call('update', 'redeem', [IDL.Text, IDL.Text], Redeemed, [session, reference], by);
  }

  async licence(by: Principal): Promise<LicenceValue | undefined> {
    const [licence] = await this.call<[] | [LicenceValue]>('query', 'my_licence', [], IDL.Opt(Licence), [], by);
    return licence;
  }

  /** A claim by somebody else than the shop. */
  async claim(session: string, reference: string, by = RIVAL): Promise<ClaimOutcome> {
    const { payment_link, currency, price: min_amount } = TERMS;
    const expected = { session_id: session, reference, payment_link, currency, min_amount };
    return Object.keys(await this.world.admin<object>('update', 'claim_payment', ClaimResult, [ClaimArgument, expected], by))[0] as ClaimOutcome;
  }

  /** A customer on Stripe's page. @param reference as the tag has it */
  session(reference: string, options: SessionOptions = {}): string {
    const { payment_link, currency } = TERMS;
    return this.world.stripe.createSession({ client_reference_id: reference + TAGGED, payment_link, currency, amount_total: Number(TERMS.price), ...options }).id;
  }

  /** A customer who pays there. Stripe tells of it by and by: see {@link settled}. */
  pay(reference: string, options: SessionOptions = {}): string {
    const session = this.session(reference, options);
    this.world.stripe.pay(session);
    return session;
  }

  /** Resolves when all have been told what there is to tell. */
  async settled(): Promise<void> {
    await this.world.stripe.deliveriesSettled();
    await this.world.ic.settled();
  }

  /** Moves the clock of the canisters ahead, and lets them do what is due. */
  async pass(seconds: number): Promise<void> {
    await this.world.ic.advanceTime(seconds * 1_000);
    await this.settled();
  }

  stats(): Promise<StatsValue> {
    return this.world.admin('query', 'canister_stats', Stats);
  }

  deadLetters(): Promise<DeadLetterValue[]> {
    return this.world.admin('query', 'list_dead_letters', IDL.Vec(DeadLetter));
  }

  async retryDelivery(number: bigint): Promise<void> {
    await this.world.ic.update(this.world.canister, 'retry_delivery', new Uint8Array(IDL.encode([IDL.Nat64], [number])), CONTROLLER);
  }

  /** Calls the management canister about the shop. */
  async manage(method: 'stop_canister' | 'start_canister' | 'uninstall_code'): Promise<void> {
    const argument = IDL.encode([IDL.Record({ canister_id: IDL.Principal })], [{ canister_id: this.shop }]);
    await this.world.ic.update(Principal.managementCanister(), method, new Uint8Array(argument), CONTROLLER);
  }

  private async call<T>(kind: 'query' | 'update', method: string, types: IDL.Type[], result: IDL.Type, args: unknown[], by: Principal): Promise<T> {
    const reply = await this.world.ic[kind](this.shop, method, new Uint8Array(IDL.encode(types, args)), by);
    return IDL.decode([result], reply)[0] as T;
  }
}
