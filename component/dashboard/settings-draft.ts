/** The settings as somebody edits them: what they typed, what that changes, and what becomes of it when somebody else was first. */
import type { Fulfiller, Settings, SettingsChanges } from './backend.js';

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

/** The draft upon settings that somebody else has changed: what was typed stays, all else is theirs. */
export function rebase(draft: Draft, before: Settings, after: Settings): Draft {
  const [was, is] = [draftOf(before), draftOf(after)];
  const rebased = { ...draft, ...Object.fromEntries(Object.entries(is).filter(([name]) => isSame(draft[name as keyof Draft], was[name as keyof Draft]))) };
  const removed = was.keptSecrets.filter((secret) => !draft.keptSecrets.includes(secret));
  return { ...rebased, keptSecrets: is.keptSecrets.filter((secret) => !removed.includes(secret)) };
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

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
