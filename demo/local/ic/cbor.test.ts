import { Cbor, Expiry } from '@dfinity/agent';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCbor, encodeCbor } from './cbor.js';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** What may stand in requests and responses. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
}));

test('comes back as it was', () => {
  fc.assert(fc.property(value, (original) => {
    expect(decodeCbor(encodeCbor(original))).toStrictEqual(original);
  }));
});

test('is self-described, and decodes with that tag and without', () => {
  expect(Buffer.from(encodeCbor({ a: 1n })).toString('hex')).toBe('d9d9f7a1616101');
  expect(decodeCbor(bytes('d9d9f7 a1616101'))).toEqual({ a: 1n });
  expect(decodeCbor(bytes('a1616101'))).toEqual({ a: 1n });
});

test('reads what the official agent writes, and the agent what is written here', () => {
  const expiry = Expiry.fromDeltaInMilliseconds(240_000);
  const content = { request_type: 'call', canister_id: Principal.fromText('uxrrr-q7777-77774-qaaaq-cai'), ingress_expiry: expiry, arg: new Uint8Array(70_000), nonce: undefined };
  expect(decodeCbor(Cbor.encode({ content }))).toEqual({
    content: { request_type: 'call', canister_id: content.canister_id.toUint8Array(), ingress_expiry: expiry.toBigInt(), arg: content.arg, nonce: null },
  });
  expect(Cbor.decode(encodeCbor({ status: 'rejected', reject_code: 4, reject_message: 'é', left_out: undefined, signatures: [{ timestamp: 2n ** 63n }] })))
    .toEqual({ status: 'rejected', reject_code: 4, reject_message: 'é', signatures: [{ timestamp: 2n ** 63n }] });
});

test('reads what other writers may write: longer integers, arrays and maps of indefinite length, undefined', () => {
  expect(decodeCbor(bytes('1b 0000000000000001'))).toBe(1n);
  expect(decodeCbor(bytes('9f 01 82 02 03 ff'))).toEqual([1n, [2n, 3n]]);
  expect(decodeCbor(bytes('bf 6161 9f ff 6162 f7 ff'))).toEqual({ a: [], b: null });
});

test('blobs are copies, also of a Buffer', () => {
  const input = bytes('42 0102');
  const blob = decodeCbor(input) as Uint8Array;
  input.fill(0);
  expect(blob).toStrictEqual(Uint8Array.of(1, 2));
});

test('a key called __proto__ sets no prototype', () => {
  const map = decodeCbor(bytes('a1 69 5f5f70726f746f5f5f a1 6161 01')) as object;
  expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  expect(Object.entries(map)).toEqual([['__proto__', { a: 1n }]]);
});

test.each([
  ['nothing', ''],
  ['an end too early', '82 01'],
  ['a blob that is longer than the rest', '5b 0000000100000000'],
  ['a map that claims four billion fields', 'ba ffffffff 6161 01'],
  ['an array that claims more than can be', '9b ffffffffffffffff'],
  ['something after the end', '01 01'],
  ['a floating-point number', 'f9 3c00'],
  ['another tag', 'c2 41 01'],
  ['a tag of nothing', 'd9d9f7'],
  ['a key that is a number', 'a1 01 01'],
  ['a key twice', 'a2 6161 01 6161 02'],
  ['a text that is not UTF-8', '61 ff'],
  ['a break by itself', 'ff'],
  ['a break for a value', 'a1 6161 ff'],
  ['a break between key and value', 'bf 6161 ff'],
  ['a break in an array of known length', '9f 81 ff ff'],
  ['a break in a tag', '9f d9d9f7 ff ff'],
  ['a blob in pieces', '5f 4101 ff'],
])('refuses %s', (_, hex) => {
  expect(() => decodeCbor(bytes(hex))).toThrow(/^not valid CBOR: /);
});

test('nests 128 levels deep and no deeper', () => {
  const nested = (levels: number, begin: string) => bytes(begin.repeat(levels) + '01');
  expect(decodeCbor(nested(128, '81'))).toBeInstanceOf(Array);
  expect(decodeCbor(Buffer.concat([bytes('82 8101'), nested(127, '81')]))).toBeInstanceOf(Array);
  for (const begin of ['81', 'a16161', 'd9d9f7', '9f', 'bf6161']) {
    expect(() => decodeCbor(nested(129, begin))).toThrow('not valid CBOR: it nests more than 128 levels deep');
    expect(() => decodeCbor(nested(200_000, begin))).toThrow('not valid CBOR: it nests more than 128 levels deep');
  }
});

test('a break between key and value does not hide how deep it nests', () => {
  expect(() => decodeCbor(bytes('bf 6161 ff 6162'.repeat(200_000)))).toThrow('not valid CBOR: it ends an array or map where none can end');
});

test('any bytes give a value or an error, which says so', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
    try {
      expect(typeof decodeCbor(input)).not.toBe('symbol');
    } catch (error) {
      expect((error as Error).message).toMatch(/^not valid CBOR: /);
    }
  }), { numRuns: 3_000 });
});
