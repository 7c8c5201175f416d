import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../listen.js';
import { BOMBS, hostile, SMALL_BOMBS } from '../candid-testing.js';
import { LocalIc, startGateway } from '../index.js';
import { canister, NO_ARGUMENT } from '../testing/wat.js';
import { askCanister } from './ask-canister.js';
import { decodeChunk, decodeResponse } from './candid.js';
import { answer, chunk, FakeIc, send } from './testing.js';

const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const Token = IDL.Record(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`field_${index}`, IDL.Opt(IDL.Nat)])));
const TOKEN = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`field_${index}`, [BigInt(index)]]));
const streaming = (type: IDL.Type, token: unknown) => ({ callback: [CANISTER, 'next'] as [Principal, string], type, token });

describe('hostile Candid', () => {
  test.each(BOMBS)('is refused before it does harm: %s', (_what, bytes, refusal) => {
    expect(() => decodeResponse(bytes)).toThrow(refusal);
    expect(() => decodeChunk(bytes)).toThrow(refusal);
  });

  test.each(BOMBS)('makes no chunk: %s', async (_what, bytes, refusal) => {
    const ic = new FakeIc();
    ic.http_request = () => answer({ streaming: { ...streaming(IDL.Null, null), callback: [ic.canister, 'next'] } });
    ic.callback = () => bytes;
    await expect(askCanister(ic, { canister: ic.canister, raw: true }, { method: 'GET', url: '/', headers: [], body: NO_ARGUMENT }))
      .rejects.toMatchObject({ name: 'GatewayError', status: 503, message: expect.stringContaining(refusal) as string });
  });

  test.each([
    ['an answer', decodeResponse, answer({ headers: [['n', 'v']], upgrade: true, streaming: streaming(Token, TOKEN) })],
    ['a chunk', decodeChunk, chunk(Buffer.from('body'), Token, TOKEN)],
  ])('of whatever bytes ends in %s or an error', (_what, decode, honest) => {
    fc.assert(fc.property(hostile(honest), (bytes) => {
      try {
        expect(decode(bytes)).toMatchObject({ body: expect.any(Uint8Array) as Uint8Array });
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message.length).toBeLessThan(1_000);
      }
    }), { numRuns: 500 });
  });

  /** Replies with what `set` was given. */
  const REPEATER = canister(`
    (global $size (mut i32) (i32.const 0))
    (func (export "canister_update set")
      (global.set $size (call $msg_arg_data_size))
      (call $msg_arg_data_copy (i32.const 4096) (i32.const 0) (global.get $size))
      (call $msg_reply))
    (func (export "canister_query http_request") (call $reply_bytes (i32.const 4096) (global.get $size)))`);

  describe('as the reply of a canister', () => {
    let ic: LocalIc;
    let gateway: Listening;
    beforeEach(async () => {
      ic = new LocalIc();
      gateway = await startGateway(ic, { port: 0, cacheSeconds: 0 });
    });
    afterEach(async () => {
      await gateway.close();
      await ic.close();
    });

    test('is a 503, and what follows is served', async () => {
      const id = ic.createCanister();
      await ic.install(id, REPEATER, NO_ARGUMENT);
      const host = `${id.toText()}.raw.localhost`;
      for (const [, bytes, refusal] of SMALL_BOMBS) {
        await ic.update(id, 'set', bytes);
        const got = await send(gateway.port, { host });
        expect(got).toMatchObject({ status: 503, text: expect.stringContaining(refusal) as string });
      }
      await ic.update(id, 'set', answer({ body: Buffer.from('still here') }));
      expect(await send(gateway.port, { host })).toMatchObject({ status: 200, text: 'still here' });
    });
  });
});

describe('honest Candid', () => {
  test('is decoded at any size that a reply can have', () => {
    const body = new Uint8Array(3 * 2 ** 20 - 60_000).fill(7);
    const headers = Array.from({ length: 64 }, (_, index): [string, string] => [`header-${index}`, 'v'.repeat(700)]);
    const token = new Uint8Array(IDL.encode([Token], [TOKEN]));
    const response = decodeResponse(answer({ body, headers, upgrade: false, streaming: streaming(Token, TOKEN) }));
    expect(response).toMatchObject({ status: 200, headers, upgrade: false, streaming: { canister: CANISTER, method: 'next' } });
    expect(Buffer.compare(response.body, body)).toBe(0);
    expect(IDL.decode([Token], response.streaming?.token ?? NO_ARGUMENT)).toEqual(IDL.decode([Token], token));
    const next = decodeChunk(chunk(body, Token, TOKEN));
    expect(Buffer.compare(next.body, body)).toBe(0);
    expect(IDL.decode([Token], next.token ?? NO_ARGUMENT)).toEqual(IDL.decode([Token], token));
  });

  const Ledger = IDL.Service(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`icrc1_method_number_${index}`, IDL.Func([IDL.Text, IDL.Nat], [IDL.Nat], ['query'])])));
  test.each<[string, IDL.Type, unknown]>([
    ['a function', IDL.Func([IDL.Text], [IDL.Opt(IDL.Nat)], ['query']), [CANISTER, 'next']],
    ['a service', Ledger, CANISTER],
    ['a function that takes a service', IDL.Func([Ledger], [Ledger], ['oneway']), [CANISTER, 'next']],
    ['many numbers', IDL.Vec(IDL.Nat32), new Uint32Array(50_000).fill(9)],
  ])('can have %s for a token', (_what, type, token) => {
    for (const got of [decodeResponse(answer({ streaming: streaming(type, token) })).streaming?.token, decodeChunk(chunk(NO_ARGUMENT, type, token)).token]) {
      expect(IDL.decode([type], got ?? NO_ARGUMENT)).toEqual([token]);
    }
  });
});
