import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCandidBounds } from './candid-bounds.js';
import { BOMBS, mutations } from './candid-testing.js';

const encode = (values: [IDL.Type, unknown][]) => new Uint8Array(IDL.encode(values.map(([type]) => type), values.map(([, value]) => value)));

test.each(BOMBS)('%s is refused', (_what, bytes, refusal) => {
  expect(() => {
    checkCandidBounds(bytes);
  }).toThrow(refusal);
});

const LEDGER = IDL.Service(Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`icrc1_method_number_${index}`, IDL.Func([IDL.Text, IDL.Nat], [IDL.Opt(IDL.Nat)], ['query'])])));
const VALUES: [IDL.Type, unknown][] = [
  [IDL.Null, null], [IDL.Bool, true], [IDL.Nat, 2n ** 128n], [IDL.Int, -(2n ** 70n)], [IDL.Nat8, 1], [IDL.Nat16, 1], [IDL.Nat32, 1], [IDL.Nat64, 1n],
  [IDL.Int8, -1], [IDL.Int16, -1], [IDL.Int32, -1], [IDL.Int64, -1n], [IDL.Float32, 1.5], [IDL.Float64, 1.5], [IDL.Text, 'ä'], [IDL.Reserved, null],
  [IDL.Principal, Principal.anonymous()], [IDL.Opt(IDL.Text), ['x']], [IDL.Opt(IDL.Text), []], [IDL.Vec(IDL.Text), ['a', 'b']], [IDL.Vec(IDL.Nat8), [1, 2]],
  [IDL.Record({ a: IDL.Nat, b: IDL.Variant({ x: IDL.Null, y: IDL.Text }) }), { a: 1n, b: { y: 'z' } }],
  [IDL.Func([IDL.Text, LEDGER], [IDL.Nat], ['composite_query']), [Principal.anonymous(), 'naïve']], [IDL.Func([], [], ['oneway']), [Principal.anonymous(), '']],
  [LEDGER, Principal.anonymous()], [IDL.Service({}), Principal.anonymous()],
];

describe('honest Candid', () => {
  test.each(VALUES.map(([type, value]) => [type.name.slice(0, 60), type, value] as const))('of type %s passes, alone and in all that can hold it', (_name, type, value) => {
    checkCandidBounds(encode([[type, value], [IDL.Opt(IDL.Opt(type)), [[value]]], [IDL.Vec(type), [value]], [IDL.Record({ a: type }), { a: value }], [IDL.Variant({ a: type }), { a: value }]]));
  });

  test('passes with every type at once, and in one record', () => {
    checkCandidBounds(encode(VALUES));
    checkCandidBounds(encode([[IDL.Tuple(...VALUES.map(([type]) => type)), VALUES.map(([, value]) => value)]]));
  });

  test.each([IDL.Nat8, IDL.Nat16, IDL.Nat32, IDL.Int8, IDL.Int16, IDL.Int32])('passes with a long vector of integers: $name', (type) => {
    checkCandidBounds(encode([[IDL.Vec(type), new Array<number>(50_000).fill(1)]]));
  });

  test.each([IDL.Nat64, IDL.Int64])('passes with a long vector of integers: $name', (type) => {
    checkCandidBounds(encode([[IDL.Vec(type), new Array<bigint>(50_000).fill(1n)]]));
  });
});

/** What the library says of a message that is decoded by its own types. */
function ownDecoding(types: number, bytes: Uint8Array): string {
  try {
    IDL.decode(Array.from({ length: types }, () => IDL.Unknown), bytes);
    return 'decodes';
  } catch (error) {
    return String(error);
  }
}

function passes(bytes: Uint8Array): boolean {
  try {
    checkCandidBounds(bytes);
    return true;
  } catch {
    return false;
  }
}

test('values that pass decode by their own types, so that no option has to be decoded twice', () => {
  const { length } = encode(VALUES.map(([type]) => [IDL.Opt(type), []])); // of which the last bytes are the values
  const options = encode(VALUES.map(([type, value]) => [IDL.Opt(type), [value]]));
  const seen = new Set<boolean>();
  fc.assert(fc.property(mutations(options, length - VALUES.length), (bytes) => {
    const passed = passes(bytes);
    seen.add(passed);
    if (passed) expect(ownDecoding(VALUES.length, bytes)).toBe('decodes');
  }), { numRuns: 2_000 });
  expect([...seen].sort()).toEqual([false, true]);
});
