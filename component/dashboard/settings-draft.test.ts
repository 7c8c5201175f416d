import { describe, expect, it } from 'vitest';
import { changesOf, differences, draftOf, isEdited, rebase, toList } from './settings-draft.js';
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
    expect(changesOf(rebase(typed, before, after), after)).toEqual({ revision: 4, payment_links: ['plink_2'], webhook_secrets: ['…efgh', '…ijkl', 'whsec_12345678'] });
    expect(rebase(draftOf(before), before, after)).toEqual(draftOf(after));
  });
});

it('lists are read however they are written', () => {
  expect(toList(' a,b\n\nc  d ')).toEqual(['a', 'b', 'c', 'd']);
});
