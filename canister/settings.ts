/** What the merchant sets, and how it is checked. */

import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { CallerError } from './caller-error.js';
import type { PricingVersion } from './stripe/price.js';
import type { Terms } from './stripe/session.js';

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
  /** Webhook endpoints' signing secrets (`whsec_…`): several while one is rolled. */
  webhook_secrets: readonly string[];
  /** Who may read payments and change settings besides the controllers, as text. */
  admins: readonly string[];
  /** Whether every node asks Stripe, so that none can lie. Without, one does, for a thirteenth of the requests. */
  replicated: boolean;
  pricing_version: PricingVersion;
  /** Who may take payments for what they deliver. */
  fulfillers: readonly Fulfiller[];
  /** Whether shoppers may have references bound to them. */
  shoppers_sign_in: boolean;
  /** Hosts, besides the canister's own, that show its dashboard: an administrator who signs in there is the same one. */
  domains: readonly string[];
  /** Counts up with each change, so that of two who change the settings at once the later one is told. */
  revision: number;
}

/** A canister, or anybody else with a principal, that delivers what is paid for through some payment links. */
export interface Fulfiller {
  /** The principal, as text. */
  canister: string;
  payment_links: readonly string[];
  /** The method of the canister that is called with what happens to a payment; null for none. */
  method: string | null;
}

/** Settings that the first canisters did not have, as they were then. */
export const ADDED_LATER = { webhook_secrets: [], admins: [], replicated: true, fulfillers: [], shoppers_sign_in: false, domains: [], revision: 1 } satisfies Partial<Settings>;

/** What only controllers may change: whoever moves the host could read the key, and whoever has a domain could sign in as an administrator. */
export const CONTROLLERS_ONLY = ['api_host', 'idempotent_proxy', 'admins', 'replicated', 'fulfillers', 'domains'] as const;

/** {@link Fulfiller} in Candid. */
export const FulfillerRecord = IDL.Record({ canister: IDL.Principal, payment_links: IDL.Vec(IDL.Text), method: IDL.Opt(IDL.Text) });

/** The init argument. All but the first two fields may be left out. */
export const InitArgument = IDL.Record({
  api_host: IDL.Text,
  api_key: IDL.Text,
  idempotent_proxy: IDL.Opt(IDL.Text),
  webhook_secrets: IDL.Opt(IDL.Vec(IDL.Text)),
  livemode: IDL.Opt(IDL.Bool),
  payment_links: IDL.Opt(IDL.Vec(IDL.Text)),
  accept_modes: IDL.Opt(IDL.Vec(IDL.Text)),
  accept_no_payment_required: IDL.Opt(IDL.Bool),
  admins: IDL.Opt(IDL.Vec(IDL.Principal)),
  replicated: IDL.Opt(IDL.Bool),
  pricing_version: IDL.Opt(IDL.Nat32),
  fulfillers: IDL.Opt(IDL.Vec(FulfillerRecord)),
  shoppers_sign_in: IDL.Opt(IDL.Bool),
  domains: IDL.Opt(IDL.Vec(IDL.Text)),
});

/**
 * The argument of `update_settings`: what is left out stays; an empty `idempotent_proxy` is none; and a webhook secret that
 * is to stay may be given as it is shown, by its last four characters. `revision` is that of the settings that are changed.
 */
export const SettingsChanges = IDL.Record({
  ...Object.fromEntries(InitArgument._fields.map(([name, type]) => [name, type instanceof IDL.OptClass ? type : IDL.Opt(type)])),
  revision: IDL.Opt(IDL.Nat32),
});

type Opt<T> = [] | [T];

/** {@link InitArgument}, decoded. */
export interface DecodedInitArgument {
  api_host: string;
  api_key: string;
  idempotent_proxy: Opt<string>;
  webhook_secrets: Opt<string[]>;
  livemode: Opt<boolean>;
  payment_links: Opt<string[]>;
  accept_modes: Opt<string[]>;
  accept_no_payment_required: Opt<boolean>;
  admins: Opt<Principal[]>;
  replicated: Opt<boolean>;
  pricing_version: Opt<number>;
  fulfillers: Opt<FulfillerValue[]>;
  shoppers_sign_in: Opt<boolean>;
  domains: Opt<string[]>;
}

/** {@link FulfillerRecord}, decoded. */
export interface FulfillerValue {
  canister: Principal;
  payment_links: string[];
  method: Opt<string>;
}

/** {@link SettingsChanges}, decoded. */
export type DecodedChanges = Omit<DecodedInitArgument, 'api_host' | 'api_key'> & { api_host: Opt<string>; api_key: Opt<string>; revision: Opt<number> };

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i;
const KEY = /^[\x21-\x7e]{0,255}$/;
const SECRET = /^whsec_[A-Za-z0-9+/=_-]{8,200}$/;
const MODES = ['payment', 'subscription'];
const MOST_SECRETS = 4;
const MOST_LINKS = 100;
const MOST_ADMINS = 20;
const LINK = /^plink_[A-Za-z0-9]+$/;
const MOST_FULFILLERS = 10;
/** All the settings at once are no more values than are decoded of an argument, which are 500. */
const MOST_LINKS_EACH = 30;
const METHOD = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** A host name that is no address, in lower case. */
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
/** Internet Identity reads ten origins at most, and two are those of gateways. */
const MOST_DOMAINS = 7;
/** The anonymous principal, which is everybody. */
export const ANONYMOUS = '2vxsx-fae';

/**
 * Settings from the init argument, with the defaults filled in.
 * Throws a CallerError that names the field and the remedy, and quotes no value.
 * @param before the settings until now, if any
 */
export function settingsFrom(argument: DecodedInitArgument, before?: Settings): Settings {
  return checked({
    api_host: argument.api_host,
    api_key: argument.api_key,
    idempotent_proxy: argument.idempotent_proxy[0] ?? null,
    webhook_secrets: argument.webhook_secrets[0] ?? [],
    livemode: argument.livemode[0] ?? !isTestKey(argument.api_key),
    payment_links: argument.payment_links[0] ?? [],
    accept_modes: argument.accept_modes[0] ?? ['payment'],
    accept_no_payment_required: argument.accept_no_payment_required[0] ?? false,
    admins: toText(argument.admins[0] ?? []),
    replicated: argument.replicated[0] ?? true,
    pricing_version: argument.pricing_version[0] ?? 2,
    fulfillers: argument.fulfillers[0]?.map(fulfiller) ?? [],
    shoppers_sign_in: argument.shoppers_sign_in[0] ?? false,
    domains: argument.domains[0] ?? [],
  }, before);
}

/**
 * The settings with some of them changed. Throws like {@link settingsFrom}, and where they are not those any more that were
 * to be changed.
 */
export function changedSettings(before: Settings, changes: DecodedChanges): Settings {
  const [revision = before.revision] = changes.revision;
  if (revision !== before.revision) throw new CallerError(`The settings have been changed meanwhile, and are of revision ${before.revision} now: read them again, and change those.`);
  const proxy = changes.idempotent_proxy[0];
  return checked({
    api_host: changes.api_host[0] ?? before.api_host,
    api_key: changes.api_key[0] ?? before.api_key,
    idempotent_proxy: proxy === '' ? null : (proxy ?? before.idempotent_proxy),
    webhook_secrets: changes.webhook_secrets[0]?.map((secret) => kept(secret, before.webhook_secrets)) ?? before.webhook_secrets,
    livemode: changes.livemode[0] ?? before.livemode,
    payment_links: changes.payment_links[0] ?? before.payment_links,
    accept_modes: changes.accept_modes[0] ?? before.accept_modes,
    accept_no_payment_required: changes.accept_no_payment_required[0] ?? before.accept_no_payment_required,
    admins: changes.admins[0] ? toText(changes.admins[0]) : before.admins,
    replicated: changes.replicated[0] ?? before.replicated,
    pricing_version: changes.pricing_version[0] ?? before.pricing_version,
    fulfillers: changes.fulfillers[0]?.map(fulfiller) ?? before.fulfillers,
    shoppers_sign_in: changes.shoppers_sign_in[0] ?? before.shoppers_sign_in,
    domains: changes.domains[0] ?? before.domains,
  }, before);
}

/** The last four characters of a secret, by which its owner knows it; nothing of one that is short. */
export function masked(secret: string): string {
  return secret === '' ? '' : `…${secret.length >= 16 ? secret.slice(-4) : ''}`;
}

/** A secret as it is, for one that is given as it is shown, unless that fits several. */
function kept(secret: string, known: readonly string[]): string {
  const meant = known.filter((other) => secret.length > 1 && masked(other) === secret);
  return meant.length === 1 ? meant[0] : secret;
}

function fulfiller({ canister, payment_links, method }: FulfillerValue): Fulfiller {
  return { canister: canister.toText(), payment_links, method: method[0] ?? null };
}

type Unchecked = Omit<Settings, 'terms_generation' | 'pricing_version' | 'revision'> & { pricing_version: number };

function checked(settings: Unchecked, before: Settings | undefined): Settings {
  const { api_host, api_key, idempotent_proxy: proxy, webhook_secrets: secrets, livemode, payment_links: links, accept_modes: modes, pricing_version } = settings;
  check(HOST.test(api_host), 'api_host', 'a host name such as api.stripe.com, without https:// and without a path');
  check(KEY.test(api_key), 'api_key', 'the key alone, in one line without spaces');
  check(proxy === null || HOST.test(proxy), 'idempotent_proxy', 'a host name, without https:// and without a path');
  check(secrets.length <= MOST_SECRETS && secrets.every((secret) => SECRET.test(secret)), 'webhook_secrets', `at most ${MOST_SECRETS} signing secrets (whsec_…), each whole`);
  check(links.length <= MOST_LINKS && links.every((link) => LINK.test(link)), 'payment_links', `at most ${MOST_LINKS} ids (plink_…), as the Stripe Dashboard shows them, not URLs`);
  check(modes.length > 0 && modes.every((mode) => MODES.includes(mode)), 'accept_modes', `some of: ${MODES.join(', ')}`);
  check(settings.admins.length <= MOST_ADMINS && !settings.admins.includes(ANONYMOUS), 'admins', `at most ${MOST_ADMINS} principals, and not the anonymous one, which is everybody`);
  checkFulfillers(settings.fulfillers);
  check(settings.domains.length <= MOST_DOMAINS && new Set(settings.domains).size === settings.domains.length && settings.domains.every((domain) => DOMAIN.test(domain) && !domain.split('.').includes('raw')), 'domains', `at most ${MOST_DOMAINS} host names in lower case such as pay.example.com, each once, without https:// and without a path, and none of a gateway that does not verify (raw)`);
  check(pricing_version === 1 || pricing_version === 2, 'pricing_version', '1 or 2');
  check(!(livemode && isTestKey(api_key)), 'livemode', 'false with a test key: test payments are not money');
  check(livemode || !isLiveKey(api_key), 'livemode', 'true with a live key, which cannot read test payments');
  return { ...settings, pricing_version, terms_generation: generation(settings, before), revision: (before?.revision ?? 0) + 1 };
}

function checkFulfillers(fulfillers: readonly Fulfiller[]): void {
  const canisters = new Set(fulfillers.map(({ canister }) => canister));
  check(fulfillers.length <= MOST_FULFILLERS && canisters.size === fulfillers.length, 'fulfillers', `at most ${MOST_FULFILLERS}, each once, with all of its links`);
  check(!canisters.has(ANONYMOUS), 'fulfillers', 'without the anonymous principal, which is everybody');
  for (const { payment_links: links, method } of fulfillers) {
    check(links.length > 0 && links.length <= MOST_LINKS_EACH && links.every((link) => LINK.test(link)), 'fulfillers', `each with 1 to ${MOST_LINKS_EACH} ids of payment links (plink_…), as the Stripe Dashboard shows them`);
    check(method === null || METHOD.test(method), 'fulfillers', 'each with the name of a method, of letters, digits and _, or without one');
  }
}

function toText(principals: readonly Principal[]): string[] {
  return principals.map((principal) => principal.toText());
}

const TERMS: readonly (keyof Terms)[] = ['livemode', 'payment_links', 'accept_modes', 'accept_no_payment_required'];

function generation(terms: Terms, before: Settings | undefined): number {
  if (before === undefined) return 1;
  const isSame = TERMS.every((field) => JSON.stringify(terms[field]) === JSON.stringify(before[field]));
  return before.terms_generation + (isSame ? 0 : 1);
}

function isTestKey(key: string): boolean {
  return /^[a-z]+_test_/.test(key);
}

function isLiveKey(key: string): boolean {
  return /^[a-z]+_live_/.test(key);
}

function check(holds: boolean, field: string, remedy: string): asserts holds {
  if (!holds) throw new CallerError(`${field} must be ${remedy}.`);
}
