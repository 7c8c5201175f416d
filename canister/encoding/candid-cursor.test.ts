import { IDL } from '@dfinity/candid';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Cursor, MalformedArgument, fieldHash } from './candid-cursor.js';
import { HttpRequest, HttpUpdateRequest, isRawHost, readRequest, sampleRequests } from '../http/interface.js';
import { TransformArgs, readTransformArgs } from '../stripe/outcall.js';

const encode = (type: IDL.Type, value: unknown) => new Uint8Array(IDL.encode([type], [value]));

const request = {
  method: 'GET',
  url: `/checkout/cs_test_${'a'.repeat(200)}?x=1`,
  headers: [
    ['accept', '*/*'],
    ['Host', 'x.raw.icp0.io'],
    ['cookie', 'c'.repeat(300)],
    ['stripe-signature', 't=1,v1=00'],
  ],
  body: Uint8Array.of(1, 2, 3),
  certificate_version: [2],
};

describe('reading a request', () => {
  it.each([
    ['a query', HttpRequest],
    ['an update', HttpUpdateRequest],
  ])('takes url, method, body and headers out of %s, as IDL wrote them', (_, type) => {
    const read = readRequest(encode(type, request));
    expect(read).toMatchObject({ method: request.method, url: request.url });
    expect(read.header('host')).toBe('x.raw.icp0.io');
    expect(read.header('stripe-signature')).toBe('t=1,v1=00');
    expect(read.header('accept')).toBe('*/*');
    expect(read.header('origin')).toBeUndefined();
  });

  it('passes over fields that it does not know, of any plain type', () => {
    const Later = IDL.Record({
      ...fieldsOf(HttpUpdateRequest),
      a: IDL.Opt(IDL.Vec(IDL.Record({ x: IDL.Nat, y: IDL.Int64, z: IDL.Opt(IDL.Bool) }))),
      b: IDL.Variant({ one: IDL.Null, two: IDL.Text }),
      c: IDL.Vec(IDL.Nat32),
      d: IDL.Float64,
      e: IDL.Int,
    });
    const later = {
      ...request,
      a: [[{ x: 2n ** 70n, y: -1n, z: [true] }, { x: 0n, y: 5n, z: [] }]],
      b: { two: 'text' },
      c: Uint32Array.of(1, 2, 3),
      d: 0.5,
      e: -300n,
    };
    const read = readRequest(encode(Later, later));
    expect(read).toMatchObject({ method: request.method, url: request.url });
    expect(read.header('host')).toBe('x.raw.icp0.io');
  });

  it('refuses an argument of another type', () => {
    for (const [type, value] of [
      [IDL.Text, 'url'],
      [IDL.Record({ url: IDL.Nat }), { url: 1n }],
      [IDL.Record({ headers: IDL.Vec(IDL.Text) }), { headers: ['a'] }],
    ] as [IDL.Type, unknown][]) {
      expect(() => readRequest(encode(type, value)).header('host')).toThrow(MalformedArgument);
    }
  });

  it('does not count out elements that have no bytes', () => {
    // vec null, four billion of them, in a field before all others
    const bomb = Uint8Array.of(...bytes('DIDL'), 2, 0x6d, 0x7f, 0x6c, 1, 0, 0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f);
    expect(() => readRequest(bomb)).toThrow(MalformedArgument);
  });

  it('does not count out records of records of nothing', () => {
    // Table: record i has 64 fields, each of type record i + 1; the last has 64 nulls. 64^levels values, no bytes.
    for (const levels of [2, 4, 7]) {
      const records = Array.from({ length: levels }, (_, i) => [0x6c, 64, ...Array.from({ length: 64 }, (__, field) => [field, i + 1 < levels ? i + 1 : 0x7f]).flat()]);
      const bomb = Uint8Array.of(...bytes('DIDL'), levels, ...records.flat(), 1, 0);
      expect(() => readRequest(bomb)).toThrow(MalformedArgument);
    }
  });

  it('survives any bytes, and says no more than that they are malformed', () => {
    const good = encode(HttpRequest, request);
    const mangled = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = good.slice();
      copy[at] = byte;
      return copy;
    });
    const cut = fc.nat(good.length).map((length) => good.slice(0, length));
    const random = fc.uint8Array().map((tail) => Uint8Array.of(...bytes('DIDL'), ...tail));
    fc.assert(
      fc.property(fc.oneof(mangled, cut, random), (argument) => {
        try {
          readRequest(argument).header('host');
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedArgument);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('learned layouts', () => {
  beforeAll(() => {
    // Candid's reference implementation is not here; IDL stands in for its two samples.
    const samples = sampleRequests(() => encode(IDL.Record({ url: IDL.Text }), { url: '' }));
    for (const sample of samples) Cursor.learn(sample);
  });

  it('read the same as unlearned ones', () => {
    expect(readRequest(encode(HttpRequest, request)).url).toBe(request.url);
    expect(readRequest(encode(HttpUpdateRequest, request)).header('host')).toBe('x.raw.icp0.io');
    expect(readRequest(encode(IDL.Record({ url: IDL.Text }), { url: '/x' })).url).toBe('/x');
  });
});

describe('reading what the transform is given', () => {
  it('takes status and body, whatever the headers', () => {
    const response = { status: 429n, headers: [{ name: 'date', value: 'now' }], body: bytes('{}') };
    const read = readTransformArgs(encode(TransformArgs, { response, context: Uint8Array.of(9) }));
    expect(read.status).toBe(429);
    expect([...read.body]).toEqual([...bytes('{}')]);
  });
});

it('hashes field names as Candid does', () => {
  expect(fieldHash('url')).toBe(5843823);
  expect(fieldHash('status_code')).toBe(3475804314);
});

it('tells the raw host, which no gateway verifies, by its name alone', () => {
  for (const host of ['a-cai.raw.icp0.io', 'a-cai.raw.localhost:4943', 'A-CAI.RAW.ic0.app']) expect(isRawHost(host, 'a-cai')).toBe(true);
  for (const host of [undefined, '', 'a-cai.icp0.io', 'a-cai.localhost', 'raw.icp0.io', 'pay.raw.example.com', 'b-cai.raw.icp0.io']) {
    expect(isRawHost(host, 'a-cai')).toBe(false);
  }
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function fieldsOf(record: IDL.RecordClass): Record<string, IDL.Type> {
  return Object.fromEntries(record._fields);
}
