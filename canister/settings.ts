/** What the merchant sets, and how it is checked. */

import { IDL } from '@dfinity/candid';
import type { PricingVersion } from './price.js';
import type { Terms } from './session.js';

/** The canister's settings. They hold the key: never logged, never returned. */
export interface Settings extends Terms {
  /** Counts up when the terms change; records remember by which they were judged. */
  terms_generation: number;
  /** Stripe's API host, `api.stripe.com`. */
  api_host: string;
  /** A restricted key (`rk_…`) that may read Checkout Sessions and nothing else; empty for none. */
  api_key: string;
  /** The host of an idempotent proxy. It sees the key, and can forge answers. */
  idempotent_proxy: string | null;
  pricing_version: PricingVersion;
}

/** The init argument. All but the first two fields may be left out. */
export const InitArgument = IDL.Record({
  api_host: IDL.Text,
  api_key: IDL.Text,
  idempotent_proxy: IDL.Opt(IDL.Text),
  livemode: IDL.Opt(IDL.Bool),
  payment_links: IDL.Opt(IDL.Vec(IDL.Text)),
  accept_modes: IDL.Opt(IDL.Vec(IDL.Text)),
  accept_no_payment_required: IDL.Opt(IDL.Bool),
  pricing_version: IDL.Opt(IDL.Nat32),
});

type Opt<T> = [] | [T];

/** {@link InitArgument}, decoded. */
export interface DecodedInitArgument {
  api_host: string;
  api_key: string;
  idempotent_proxy: Opt<string>;
  livemode: Opt<boolean>;
  payment_links: Opt<string[]>;
  accept_modes: Opt<string[]>;
  accept_no_payment_required: Opt<boolean>;
  pricing_version: Opt<number>;
}

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const KEY = /^[\x21-\x7e]{0,255}$/;
const MODES = ['payment', 'subscription'];

/**
 * Settings from the init argument, with the defaults filled in.
 * Throws an error that names the field and the remedy, and quotes no value.
 * @param before the settings until now, if any
 */
export function settingsFrom(argument: DecodedInitArgument, before?: Settings): Settings {
  const { api_host, api_key } = argument;
  const proxy = argument.idempotent_proxy[0] ?? null;
  const links = argument.payment_links[0] ?? [];
  const modes = argument.accept_modes[0] ?? ['payment'];
  const pricing = argument.pricing_version[0] ?? 2;
  check(HOST.test(api_host), 'api_host', 'a host name such as api.stripe.com, without https:// and without a path');
  check(KEY.test(api_key), 'api_key', 'the key alone, in one line without spaces');
  check(proxy === null || HOST.test(proxy), 'idempotent_proxy', 'a host name, without https:// and without a path');
  check(links.every((link) => /^plink_[A-Za-z0-9]+$/.test(link)), 'payment_links', 'ids (plink_…), as the Stripe Dashboard shows them, not URLs');
  check(modes.length > 0 && modes.every((mode) => MODES.includes(mode)), 'accept_modes', `some of: ${MODES.join(', ')}`);
  check(pricing === 1 || pricing === 2, 'pricing_version', '1 or 2');
  const livemode = argument.livemode[0] ?? !isTestKey(api_key);
  check(!(livemode && isTestKey(api_key)), 'livemode', 'false with a test key: test payments are not money');
  check(livemode || !isLiveKey(api_key), 'livemode', 'true with a live key, which cannot read test payments');
  const terms: Terms = {
    livemode,
    payment_links: links,
    accept_modes: modes,
    accept_no_payment_required: argument.accept_no_payment_required[0] ?? false,
  };
  return { api_host, api_key, idempotent_proxy: proxy, pricing_version: pricing, ...terms, terms_generation: generation(terms, before) };
}

function generation(terms: Terms, before: Settings | undefined): number {
  if (before === undefined) return 1;
  const isSame = (Object.keys(terms) as (keyof Terms)[]).every((field) => JSON.stringify(terms[field]) === JSON.stringify(before[field]));
  return before.terms_generation + (isSame ? 0 : 1);
}

function isTestKey(key: string): boolean {
  return /^[a-z]+_test_/.test(key);
}

function isLiveKey(key: string): boolean {
  return /^[a-z]+_live_/.test(key);
}

function check(holds: boolean, field: string, remedy: string): asserts holds {
  if (!holds) throw new Error(`${field} must be ${remedy}.`);
}
