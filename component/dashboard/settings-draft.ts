/** The settings as somebody edits them: what they typed, what that changes, and what becomes of it when somebody else was first. */
import type { Fulfiller, Settings, SettingsChanges } from './backend.js';
import { mergeEntries, mergeLists } from './merge.js';

/** What can be edited. Lists are text with one entry a line. */
export interface Draft {
  /** Empty: the key stays. */
  api_key: string;
  /** Whether to have none, and so webhooks only. */
  withoutKey: boolean;
  livemode: boolean;
  /** The secrets that stay, as they are shown. */
  keptSecrets: string[];
  /** A secret to be added, or nothing. */
  newSecret: string;
  payment_links: string;
  accept_modes: string[];
  accept_no_payment_required: boolean;
  shoppers_sign_in: boolean;
  pricing_version: number;
  api_host: string;
  idempotent_proxy: string;
  admins: string;
  replicated: boolean;
  fulfillers: FulfillerDraft[];
  domains: string;
}

export interface FulfillerDraft {
  canister: string;
  payment_links: string;
  method: string;
}

/** A setting, by its name in the canister. */
export type Field = Exclude<keyof Settings, 'revision'>;

/** How settings are called. */
export const LABELS: Readonly<Record<Field, string>> = {
  api_key: 'API key',
  livemode: 'Mode',
  webhook_secrets: 'Webhook signing secrets',
  payment_links: 'Payment links',
  accept_modes: 'Kinds of payment',
  accept_no_payment_required: 'Orders with nothing to pay',
  shoppers_sign_in: 'Shoppers who sign in',
  pricing_version: 'Pricing of outcalls',
  api_host: 'Stripe’s API host',
  idempotent_proxy: 'Proxy',
  admins: 'Administrators',
  replicated: 'Who asks Stripe',
  fulfillers: 'Fulfillers',
  domains: 'Domains',
};
export const FIELDS = Object.keys(LABELS) as Field[];

/** What only controllers may change. */
export const CONTROLLERS_ONLY: ReadonlySet<Field> = new Set(['api_host', 'idempotent_proxy', 'admins', 'replicated', 'fulfillers', 'domains']);

/** Which are lists, typed as text with one entry a line. */
const LISTS = ['payment_links', 'admins', 'domains'] as const;
/** Of which the changes of two people are put together. */
export const MERGED: ReadonlySet<Field> = new Set([...LISTS, 'fulfillers', 'webhook_secrets']);

/** Which of the draft's fields are about a setting. */
const PARTS: Partial<Record<Field, (keyof Draft)[]>> = { api_key: ['api_key', 'withoutKey'], webhook_secrets: ['keptSecrets', 'newSecret'] };

export function draftOf(settings: Settings): Draft {
  const { idempotent_proxy: proxy, accept_modes: modes } = settings;
  return {
    api_key: '',
    withoutKey: settings.api_key === '',
    livemode: settings.livemode,
    keptSecrets: [...settings.webhook_secrets],
    newSecret: '',
    payment_links: toLines(settings.payment_links),
    accept_modes: [...modes],
    accept_no_payment_required: settings.accept_no_payment_required,
    shoppers_sign_in: settings.shoppers_sign_in,
    pricing_version: settings.pricing_version,
    api_host: settings.api_host,
    idempotent_proxy: proxy ?? '',
    admins: toLines(settings.admins),
    replicated: settings.replicated,
    fulfillers: settings.fulfillers.map(({ canister, payment_links: links, method }) => ({ canister, payment_links: toLines(links), method: method ?? '' })),
    domains: toLines(settings.domains),
  };
}

/** All that the draft wants; of the key only a new one, or that there be none. */
export function wantedOf(draft: Draft): Omit<SettingsChanges, 'revision'> {
  const { withoutKey, api_key: key } = draft;
  return {
    ...(withoutKey ? { api_key: '' } : key.trim() !== '' && { api_key: key.trim() }),
    livemode: draft.livemode,
    webhook_secrets: [...draft.keptSecrets, ...toList(draft.newSecret)],
    payment_links: toList(draft.payment_links),
    accept_modes: draft.accept_modes,
    accept_no_payment_required: draft.accept_no_payment_required,
    shoppers_sign_in: draft.shoppers_sign_in,
    pricing_version: draft.pricing_version,
    api_host: draft.api_host.trim(),
    idempotent_proxy: draft.idempotent_proxy.trim(),
    admins: toList(draft.admins),
    replicated: draft.replicated,
    fulfillers: draft.fulfillers.map(({ canister, payment_links: links, method }): Fulfiller => ({ canister: canister.trim(), payment_links: toList(links), method: method.trim() || null })),
    domains: toList(draft.domains),
  };
}

/** What of a draft may be kept while its author is signed out: no key, and no secret. */
export function withoutSecrets(draft: Draft): Draft {
  return { ...draft, api_key: '', newSecret: '' };
}

/** What of the draft would change the settings, to be sent with their revision. */
export function changesOf(draft: Draft, settings: Settings): SettingsChanges {
  const wanted = wantedOf(draft);
  const changed = FIELDS.filter((field) => wanted[field] !== undefined && !isSame(wanted[field], settings[field] ?? ''));
  return { ...Object.fromEntries(changed.map((field) => [field, wanted[field]])), revision: settings.revision };
}

/** The settings that somebody else has changed. */
export function differences(before: Settings, after: Settings): Field[] {
  return FIELDS.filter((field) => !isSame(before[field], after[field]));
}

/** The settings that have been changed to something else than the draft wants. */
export function conflicts(draft: Draft, before: Settings, after: Settings): Field[] {
  const wanted = { ...wantedOf(draft), webhook_secrets: [...draft.keptSecrets, ...toList(draft.newSecret).map(masked)] };
  return differences(before, after).filter((field) => !isSame(field === 'api_key' ? wanted.api_key && masked(wanted.api_key) : wanted[field], after[field] ?? ''));
}

/**
 * The draft upon settings that have been changed meanwhile, by somebody else or by a call of one's own whose answer was lost:
 * what was typed stays, all else is theirs, and of lists both people's changes count. A key or secret that is there now is not sent again.
 */
export function rebase(draft: Draft, before: Settings, after: Settings): Draft {
  const rebased = merge(draft, draftOf(before), draftOf(after));
  const isNew = (secret: string) => after.webhook_secrets.includes(masked(secret)) && !before.webhook_secrets.includes(masked(secret));
  return {
    ...rebased,
    newSecret: toList(rebased.newSecret).some(isNew) ? toList(rebased.newSecret).filter((secret) => !isNew(secret)).join(' ') : rebased.newSecret,
    api_key: after.api_key !== before.api_key && after.api_key === masked(rebased.api_key.trim()) ? '' : rebased.api_key,
  };
}

/** What three drafts come to: where only one of the two has changed what was there, theirs or mine; where both have, mine, or a list with the changes of both. */
export function merge(mine: Draft, was: Draft, theirs: Draft): Draft {
  const mergeLines = (my: string, old: string, their: string) => (isSame(old, their) ? my : toLines(mergeLists(toList(my), toList(old), toList(their))));
  const merged = { ...mine, ...Object.fromEntries(Object.entries(theirs).filter(([name]) => isSame(mine[name as keyof Draft], was[name as keyof Draft]))) };
  for (const field of LISTS) merged[field] = mergeLines(mine[field], was[field], theirs[field]);
  return {
    ...merged,
    keptSecrets: mergeLists(mine.keptSecrets, was.keptSecrets, theirs.keptSecrets),
    fulfillers: mergeEntries(mine.fulfillers, was.fulfillers, theirs.fulfillers, ({ canister }) => canister.trim(), (my, old, their) => ({
      canister: my.canister,
      payment_links: mergeLines(my.payment_links, old?.payment_links ?? '', their.payment_links),
      method: my.method === old?.method ? their.method : my.method,
    })),
  };
}

/** A setting as it is told to somebody who has typed another. */
export function valueInWords(field: Field, settings: Settings): string {
  if (field === 'fulfillers') return settings.fulfillers.map(({ canister, payment_links: links }) => `${canister} for ${links.join(', ')}`).join('; ') || 'none';
  if (field === 'livemode') return settings.livemode ? 'live' : 'test';
  if (field === 'replicated') return settings.replicated ? 'every node' : 'one node';
  const value = settings[field];
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || 'none';
}

/** Whether a setting was edited. */
export function isEdited(field: Field, draft: Draft, settings: Settings): boolean {
  const was = draftOf(settings);
  return (PARTS[field] ?? [field as keyof Draft]).some((part) => !isSame(draft[part], was[part]));
}

/** The entries of a list: one a line, or with commas or spaces between. */
export function toList(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function toLines(entries: readonly string[]): string {
  return entries.join('\n');
}

/** A key or secret as the canister shows it: nothing of one that is short. */
function masked(secret: string): string {
  return secret === '' ? '' : `…${secret.length >= 16 ? secret.slice(-4) : ''}`;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
