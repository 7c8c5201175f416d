import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { checkCandidBounds } from './candid-bounds.js';
import { encode } from './testing/client.js';
import { Scene } from './testing/scene.js';
import { NO_SETTINGS, SERVICE } from './testing/service.js';

const MIB = 2 ** 20;
/** Codes of types. */
const [OPT, VEC, RECORD, FUNC, NULL, NAT, INT, NAT8, TEXT, RESERVED, PRINCIPAL] = [0x6e, 0x6d, 0x6c, 0x6a, 0x7f, 0x7d, 0x7c, 0x7b, 0x71, 0x70, 0x68] as const;

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...leb(Math.floor(value / 128))];
}

/** A message from the definitions of its table, the types of its values, and these. */
function message(table: readonly number[][], types: readonly number[], values: Iterable<number>): Uint8Array {
  return Uint8Array.from([...Buffer.from('DIDL'), ...leb(table.length), ...table.flat(), ...leb(types.length), ...types, ...values]);
}

function deepOpts(count: number): Uint8Array {
  return message([[OPT, 0]], [0], [...new Array<number>(count).fill(1), 0]);
}

/** Records of two records each, the last of which are empty: two to the `depth` of them, in no bytes at all. */
function records(depth: number): Uint8Array {
  const table = Array.from({ length: depth }, (_, index) => [RECORD, 2, 0, ...leb(index), 1, ...leb(index)]);
  return message([[RECORD, 0], ...table], [depth], []);
}

const BOMBS: [string, Uint8Array, string][] = [
  ['a vector of nulls', message([[VEC, NULL]], [0], leb(2 ** 32)), '10000 types and values'],
  ['a vector of reserved', message([[VEC, RESERVED]], [0], leb(2 ** 32)), '10000 types and values'],
  ['a vector of empty records', message([[RECORD, 0], [VEC, 0]], [1], leb(2 ** 32)), '10000 types and values'],
  ['records of records', records(30), '10000 types and values'],
  ['many values', message([[VEC, TEXT]], [0], [...leb(10_000), ...new Uint8Array(10_000)]), '10000 types and values'],
  ['a long number', message([], [NAT], [...new Array<number>(MIB).fill(0x80), 1]), 'more than 64 bytes'],
  ['a long length', message([[VEC, NAT8]], [0], [...new Array<number>(MIB).fill(0x80), 1]), 'more than 5 bytes'],
  ['deep options', deepOpts(5_000), 'more than 32 deep'],
  ['a record that contains itself', message([[RECORD, 1, 0, 0]], [0], []), 'more than 32 deep'],
  ['many types beside a long blob', message([...Array.from({ length: 100 }, () => [OPT, NAT]), [VEC, NAT8]], [100], [...leb(2 * MIB), ...new Uint8Array(2 * MIB)]), 'too many types'],
  ['many integers before a long blob', message([[VEC, INT], [VEC, NAT8]], [0, 1], [...leb(100), ...new Array<number>(100).fill(0), ...leb(2 * MIB), ...new Uint8Array(2 * MIB)]), 'too many types'],
  ['a long table', message(Array.from({ length: 6_000 }, () => [OPT, NAT]), [], []), '10000 types and values'],
  ['functions', message([[FUNC, 0, 0, 0]], [0], [1, 0]), 'not expected here'],
  ['a principal of 30 bytes', message([], [PRINCIPAL], [1, 30, ...new Uint8Array(30)]), 'at most 29'],
  ['a type that is not there', message([], [3], []), 'there is no type 3'],
  ['a blob that ends too soon', message([[VEC, NAT8]], [0], [5, 1]), 'unexpected end'],
  ['bytes left over', message([], [], [1]), '1 bytes are left over'],
  ['no Candid', Uint8Array.from(Buffer.from('DIDX\0\0')), 'DIDL'],
  ['nothing', new Uint8Array(), 'unexpected end'],
];

describe('hostile Candid', () => {
  test.each(BOMBS)('is refused before it does harm: %s', async (_what, bytes, text) => {
    expect(() => {
      checkCandidBounds(bytes);
    }).toThrow(text);
    const scene = new Scene();
    expect(scene.management.effectiveCanister('start_canister', bytes)).toBeUndefined();
    for (const method of ['start_canister', 'install_chunked_code', 'update_settings', 'provisional_create_canister_with_cycles']) {
      expect(await scene.itself.send(method, bytes)).toMatchObject({ kind: 'reject', code: RejectCode.CanisterReject, message: expect.stringContaining(text) as string });
    }
  });

  test('of whatever bytes ends in an answer', async () => {
    const scene = new Scene();
    const argument = encode('provisional_create_canister_with_cycles', { amount: [1n], settings: [{ ...NO_SETTINGS, controllers: [[]] }], specified_id: [], sender_canister_version: [] });
    const mutated = fc.array(fc.tuple(fc.nat(argument.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }).map((changes) => {
      const bytes = argument.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      return bytes;
    });
    const bytes = fc.oneof(fc.uint8Array(), fc.uint8Array().map((tail) => Uint8Array.from([...Buffer.from('DIDL'), ...tail])), mutated);
    await fc.assert(fc.asyncProperty(bytes, fc.constantFrom(...Object.keys(SERVICE)), async (argument, method) => {
      expect(['reply', 'reject']).toContain((await scene.other.send(method, argument)).kind);
      scene.management.effectiveCanister(method, argument);
    }), { numRuns: 500 });
  });
});

describe('honest Candid', () => {
  test('passes at any size that a message can have', () => {
    const canister_id = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
    const mode = { upgrade: [{ skip_pre_upgrade: [true], wasm_memory_persistence: [{ replace: null }] }] };
    checkCandidBounds(encode('install_code', { mode, canister_id, wasm_module: new Uint8Array(2 * MIB), arg: new Uint8Array(1_000), sender_canister_version: [1n] }));
    const variables = Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, value: 'v' }));
    checkCandidBounds(encode('update_settings', { canister_id, settings: { ...NO_SETTINGS, controllers: [[canister_id]], environment_variables: [variables] }, sender_canister_version: [] }));
    const chunk_hashes_list = Array.from({ length: 100 }, () => ({ hash: new Uint8Array(32) }));
    checkCandidBounds(encode('install_chunked_code', { mode, target_canister: canister_id, store_canister: [canister_id], chunk_hashes_list, wasm_module_hash: new Uint8Array(32), arg: new Uint8Array(MIB), sender_canister_version: [] }));
  });

  test('passes with values of every type', () => {
    const types: [IDL.Type, unknown][] = [
      [IDL.Null, null], [IDL.Bool, true], [IDL.Nat, 2n ** 128n], [IDL.Int, -(2n ** 70n)], [IDL.Nat8, 1], [IDL.Nat16, 1], [IDL.Nat32, 1], [IDL.Nat64, 1n],
      [IDL.Int8, -1], [IDL.Int16, -1], [IDL.Int32, -1], [IDL.Int64, -1n], [IDL.Float32, 1.5], [IDL.Float64, 1.5], [IDL.Text, 'ä'], [IDL.Reserved, null],
      [IDL.Principal, Principal.anonymous()], [IDL.Opt(IDL.Text), ['x']], [IDL.Opt(IDL.Text), []], [IDL.Vec(IDL.Text), ['a', 'b']], [IDL.Vec(IDL.Nat8), [1, 2]],
      [IDL.Record({ a: IDL.Nat, b: IDL.Variant({ x: IDL.Null, y: IDL.Text }) }), { a: 1n, b: { y: 'z' } }],
    ];
    checkCandidBounds(new Uint8Array(IDL.encode(types.map(([type]) => type), types.map(([, value]) => value))));
  });

  test('is read from a view of a larger buffer', async () => {
    const scene = new Scene();
    const argument = encode('canister_status', { canister_id: scene.canister.id });
    const view = Buffer.concat([new Uint8Array(3), argument]).subarray(3);
    expect(await scene.itself.send('canister_status', view)).toMatchObject({ kind: 'reply' });
  });
});
