import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOMBS, hostile } from '../candid-testing.js';
import { RejectCode } from '../reject.js';
import { decodeArgument, InstallChunkedCodeArgs, InstallCodeArgs, UpdateSettingsArgs } from './candid.js';
import { encode } from './testing/client.js';
import { Scene } from './testing/scene.js';
import { NO_SETTINGS, SERVICE } from './testing/service.js';

const MIB = 2 ** 20;

describe('hostile Candid', () => {
  test.each(BOMBS)('is refused before it does harm: %s', async (_what, bytes, refusal) => {
    const scene = new Scene();
    expect(scene.management.effectiveCanister('start_canister', bytes)).toBeUndefined();
    for (const method of ['start_canister', 'install_chunked_code', 'update_settings', 'provisional_create_canister_with_cycles']) {
      expect(await scene.itself.send(method, bytes)).toMatchObject({ kind: 'reject', code: RejectCode.CanisterReject, message: expect.stringContaining(refusal) as string });
    }
  });

  test('of whatever bytes ends in an answer', async () => {
    const scene = new Scene();
    const argument = encode('provisional_create_canister_with_cycles', { amount: [1n], settings: [{ ...NO_SETTINGS, controllers: [[]] }], specified_id: [], sender_canister_version: [] });
    await fc.assert(fc.asyncProperty(hostile(argument), fc.constantFrom(...Object.keys(SERVICE)), async (bytes, method) => {
      expect(['reply', 'reject']).toContain((await scene.other.send(method, bytes)).kind);
      scene.management.effectiveCanister(method, bytes);
    }), { numRuns: 500 });
  });
});

test('honest Candid is decoded at any size that a message can have', () => {
  const canister_id = Principal.fromText('ryjl3-tyaaa-aaaaa-aaaba-cai');
  const mode = { upgrade: [{ skip_pre_upgrade: [true], wasm_memory_persistence: [{ replace: null }] }] };
  const wasm_module = new Uint8Array(2 * MIB).fill(7);
  const arg = new Uint8Array(MIB).fill(8);
  const install = decodeArgument<InstallCodeArgs>(InstallCodeArgs, encode('install_code', { mode, canister_id, wasm_module, arg: arg.subarray(0, 1_000), sender_canister_version: [1n] }));
  expect([Buffer.compare(install.wasm_module, wasm_module), install.arg, install.mode]).toEqual([0, arg.slice(0, 1_000), mode]);
  const environment_variables = [Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, value: 'v' }))];
  const settings = { ...NO_SETTINGS, controllers: [[canister_id]], environment_variables };
  expect(decodeArgument(UpdateSettingsArgs, encode('update_settings', { canister_id, settings, sender_canister_version: [] }))).toMatchObject({ settings: { environment_variables } });
  const chunk_hashes_list = Array.from({ length: 100 }, (_, index) => ({ hash: new Uint8Array(32).fill(index) }));
  const chunks = { mode, target_canister: canister_id, store_canister: [canister_id], chunk_hashes_list, wasm_module_hash: new Uint8Array(32), arg, sender_canister_version: [] };
  const chunked = decodeArgument<InstallChunkedCodeArgs>(InstallChunkedCodeArgs, encode('install_chunked_code', chunks));
  expect([Buffer.compare(chunked.arg, arg), chunked.chunk_hashes_list]).toEqual([0, chunk_hashes_list]);
});
