import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { BOMBS, hostile, SMALL_BOMBS } from '../candid-testing.js';
import { LocalIc, RejectCode } from '../index.js';
import { outcallArgument } from '../testing/outcalls.js';
import { callThrough, proxyCanister } from '../testing/proxy-canister.js';
import { NO_ARGUMENT } from '../testing/wat.js';
import { decodeOutcallRequest, HttpRequestArgs } from './candid.js';

const CANISTER = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');
const decode = (bytes: Uint8Array) => decodeOutcallRequest(bytes, 2_000_000n);

describe('hostile Candid', () => {
  test.each(BOMBS)('is refused before it does harm: %s', (_what, bytes, refusal) => {
    expect(() => decode(bytes)).toThrow(refusal);
  });

  test('of whatever bytes ends in a request or an error', () => {
    const honest = outcallArgument({ url: 'https://api.test/', headers: [{ name: 'n', value: 'v' }], body: Buffer.from('body'), transform: [CANISTER, 'transform'], replicated: true });
    fc.assert(fc.property(hostile(honest), (bytes) => {
      try {
        expect(decode(bytes)).toMatchObject({ url: expect.any(String) as string, body: expect.any(Uint8Array) as Uint8Array, replicated: expect.any(Boolean) as boolean });
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message.length).toBeLessThan(1_000);
      }
    }), { numRuns: 500 });
  });

  describe('as the argument of a canister', () => {
    let ic: LocalIc;
    afterEach(() => ic.close());

    test('is rejected, and the cycles come back', async () => {
      ic = new LocalIc();
      const id = ic.createCanister({ cycles: 1_000_000_000_000n });
      await ic.install(id, proxyCanister(), NO_ARGUMENT);
      const cycles = 100_000_000n;
      for (const [, payload, refusal] of SMALL_BOMBS) {
        expect(await callThrough(ic, id, { callee: Principal.managementCanister(), method: 'http_request', payload, cycles }))
          .toMatchObject({ code: RejectCode.CanisterReject, refunded: cycles, message: expect.stringContaining(refusal) as string });
      }
    });
  });
});

describe('honest Candid', () => {
  const headers = Array.from({ length: 64 }, (_, index) => ({ name: `header-${index}`, value: 'v'.repeat(700) }));

  test('is decoded at any size that a request can have', () => {
    const body = new Uint8Array(1_950_000).fill(7);
    const context = new Uint8Array(50_000).fill(8);
    const { body: decodedBody, transform, ...rest } = decode(outcallArgument({ url: 'https://api.test/', method: 'post', headers, body, transform: [CANISTER, 'transform'], context }));
    expect(rest).toEqual({ url: 'https://api.test/', maxResponseBytes: 2_000_000n, method: 'POST', headers, replicated: true, pricingVersion: 1 });
    expect(transform).toMatchObject({ canister: CANISTER, method: 'transform' });
    expect([Buffer.compare(decodedBody, body), Buffer.compare(transform?.context ?? NO_ARGUMENT, context)]).toEqual([0, 0]);
  });

  test('may have fields that nobody knows', () => {
    const more = IDL.Record({ ...Object.fromEntries(HttpRequestArgs._fields), later: IDL.Vec(IDL.Service({ get: IDL.Func([], [], ['query']) })) });
    const argument = { url: 'https://api.test/', max_response_bytes: [], method: { head: null }, headers, body: [], transform: [], is_replicated: [false], pricing_version: [2], later: [CANISTER] };
    expect(decode(new Uint8Array(IDL.encode([more], [argument])))).toMatchObject({ method: 'HEAD', headers, replicated: false, pricingVersion: 2 });
  });
});
