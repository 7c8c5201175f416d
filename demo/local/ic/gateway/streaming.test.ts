import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Answer } from './answer.js';
import { askCanister } from './ask-canister.js';
import { answer, type CanisterAnswer, certificateHeaders, type Certified, chunk, FakeIc } from './testing.js';

const EXPRESSION = 'default_certification(ValidationArgs{certification:Certification{no_request_certification:Empty{},response_certification:ResponseCertification{certified_response_headers:ResponseHeaderList{headers:[]}}}})';
const Token = IDL.Record({ key: IDL.Text, index: IDL.Nat });

let ic: FakeIc;
beforeEach(() => {
  ic = new FakeIc();
});

const ask = (raw = true): Promise<Answer> => askCanister(ic, { canister: ic.canister, raw }, { method: 'GET', url: '/', headers: [], body: new Uint8Array() });
const text = (got: Answer) => Buffer.from(got.body).toString();

/** Streams these parts, with a token that counts them. */
function stream(parts: string[], more: CanisterAnswer = {}): void {
  const token = (index: number) => ({ key: 'k', index: BigInt(index) });
  ic.http_request = () => answer({ ...more, body: Buffer.from(parts[0]), streaming: { callback: [ic.canister, 'next'], type: Token, token: token(1) } });
  ic.callback = (argument) => {
    const [{ key, index }] = IDL.decode([Token], argument) as unknown as [{ key: string; index: bigint }];
    expect(key).toBe('k');
    const next = Number(index) + 1;
    return next < parts.length ? chunk(Buffer.from(parts[next - 1]), Token, token(next)) : chunk(Buffer.from(parts[next - 1]), Token);
  };
}

test('chunks are fetched until there is no token, and put together', async () => {
  stream(['one, ', 'two, ', 'three']);
  expect(text(await ask())).toBe('one, two, three');
  expect(ic.calls).toEqual(['http_request', 'next', 'next']);
});

describe('a certified body', () => {
  const parts = ['one, ', 'two, ', 'three'];
  const certified: Certified = { path: ['<*>'], expression: EXPRESSION, response: { body: Buffer.from(parts.join('')) } };
  const headers = () => certificateHeaders(certified, { trust: ic.trust, canister: ic.canister, time: ic.time });

  test('is verified whole', async () => {
    stream(parts, { headers: headers() });
    expect(text(await ask(false))).toBe('one, two, three');
  });

  test('is refused for one wrong chunk, or one too few', async () => {
    for (const wrong of [['one, ', 'two, ', 'thrEe'], ['one, ', 'two, ']]) {
      stream(wrong, { headers: headers() });
      await expect(ask(false)).rejects.toMatchObject({ status: 503, message: expect.stringContaining('Response verification error') as string });
    }
  });
});

test("an update call's body is streamed, too", async () => {
  stream(['one, ', 'two']);
  ic.http_request_update = ic.http_request;
  ic.http_request = () => answer({ upgrade: true });
  expect(text(await ask(false))).toBe('one, two');
  expect(ic.calls).toEqual(['http_request', 'http_request_update', 'next']);
});

/** A recursive type, as a token could have. */
const List = IDL.Rec();
List.fill(IDL.Record({ head: IDL.Nat, tail: IDL.Opt(List) }));
test.each<[IDL.Type, unknown]>([
  [IDL.Text, 'token'],
  [IDL.Nat64, 2n ** 63n],
  [IDL.Nat8, 0],
  [IDL.Bool, false],
  [IDL.Null, null],
  [IDL.Float64, 0.5],
  [IDL.Principal, Principal.anonymous()],
  [IDL.Vec(IDL.Nat8), Uint8Array.of(1, 2)],
  [IDL.Opt(IDL.Text), []],
  [IDL.Tuple(IDL.Text, IDL.Int), ['a', -1n]],
  [IDL.Variant({ a: IDL.Null, b: IDL.Text }), { b: 'x' }],
  [List, { head: 1n, tail: [{ head: 2n, tail: [] }] }],
])('a token can be %s', async (type, token) => {
  const seen: unknown[] = [];
  ic.http_request = () => answer({ streaming: { callback: [ic.canister, 'next'], type, token } });
  ic.callback = (argument) => {
    seen.push(IDL.decode([type], argument)[0]);
    return seen.length === 1 ? chunk(Buffer.from('.'), type, token) : chunk(Buffer.from('!'), type);
  };
  expect(text(await ask())).toBe('ok.!');
  expect(seen).toEqual([token, token]);
});

describe('what is refused', () => {
  const refusal = (reason: string) => ({ name: 'GatewayError', status: 503, message: expect.stringContaining(reason) as string });

  test('a callback of another canister', async () => {
    const other = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
    ic.http_request = () => answer({ streaming: { callback: [other, 'next'], type: IDL.Null, token: null } });
    await expect(ask()).rejects.toMatchObject(refusal(`streaming_strategy is a method of ${other.toText()}`));
    expect(ic.calls).toEqual(['http_request']);
  });

  test('a callback that is no function', async () => {
    const Strategy = IDL.Variant({ Callback: IDL.Record({ callback: IDL.Text, token: IDL.Null }) });
    const Response = IDL.Record({ status_code: IDL.Nat16, headers: IDL.Vec(IDL.Null), body: IDL.Vec(IDL.Nat8), streaming_strategy: IDL.Opt(Strategy) });
    ic.http_request = () => new Uint8Array(IDL.encode([Response], [{ status_code: 200, headers: [], body: [], streaming_strategy: [{ Callback: { callback: 'next', token: null } }] }]));
    await expect(ask()).rejects.toMatchObject(refusal('not an HttpResponse'));
  });

  test('a chunk that is none', async () => {
    stream(['one', 'two']);
    ic.callback = () => Uint8Array.of(1, 2, 3);
    await expect(ask()).rejects.toMatchObject(refusal('the reply of next is not a StreamingCallbackHttpResponse'));
  });

  test('a body that does not end', async () => {
    stream(['one', 'two']);
    ic.callback = () => chunk(new Uint8Array(), Token, { key: 'k', index: 1n });
    await expect(ask()).rejects.toMatchObject(refusal('does not end within 1000 chunks'));
    expect(ic.calls).toHaveLength(1 + 1_000);
  });

  test('a body that is too large', async () => {
    stream(['one', 'two']);
    const large = chunk(new Uint8Array(2_000_000), Token, { key: 'k', index: 1n });
    ic.callback = () => large;
    await expect(ask()).rejects.toMatchObject(refusal('more than 67108864 bytes'));
  });
});
