import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { FulfillerRecord, InitArgument, SettingsChanges, changedSettings, masked, settingsFrom, type DecodedChanges, type DecodedInitArgument } from './settings.js';

/** An init argument with only these fields, as a command line sends it. */
function decoded(fields: Record<string, [IDL.Type, unknown]>): DecodedInitArgument {
  const type = IDL.Record(Object.fromEntries(Object.entries(fields).map(([name, [fieldType]]) => [name, fieldType])));
  const value = Object.fromEntries(Object.entries(fields).map(([name, [, fieldValue]]) => [name, fieldValue]));
  return IDL.decode([InitArgument], new Uint8Array(IDL.encode([type], [value])))[0] as unknown as DecodedInitArgument;
}
const fulfillers = (...changes: object[]): [IDL.Type, unknown] => [
  IDL.Opt(IDL.Vec(FulfillerRecord)),
  [changes.map((change) => ({ canister: Principal.fromText('uxrrr-q7777-77774-qaaaq-cai'), payment_links: ['plink_1'], method: [], ...change }))],
];
const host: [IDL.Type, unknown] = [IDL.Text, 'api.stripe.com'];
const key = (text: string): [IDL.Type, unknown] => [IDL.Text, text];

describe('the init argument', () => {
  it("of the original demo works as it stands", () => {
    expect(settingsFrom(decoded({ api_host: host, api_key: key('rk_test_1') }))).toEqual({
      api_host: 'api.stripe.com',
      api_key: 'rk_test_1',
      idempotent_proxy: null,
      webhook_secrets: [],
      admins: [],
      replicated: true,
      livemode: false,
      payment_links: [],
      accept_modes: ['payment'],
      accept_no_payment_required: false,
      pricing_version: 2,
      fulfillers: [],
      shoppers_sign_in: false,
      domains: [],
      terms_generation: 1,
      revision: 1,
    });
    const proxy: [IDL.Type, unknown] = [IDL.Opt(IDL.Text), ['idempotent-proxy-cf-worker.zensh.workers.dev']];
    expect(settingsFrom(decoded({ api_host: host, api_key: key('rk_live_1'), idempotent_proxy: proxy }))).toMatchObject({
      idempotent_proxy: 'idempotent-proxy-cf-worker.zensh.workers.dev',
      livemode: true,
    });
  });

  it('takes test payments for money only where the merchant cannot mean anything else', () => {
    expect(settingsFrom(decoded({ api_host: host, api_key: key('') })).livemode).toBe(true);
    expect(settingsFrom(decoded({ api_host: host, api_key: key(''), livemode: [IDL.Opt(IDL.Bool), [false]] })).livemode).toBe(false);
  });

  it('counts its terms up when one of them changes, and only then', () => {
    const first = settingsFrom(decoded({ api_host: host, api_key: key('rk_test_1') }));
    const rotated = settingsFrom(decoded({ api_host: host, api_key: key('rk_test_2') }), first);
    expect(rotated.terms_generation).toBe(1);
    const links: [IDL.Type, unknown] = [IDL.Opt(IDL.Vec(IDL.Text)), [['plink_1']]];
    expect(settingsFrom(decoded({ api_host: host, api_key: key('rk_test_2'), payment_links: links }), rotated).terms_generation).toBe(2);
  });

  it.each<[string, Record<string, [IDL.Type, unknown]>]>([
    ['api_host', { api_host: [IDL.Text, 'https://api.stripe.com'], api_key: key('rk_test_1') }],
    ['api_host', { api_host: [IDL.Text, 'api.stripe.com/v1'], api_key: key('rk_test_1') }],
    ['api_host', { api_host: [IDL.Text, 'user@api.stripe.com'], api_key: key('rk_test_1') }],
    ['api_host', { api_host: [IDL.Text, ''], api_key: key('rk_test_1') }],
    ['api_key', { api_host: host, api_key: key('rk_test_1\nx: y') }],
    ['api_key', { api_host: host, api_key: key(' rk_test_1') }],
    ['api_key', { api_host: host, api_key: key('…') }],
    ['idempotent_proxy', { api_host: host, api_key: key('rk_test_1'), idempotent_proxy: [IDL.Opt(IDL.Text), ['proxy/path']] }],
    ['payment_links', { api_host: host, api_key: key('rk_test_1'), payment_links: [IDL.Opt(IDL.Vec(IDL.Text)), [['https://buy.stripe.com/test_1']]] }],
    ['webhook_secrets', { api_host: host, api_key: key('rk_test_1'), webhook_secrets: [IDL.Opt(IDL.Vec(IDL.Text)), [['rk_test_1']]] }],
    ['webhook_secrets', { api_host: host, api_key: key('rk_test_1'), webhook_secrets: [IDL.Opt(IDL.Vec(IDL.Text)), [new Array(5).fill('whsec_12345678')]] }],
    ['admins', { api_host: host, api_key: key('rk_test_1'), admins: [IDL.Opt(IDL.Vec(IDL.Principal)), [[Principal.anonymous()]]] }],
    ['accept_modes', { api_host: host, api_key: key('rk_test_1'), accept_modes: [IDL.Opt(IDL.Vec(IDL.Text)), [['setup']]] }],
    ['accept_modes', { api_host: host, api_key: key('rk_test_1'), accept_modes: [IDL.Opt(IDL.Vec(IDL.Text)), [[]]] }],
    ['fulfillers', { api_host: host, api_key: key('rk_test_1'), fulfillers: fulfillers({ payment_links: [] }) }],
    ['fulfillers', { api_host: host, api_key: key('rk_test_1'), fulfillers: fulfillers({ payment_links: ['https://buy.stripe.com/1'] }) }],
    ['fulfillers', { api_host: host, api_key: key('rk_test_1'), fulfillers: fulfillers({ canister: Principal.anonymous() }) }],
    ['fulfillers', { api_host: host, api_key: key('rk_test_1'), fulfillers: fulfillers({}, {}) }],
    ['fulfillers', { api_host: host, api_key: key('rk_test_1'), fulfillers: fulfillers({ method: ['no method'] }) }],
    ['domains', { api_host: host, api_key: key('rk_test_1'), domains: [IDL.Opt(IDL.Vec(IDL.Text)), [['https://pay.example.com']]] }],
    ['domains', { api_host: host, api_key: key('rk_test_1'), domains: [IDL.Opt(IDL.Vec(IDL.Text)), [['localhost']]] }],
    ['domains', { api_host: host, api_key: key('rk_test_1'), domains: [IDL.Opt(IDL.Vec(IDL.Text)), [['127.0.0.1']]] }],
    ['domains', { api_host: host, api_key: key('rk_test_1'), domains: [IDL.Opt(IDL.Vec(IDL.Text)), [['pay.example.com', 'pay.example.com']]] }],
    ['domains', { api_host: host, api_key: key('rk_test_1'), domains: [IDL.Opt(IDL.Vec(IDL.Text)), [['uxrrr-q7777-77774-qaaaq-cai.raw.icp0.io']]] }],
    ['pricing_version', { api_host: host, api_key: key('rk_test_1'), pricing_version: [IDL.Opt(IDL.Nat32), [3]] }],
    ['livemode', { api_host: host, api_key: key('rk_test_1'), livemode: [IDL.Opt(IDL.Bool), [true]] }],
    ['livemode', { api_host: host, api_key: key('rk_live_1'), livemode: [IDL.Opt(IDL.Bool), [false]] }],
  ])('with a wrong %s is refused, and the error names the field and never the key', (field, fields) => {
    const argument = decoded(fields);
    expect(() => settingsFrom(argument)).toThrow(new RegExp(`^${field} must be `));
    try {
      settingsFrom(argument);
    } catch (error) {
      expect(String(error)).not.toContain('rk_');
    }
  });
});

describe('changes', () => {
  const before = settingsFrom(decoded({ api_host: host, api_key: key('rk_test_1'), webhook_secrets: [IDL.Opt(IDL.Vec(IDL.Text)), [['whsec_12345678']]] }));
  const changes = (fields: Record<string, [IDL.Type, unknown]>): DecodedChanges => {
    const type = IDL.Record(Object.fromEntries(Object.entries(fields).map(([name, [fieldType]]) => [name, IDL.Opt(fieldType)])));
    const value = Object.fromEntries(Object.entries(fields).map(([name, [, fieldValue]]) => [name, [fieldValue]]));
    return IDL.decode([SettingsChanges], new Uint8Array(IDL.encode([type], [value])))[0] as unknown as DecodedChanges;
  };

  it('leave alone what they do not name', () => {
    expect(changedSettings(before, changes({}))).toEqual({ ...before, revision: 2 });
    expect(changedSettings(before, changes({ api_key: [IDL.Text, 'rk_test_2'] }))).toEqual({ ...before, api_key: 'rk_test_2', revision: 2 });
    const proxied = changedSettings(before, changes({ idempotent_proxy: [IDL.Text, 'proxy.example'] }));
    expect([proxied.idempotent_proxy, changedSettings(proxied, changes({ idempotent_proxy: [IDL.Text, ''] })).idempotent_proxy]).toEqual(['proxy.example', null]);
  });

  it('are refused where they are of settings that have been changed meanwhile', () => {
    const links = (revision: number) => changes({ payment_links: [IDL.Vec(IDL.Text), ['plink_1']], revision: [IDL.Nat32, revision] });
    const after = changedSettings(before, links(before.revision));
    expect(after).toMatchObject({ payment_links: ['plink_1'], revision: before.revision + 1 });
    expect(() => changedSettings(after, links(before.revision))).toThrow(`of revision ${after.revision} now: read them again`);
  });

  it('are checked as the init argument is, against what stays', () => {
    expect(() => changedSettings(before, changes({ livemode: [IDL.Bool, true] }))).toThrow('livemode must be false with a test key');
    expect(() => changedSettings(before, changes({ api_key: [IDL.Text, 'rk_live_1'] }))).toThrow('livemode must be true with a live key');
    expect(changedSettings(before, changes({ api_key: [IDL.Text, 'rk_live_1'], livemode: [IDL.Bool, true] }))).toMatchObject({ livemode: true, terms_generation: 2 });
  });

  it('keep a webhook secret that is named as it is shown, so that one can be rolled by who does not know the other', () => {
    const first = changedSettings(before, changes({ webhook_secrets: [IDL.Vec(IDL.Text), ['whsec_first123456abcd']] }));
    const both = changedSettings(first, changes({ webhook_secrets: [IDL.Vec(IDL.Text), ['…abcd', 'whsec_second12345wxyz']] }));
    expect(both.webhook_secrets).toEqual(['whsec_first123456abcd', 'whsec_second12345wxyz']);
    const alike = changedSettings(both, changes({ webhook_secrets: [IDL.Vec(IDL.Text), ['whsec_third12345wxyz', 'whsec_second12345wxyz']] }));
    expect(() => changedSettings(alike, changes({ webhook_secrets: [IDL.Vec(IDL.Text), ['…wxyz']] }))).toThrow('webhook_secrets');
    for (const unknown of ['…abce', '…']) expect(() => changedSettings(both, changes({ webhook_secrets: [IDL.Vec(IDL.Text), [unknown]] }))).toThrow('webhook_secrets');
  });
});

it('secrets are shown by their last four characters, and short ones not at all', () => {
  expect(['', 'rk_test_1', 'whsec_1234567890abcd'].map(masked)).toEqual(['', '…', '…abcd']);
});
