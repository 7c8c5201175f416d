import type { Principal } from '@dfinity/principal';
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { Scene } from './testing/scene.js';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

let scene: Scene;
let canister_id: Principal;
beforeEach(() => {
  scene = new Scene();
  canister_id = scene.canister.id;
});

describe('install_code', () => {
  const install = (mode: object, wasm = 'code') =>
    scene.controller.call('install_code', { mode, canister_id, wasm_module: bytes(wasm), arg: bytes('argument'), sender_canister_version: [] });

  test.each([
    ['install', { install: null }, { mode: 'install' }],
    ['reinstall', { reinstall: null }, { mode: 'reinstall' }],
    ['upgrade', { upgrade: [] }, { mode: 'upgrade', options: { skipPreUpgrade: false } }],
    ['upgrade with no option', { upgrade: [{ skip_pre_upgrade: [], wasm_memory_persistence: [] }] }, { mode: 'upgrade', options: { skipPreUpgrade: false } }],
    ['upgrade without canister_pre_upgrade', { upgrade: [{ skip_pre_upgrade: [true], wasm_memory_persistence: [{ replace: null }] }] }, { mode: 'upgrade', options: { skipPreUpgrade: true } }],
  ])('does %s', async (_what, mode, expected) => {
    await install(mode);
    expect(scene.canister.installations).toEqual([{ wasm: bytes('code'), argument: bytes('argument'), sender: scene.controller.principal.toText(), ...expected }]);
  });

  test('does not keep Wasm memory, and says so', async () => {
    await expect(install({ upgrade: [{ skip_pre_upgrade: [], wasm_memory_persistence: [{ keep: null }] }] })).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('Leave wasm_memory_persistence out') as string });
    expect(scene.canister.installations).toEqual([]);
  });

  test('passes on why a module is refused', async () => {
    await expect(install({ install: null }, 'bad')).rejects.toMatchObject({ code: RejectCode.CanisterError, message: 'The Wasm module is refused' });
  });
});

test('uninstall_code empties a canister, chunks included', async () => {
  scene.canister.moduleHash = bytes('hash');
  scene.canister.chunks.set('00', bytes('chunk'));
  await scene.controller.call('uninstall_code', { canister_id, sender_canister_version: [] });
  expect([scene.canister.moduleHash, scene.canister.chunks.size]).toEqual([undefined, 0]);
});

describe('chunks', () => {
  const upload = async (chunk: Uint8Array, client = scene.controller) => (await client.call('upload_chunk', { canister_id, chunk }) as { hash: Uint8Array }).hash;
  const stored = async () => (await scene.controller.call('stored_chunks', { canister_id }) as { hash: Uint8Array }[]).map(({ hash }) => Buffer.from(hash).toString('hex'));

  test('are known by their hashes, in order, and can be cleared', async () => {
    const hashes = [await upload(bytes('a')), await upload(bytes('b')), await upload(bytes('c'), scene.itself)];
    expect(hashes).toEqual([sha256(bytes('a')), sha256(bytes('b')), sha256(bytes('c'))]);
    expect(await stored()).toEqual(hashes.map((hash) => Buffer.from(hash).toString('hex')).sort());
    await scene.itself.call('clear_chunk_store', { canister_id });
    expect(await stored()).toEqual([]);
  });

  test('have at most 1 MiB', async () => {
    await upload(new Uint8Array(2 ** 20));
    await expect(upload(new Uint8Array(2 ** 20 + 1))).rejects.toMatchObject({
      code: RejectCode.CanisterError,
      message: 'Error from Wasm chunk store: Wasm chunk size 1048577 exceeds the maximum chunk size of 1048576.',
    });
    expect(await stored()).toHaveLength(1);
  });

  test('are at most a hundred, though one that is there can come again', async () => {
    for (let index = 0; index < 100; index += 1) await upload(bytes(`chunk ${index}`));
    await expect(upload(bytes('one more'))).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('maximum number of entries, 100') as string });
    expect(await upload(bytes('chunk 0'))).toEqual(sha256(bytes('chunk 0')));
    expect(await stored()).toHaveLength(100);
  });
});

describe('install_chunked_code', () => {
  const install = (chunks: readonly string[], options: object = {}, client = scene.controller) => client.call('install_chunked_code', {
    mode: { install: null },
    target_canister: canister_id,
    store_canister: [],
    chunk_hashes_list: chunks.map((chunk) => ({ hash: sha256(bytes(chunk)) })),
    wasm_module_hash: sha256(bytes(chunks.join(''))),
    arg: bytes('argument'),
    sender_canister_version: [],
    ...options,
  });

  test('puts the chunks together in the order of the list, each as often as it is there', async () => {
    for (const chunk of ['b', 'a']) await scene.controller.call('upload_chunk', { canister_id, chunk: bytes(chunk) });
    await install(['a', 'b', 'a'], { mode: { upgrade: [] } });
    expect(scene.canister.installations).toEqual([{ mode: 'upgrade', wasm: bytes('aba'), argument: bytes('argument'), sender: scene.controller.principal.toText(), options: { skipPreUpgrade: false } }]);
  });

  test('takes the chunks of another canister of the caller', async () => {
    const store = scene.create([scene.controller.principal]);
    await scene.controller.call('upload_chunk', { canister_id: store.id, chunk: bytes('a') });
    await expect(install(['a'])).rejects.toMatchObject({ message: expect.stringContaining('was not found') as string });
    await install(['a'], { store_canister: [store.id] });
    expect(scene.canister.installations).toHaveLength(1);
  });

  test('takes the chunks of the calling canister itself', async () => {
    scene.canister.settings = { ...scene.canister.settings, controllers: [scene.other.principal] };
    await scene.other.call('upload_chunk', { canister_id: scene.other.principal, chunk: bytes('a') });
    await install(['a'], { store_canister: [scene.other.principal] }, scene.other);
    expect(scene.canister.installations).toHaveLength(1);
  });

  test.each([
    ['the chunks of a canister that the caller does not control', ['a'], () => ({ store_canister: [scene.other.principal] }), 'Only the controllers of the canister'],
    ['a hash that is not the module\'s', ['a'], () => ({ wasm_module_hash: sha256(bytes('b')) }), `Wasm module hash ${Buffer.from(sha256(bytes('a'))).toString('hex')} does not match given hash`],
    ['a chunk that is not there', ['a', 'nix'], () => ({}), `Chunk hash ${Buffer.from(sha256(bytes('nix'))).toString('hex')} was not found`],
    ['more than a hundred chunks', Array.from({ length: 101 }, () => 'a'), () => ({}), 'at most 100 chunks, and 101 were listed'],
  ])('refuses %s', async (_what, chunks, options, message) => {
    await scene.controller.call('upload_chunk', { canister_id, chunk: bytes('a') });
    await expect(install(chunks, options())).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining(message) as string });
    expect(scene.canister.installations).toEqual([]);
  });
});
