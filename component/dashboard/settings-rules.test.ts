/** The canister is the judge of what it takes. */
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONTROLLERS_ONLY as RESERVED, changedSettings, masked, settingsFrom, type DecodedChanges, type DecodedInitArgument, type Settings } from '../../canister/settings.js';
import { ANONYMOUS, isPrincipal } from './principal-text.js';
import { CONTROLLERS_ONLY, draftOf, FIELDS, wantedOf, type Draft } from './settings-draft.js';
import { faultsOf } from './settings-rules.js';
import { CANISTER, PRINCIPAL, SETTINGS } from './testing.js';

const none = Object.fromEntries(FIELDS.map((field) => [field, []])) as unknown as DecodedInitArgument;
const SECRET = 'whsec_0123456789abcdef';
const before = settingsFrom({ ...none, api_host: 'api.stripe.com', api_key: '', webhook_secrets: [[SECRET]] });

/** The setting that the canister refuses, if any; or `encoding`, where a principal is none and it is not even asked. */
function refused(draft: Draft): string | undefined {
  const wanted = wantedOf(draft);
  const principals = [...(wanted.admins ?? []), ...(wanted.fulfillers ?? []).map(({ canister }) => canister)];
  if (!principals.every(isPrincipal)) return 'encoding';
  const changes = Object.fromEntries(FIELDS.map((field) => [field, wanted[field] === undefined ? [] : [wanted[field]]])) as unknown as DecodedChanges;
  const principal = (text: string) => Principal.fromText(text);
  try {
    changedSettings(before, {
      ...changes,
      admins: [wanted.admins!.map(principal)],
      fulfillers: [wanted.fulfillers!.map(({ canister, payment_links, method }) => ({ canister: principal(canister), payment_links, method: method === null ? [] : [method] }))],
      revision: [],
    });
    return undefined;
  } catch (error) {
    return /^\w+/.exec((error as Error).message)?.[0];
  }
}

const shown: typeof SETTINGS = { ...SETTINGS, webhook_secrets: before.webhook_secrets.map(masked), fulfillers: [] };
const start = draftOf(shown);
const some = <T>(...values: T[]) => fc.constantFrom(...values);
const links = some('', 'plink_1', 'plink_1\nplink_2', 'https://buy.stripe.com/test_1', 'plink_', 'plink_a-b', ...[30, 31, 100].map((length) => Array.from({ length }, (_, index) => `plink_${index}`).join('\n')), Array.from({ length: 101 }, (_, index) => `plink_${index}`).join(' '));
const hosts = some('api.stripe.com', 'localhost:4010', 'https://api.stripe.com', 'api.stripe.com/v1', 'a b', 'ä.example', 'a.example:123456', '-a', 'A');
const good = { canister: CANISTER, payment_links: 'plink_1', method: 'deliver' };
const fulfiller = fc.record({ canister: some(CANISTER, PRINCIPAL, ANONYMOUS, '', 'x'), payment_links: links, method: some('', 'deliver', '_a1', '1a', 'a b', 'a'.repeat(100), 'a'.repeat(101)) });
const drafts: fc.Arbitrary<Draft> = fc.record({
  api_key: some('', 'rk_test_1', 'rk_live_1', 'sk_test_1', 'a b', 'ключ', 'x'.repeat(256), 'x'.repeat(255), ' rk_live_1 '),
  withoutKey: fc.boolean(),
  livemode: fc.boolean(),
  keptSecrets: some([masked(SECRET)], []),
  newSecret: some('', 'whsec_0123456789', 'whsec_1234567', `whsec_${'a'.repeat(200)}`, `whsec_${'a'.repeat(201)}`, 'whsec_1', 'secret', `${SECRET} ${SECRET}`, 'whsec_11111111 whsec_22222222 whsec_33333333 whsec_44444444', '…x'),
  payment_links: links,
  accept_modes: fc.subarray(['payment', 'subscription']),
  accept_no_payment_required: fc.boolean(),
  shoppers_sign_in: fc.boolean(),
  pricing_version: some(1, 2),
  api_host: hosts.filter((host) => host !== ''),
  idempotent_proxy: fc.oneof(hosts, some('')),
  admins: some('', PRINCIPAL, `${PRINCIPAL}\n${CANISTER}`, ANONYMOUS, 'somebody', Array.from({ length: 21 }, () => CANISTER).join('\n')),
  replicated: fc.boolean(),
  fulfillers: fc.oneof(fc.array(fulfiller, { maxLength: 11 }), fulfiller.chain((other) => some(...(['canister', 'payment_links', 'method'] as const)).map((name) => [{ ...good, [name]: other[name] }]))),
  domains: some('', 'pay.example.com', 'Pay.example.com', 'https://pay.example.com', 'example', '127.0.0.1', 'a.example b.example', `${'a'.repeat(63)}.example`, `${'a'.repeat(64)}.example`, 'a-.example', 'a.b', 'a.example a.example', 'a.raw.example', 'raw.example', 'draw.example', Array.from({ length: 7 }, (_, index) => `a${index}.example`).join(' '), Array.from({ length: 8 }, (_, index) => `a${index}.example`).join(' ')),
});

describe('the rules', () => {
  it('let through what the canister takes, and nothing else', () => {
    expect(refused(start)).toBeUndefined();
    // One field at a time, and all at once.
    const one = fc.tuple(fc.constantFrom(...(Object.keys(start) as (keyof Draft)[])), drafts).map(([field, draft]): Draft => ({ ...start, [field]: draft[field] }));
    const seen = new Set<string | undefined>();
    fc.assert(
      fc.property(fc.oneof({ arbitrary: one, weight: 4 }, { arbitrary: drafts, weight: 1 }), (draft) => {
        const refusal = refused(draft);
        const faults = faultsOf(draft);
        seen.add(refusal);
        expect(Object.keys(faults).length > 0).toBe(refusal !== undefined);
        if (refusal !== undefined && refusal !== 'encoding') expect(Object.keys(faults)).toContain(refusal);
      }),
      { numRuns: 4_000 },
    );
    expect([...seen].sort()).toEqual(['accept_modes', 'admins', 'api_host', 'api_key', 'domains', 'encoding', 'fulfillers', 'idempotent_proxy', 'livemode', 'payment_links', 'webhook_secrets', undefined]);
  });

  it('know what only controllers may change', () => {
    expect([...CONTROLLERS_ONLY].sort()).toEqual([...RESERVED].sort());
  });

  it('are about every setting', () => {
    const settings: (keyof Settings)[] = Object.keys(before) as (keyof Settings)[];
    expect([...FIELDS, 'revision', 'terms_generation'].sort()).toEqual(settings.sort());
  });
});
