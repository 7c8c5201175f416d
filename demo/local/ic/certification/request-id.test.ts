import { type CallRequest, requestIdOf } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCbor, encodeCbor } from '../cbor.js';
import { hashOfMap } from './request-id.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test("the specification's example has its request id", () => {
  const content = {
    request_type: 'call',
    sender: Uint8Array.of(4),
    ingress_expiry: 1_685_570_400_000_000_000n,
    canister_id: Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 0xd2),
    method_name: 'hello',
    arg: Buffer.from('DIDL\0\xfd*', 'latin1'),
    nonce: undefined,
  };
  const id = '1d1091364d6bb8a6c16b203ee75467d59ead468f523eb058880ae8ec80e2b101';
  expect(hex(hashOfMap(content))).toBe(id);
  expect(hex(hashOfMap(decodeCbor(encodeCbor(content)) as object))).toBe(id);
});

test('the agent reckons the same', () => {
  const { map } = fc.letrec<{ map: object; value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(),
      fc.uint8Array(),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('value')),
      tie('map'),
    ),
    map: fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  }));
  fc.assert(fc.property(map, (content) => {
    expect(hex(hashOfMap(content))).toBe(hex(requestIdOf(content as unknown as CallRequest)));
  }));
});

test('a field that is null, as some writers encode absent ones, counts as left out', () => {
  expect(hashOfMap({ a: 1, nonce: null, b: undefined })).toEqual(hashOfMap({ a: 1 }));
});

test.each([
  ['a boolean', true],
  ['a negative number', -1n],
  ['a fraction', 0.5],
  ['null in an array', [null]],
  ['a principal, which is to be its bytes', Principal.anonymous()],
])('there is no hash of %s', (_, value) => {
  expect(() => hashOfMap({ field: value })).toThrow(/holds something else than blobs, texts, natural numbers, arrays and maps/);
});
