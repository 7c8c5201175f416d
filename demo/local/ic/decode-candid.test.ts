import { IDL } from '@dfinity/candid';
import { describe, expect, test } from 'vitest';
import { BOMBS } from './candid-testing.js';
import { Blob, decodeCandid } from './decode-candid.js';

const encode = (type: IDL.Type, value: unknown) => new Uint8Array(IDL.encode([type], [value]));

test.each(BOMBS)('%s is refused before it is decoded', (_what, bytes, refusal) => {
  expect(() => decodeCandid([IDL.Reserved], bytes)).toThrow(refusal);
});

test('bytes are read from a view of a larger buffer', () => {
  const bytes = encode(IDL.Text, 'text');
  expect(decodeCandid([IDL.Text], Buffer.concat([new Uint8Array(3), bytes]).subarray(3))).toEqual(['text']);
});

describe('a blob', () => {
  test('is bytes', () => {
    expect(decodeCandid([Blob], encode(IDL.Vec(IDL.Nat8), [1, 2]))).toEqual([Uint8Array.of(1, 2)]);
    expect(encode(Blob, Uint8Array.of(1, 2))).toEqual(encode(IDL.Vec(IDL.Nat8), [1, 2]));
  });

  test.each<[IDL.Type, unknown]>([
    [IDL.Vec(IDL.Null), [null, null, null]],
    [IDL.Vec(IDL.Int8), [1, 2, 3]],
    [IDL.Vec(IDL.Nat64), [1n]],
    [IDL.Vec(IDL.Vec(IDL.Nat8)), [[1]]],
    [IDL.Text, 'abc'],
  ])('is not %s', (type, value) => {
    expect(() => decodeCandid([Blob], encode(type, value))).toThrow('type mismatch');
  });

  /** Were three nulls taken for three bytes, all that follows would be read from the wrong place. */
  test('of another type is left out where it is optional, and what follows is read from its place', () => {
    const bytes = encode(IDL.Tuple(IDL.Vec(IDL.Null), IDL.Text), [[null, null, null], 'what follows']);
    expect(decodeCandid([IDL.Tuple(IDL.Opt(Blob), IDL.Text)], bytes)).toEqual([[[], 'what follows']]);
  });
});
