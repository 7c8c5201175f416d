import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../settings.js';
import { initArgument } from '../testing/backend-world.js';
import { OutcallArguments, RESPONSE_CAPS } from './outcall.js';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the arguments of an outcall', () => {
  const self = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
  const init = initArgument({ api_key: 'rk_test_k' });
  const Read = IDL.Record({
    url: IDL.Text,
    max_response_bytes: IDL.Opt(IDL.Nat64),
    headers: IDL.Vec(IDL.Record({ name: IDL.Text, value: IDL.Text })),
    pricing_version: IDL.Opt(IDL.Nat32),
    is_replicated: IDL.Opt(IDL.Bool),
  });
  const fill = (settings: object, cap: (typeof RESPONSE_CAPS)[number] = RESPONSE_CAPS[0]) => {
    const outcall = new OutcallArguments(settingsFrom({ ...init, ...settings }), self);
    const { args } = outcall.fill(cap, bytes(outcall.url('cs_test_1')), bytes('key-1'));
    return IDL.decode([Read], args)[0] as unknown as { url: string; max_response_bytes: bigint[]; headers: { name: string; value: string }[]; pricing_version: number[]; is_replicated: boolean[] };
  };

  it('ask Stripe itself, with key and pinned version, by the newer pricing, replicated', () => {
    expect(fill({})).toEqual({
      url: 'https://api.stripe.com/v1/checkout/sessions/cs_test_1',
      max_response_bytes: [7680n],
      headers: [
        { name: 'authorization', value: 'Bearer rk_test_k' },
        { name: 'stripe-version', value: '2026-10-28.endive' },
      ],
      pricing_version: [2],
      is_replicated: [],
    });
    expect(fill({}, RESPONSE_CAPS[1]).max_response_bytes).toEqual([65_536n]);
    expect(fill({ pricing_version: [1] }).pricing_version).toEqual([1]);
  });

  it('ask a proxy by its convention', () => {
    const { url, headers } = fill({ idempotent_proxy: ['proxy.example'] });
    expect(url).toBe('https://proxy.example/v1/checkout/sessions/cs_test_1');
    expect(headers).toContainEqual({ name: 'x-forwarded-host', value: 'api.stripe.com' });
    expect(headers).toContainEqual({ name: 'idempotency-key', value: 'key-1' });
  });
});
