import { describe, expect, it } from 'vitest';
import { changesOf, conflicts, differences, draftOf, isEdited, rebase, toList, valueInWords, withoutSecrets } from './settings-draft.js';
import { SETTINGS } from './testing.js';

const draft = draftOf(SETTINGS);

describe('a draft', () => {
  it('that nobody has touched changes nothing', () => {
    expect(changesOf(draft, SETTINGS)).toEqual({ revision: 3 });
    const bare = { ...SETTINGS, api_key: '', fulfillers: [], webhook_secrets: [], idempotent_proxy: 'proxy.example' };
    expect(changesOf(draftOf(bare), bare)).toEqual({ revision: 3 });
  });

  it('changes what was typed, and only that', () => {
    const typed = { ...draft, api_key: ' rk_live_2 ', payment_links: 'plink_1, plink_2\n', newSecret: 'whsec_12345678', idempotent_proxy: 'proxy.example' };
    expect(changesOf(typed, SETTINGS)).toEqual({ revision: 3, api_key: 'rk_live_2', payment_links: ['plink_1', 'plink_2'], webhook_secrets: ['…abcd', 'whsec_12345678'], idempotent_proxy: 'proxy.example' });
    expect(changesOf({ ...draft, withoutKey: true, keptSecrets: [] }, SETTINGS)).toEqual({ revision: 3, api_key: '', webhook_secrets: [] });
    expect([isEdited('api_key', typed, SETTINGS), isEdited('webhook_secrets', typed, SETTINGS), isEdited('domains', typed, SETTINGS)]).toEqual([true, true, false]);
  });

  it('keeps what was typed when somebody else was first, and takes the rest from them', () => {
    const before = { ...SETTINGS, webhook_secrets: ['…abcd', '…efgh'] };
    const after = { ...before, webhook_secrets: ['…abcd', '…efgh', '…ijkl'], payment_links: ['plink_9'], domains: ['pay.example.com'], revision: 4 };
    const typed = { ...draftOf(before), payment_links: 'plink_2', newSecret: 'whsec_12345678', keptSecrets: ['…efgh'] };
    expect(differences(before, after)).toEqual(['webhook_secrets', 'payment_links', 'domains']);
    expect(changesOf(rebase(typed, before, after), after)).toEqual({ revision: 4, payment_links: ['plink_9', 'plink_2'], webhook_secrets: ['…efgh', '…ijkl', 'whsec_12345678'] });
    expect(rebase(draftOf(before), before, after)).toEqual(draftOf(after));
    expect(conflicts(typed, before, after)).toEqual(['webhook_secrets', 'payment_links', 'domains']);
  });

  it('puts the lists of two people together', () => {
    const { fulfillers: [deliver] } = SETTINGS;
    const other = { canister: 'aaaaa-aa', payment_links: ['plink_8'], method: null };
    const after = { ...SETTINGS, admins: [...SETTINGS.admins, 'theirs'], domains: ['theirs.example'], fulfillers: [{ ...deliver, payment_links: ['plink_1', 'plink_7'] }, other], revision: 4 };
    const typed = { ...draft, admins: 'mine', domains: 'mine.example', fulfillers: [{ ...draft.fulfillers[0], method: 'mine' }] };
    expect(changesOf(rebase(typed, SETTINGS, after), after)).toEqual({
      revision: 4,
      admins: ['theirs', 'mine'],
      domains: ['theirs.example', 'mine.example'],
      fulfillers: [{ ...deliver, payment_links: ['plink_1', 'plink_7'], method: 'mine' }, other],
    });
    const half = { ...draft, payment_links: 'plink_1,\n plink_' };
    expect(rebase(half, SETTINGS, { ...SETTINGS, domains: ['theirs.example'], revision: 4 }).payment_links).toBe(half.payment_links);
  });

  it('knows its own changes again when their answer was lost', () => {
    const typed = { ...draft, api_key: 'rk_live_0123456789ab', newSecret: 'whsec_0123456789abWXYZ', payment_links: 'plink_1\nplink_2' };
    const after = { ...SETTINGS, api_key: '…89ab', webhook_secrets: ['…abcd', '…WXYZ'], payment_links: ['plink_1', 'plink_2'], revision: 4 };
    expect(conflicts(typed, SETTINGS, after)).toEqual([]);
    expect(rebase(typed, SETTINGS, after)).toEqual(draftOf(after));
    expect(changesOf(rebase({ ...typed, domains: 'pay.example.com' }, SETTINGS, after), after)).toEqual({ revision: 4, domains: ['pay.example.com'] });
    expect(conflicts(draft, SETTINGS, after)).toEqual(['api_key', 'webhook_secrets', 'payment_links']);
  });

  it('is kept without what is secret', () => {
    expect(withoutSecrets({ ...draft, api_key: 'rk_live_1', newSecret: 'whsec_12345678', domains: 'pay.example.com' })).toEqual({ ...draft, domains: 'pay.example.com' });
  });
});

it('settings are told in words', () => {
  expect((['livemode', 'payment_links', 'domains', 'idempotent_proxy', 'shoppers_sign_in', 'pricing_version', 'api_key'] as const).map((field) => valueInWords(field, SETTINGS))).toEqual(['live', 'plink_1', 'none', 'none', 'no', '2', '…7890']);
  expect(valueInWords('fulfillers', SETTINGS)).toMatch(/^\S+ for plink_1$/);
});

it('lists are read however they are written', () => {
  expect(toList(' a,b\n\nc  d ')).toEqual(['a', 'b', 'c', 'd']);
});
