import { IDL } from '@dfinity/candid';
import { describe, expect, it } from 'vitest';
import { Template } from './candid-template.js';
import { HttpResponse, Responses } from './http-interface.js';
import { OutcallArguments, RESPONSE_CAPS } from './outcall.js';
import { Principal } from '@dfinity/principal';
import { settingsFrom } from './settings.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const Text2 = IDL.Record({ a: IDL.Text, b: IDL.Vec(IDL.Nat8) });

describe('a template', () => {
  const encoded = new Uint8Array(IDL.encode([Text2], [{ a: 'HOLE-A', b: bytes('HOLE-B') }]));
  const template = new Template(encoded, [bytes('HOLE-A'), bytes('HOLE-B')]);

  it.each([0, 1, 127, 128, 300, 16_383, 16_384, 100_000])('takes values of %i bytes, as IDL reads them', (length) => {
    const [read] = IDL.decode([Text2], template.fill([bytes('x'.repeat(length)), bytes('y')])) as unknown as [
      { a: string; b: Uint8Array },
    ];
    expect(read.a).toBe('x'.repeat(length));
    expect([...read.b]).toEqual([...bytes('y')]);
  });

  it('refuses a message without its placeholder', () => {
    expect(() => new Template(encoded, [bytes('elsewhere')])).toThrow('placeholder');
  });
});

describe('responses', () => {
  const responses = new Responses();
  const decode = (message: Uint8Array) =>
    IDL.decode([HttpResponse], message)[0] as unknown as { status_code: number; headers: [string, string][]; body: Uint8Array; upgrade: boolean[] };

  it.each([200, 400, 404, 405] as const)('with status %i are JSON that any origin may read and no cache keeps', (status) => {
    const { status_code, headers, body, upgrade } = decode(responses.json(status, bytes('{"a":1}')));
    expect(status_code).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    expect(new TextDecoder().decode(Uint8Array.from(body))).toBe('{"a":1}');
    expect(upgrade).toEqual([]);
  });

  it('to a preflight have no body, or a gateway would not trust them', () => {
    const { status_code, headers, body } = decode(responses.preflight);
    expect(status_code).toBe(204);
    expect(Object.fromEntries(headers)).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, OPTIONS' });
    expect(body).toHaveLength(0);
  });
});

describe('the arguments of an outcall', () => {
  const self = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
  const init = { api_host: 'api.stripe.com', api_key: 'rk_test_k', idempotent_proxy: [], livemode: [], payment_links: [], accept_modes: [], accept_no_payment_required: [], pricing_version: [] } as const;
  const Read = IDL.Record({
    url: IDL.Text,
    max_response_bytes: IDL.Opt(IDL.Nat64),
    headers: IDL.Vec(IDL.Record({ name: IDL.Text, value: IDL.Text })),
    pricing_version: IDL.Opt(IDL.Nat32),
    is_replicated: IDL.Opt(IDL.Bool),
  });
  const fill = (settings: object, cap: (typeof RESPONSE_CAPS)[number] = RESPONSE_CAPS[0]) => {
    const outcall = new OutcallArguments(settingsFrom({ ...init, ...settings } as never), self);
    const { args } = outcall.fill(cap, bytes(outcall.url('cs_test_1')), bytes('key-1'));
    return IDL.decode([Read], args)[0] as unknown as { url: string; max_response_bytes: bigint[]; headers: { name: string; value: string }[]; pricing_version: number[]; is_replicated: boolean[] };
  };

  it('ask Stripe itself, with key and pinned version, by the newer pricing, replicated', () => {
    expect(fill({})).toEqual({
      url: 'https://api.stripe.com/v1/checkout/sessions/cs_test_1',
      max_response_bytes: [8192n],
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
