import type { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { encode } from './testing/client.js';
import { Scene } from './testing/scene.js';
import { NO_SETTINGS, SERVICE, type ServiceMethod } from './testing/service.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const NOTHING = new Uint8Array();
const names = Object.keys(SERVICE) as ServiceMethod[];

/** An argument of each method that takes a canister. */
function about(method: ServiceMethod, id: Principal): Uint8Array {
  return encode(method, {
    canister_id: id, target_canister: id, store_canister: [], settings: method === 'update_settings' ? NO_SETTINGS : [], sender_canister_version: [],
    mode: { install: null }, wasm_module: NOTHING, arg: NOTHING, chunk: NOTHING, chunk_hashes_list: [], wasm_module_hash: NOTHING,
    amount: method === 'provisional_top_up_canister' ? 1n : [], specified_id: [],
  });
}

describe('the management canister', () => {
  test('gives random bytes of the local IC', async () => {
    expect(await scene.other.call('raw_rand')).toEqual(new Uint8Array(32).fill(7));
    expect(await scene.other.send('raw_rand', NOTHING)).toMatchObject({ kind: 'reply' }); // Candid or not
  });

  test('hands outcalls over, cycles and all', async () => {
    scene.other.cycles = 8n;
    expect(await scene.other.send('http_request', Uint8Array.of(1))).toEqual({ kind: 'reply', data: Buffer.from('answer') });
    expect(scene.other.refunded).toBe(7n);
    expect(scene.outcalls).toMatchObject([{ argument: Uint8Array.of(1), cycles: 8n }]);
  });

  test('answers at once where nothing is to be waited for', () => {
    let answered = false;
    const call = { origin: 'canister', caller: scene.other.principal.toUint8Array(), callee: NOTHING, method: 'raw_rand', argument: NOTHING, cycles: 0n, deadline: 0n } as const;
    scene.management.call(call, () => (answered = true));
    expect(answered).toBe(true);
  });

  test.each([
    ['nix', RejectCode.CanisterError, "Management canister has no method 'nix'"],
    ['toString', RejectCode.CanisterError, "Management canister has no method 'toString'"],
    ['sign_with_ecdsa', RejectCode.CanisterReject, "The management canister's method sign_with_ecdsa is not implemented in the local IC"],
  ])('has no %s, and gives the cycles back', async (method, code, message) => {
    scene.other.cycles = 4n;
    expect(await scene.other.send(method, NOTHING)).toMatchObject({ kind: 'reject', code, message });
    expect(scene.other.refunded).toBe(4n);
    expect(() => {
      scene.management.checkIngress(method, NOTHING, scene.controller.principal);
    }).toThrow(message);
  });

  test.each(names.filter((name) => !['raw_rand', 'create_canister', 'provisional_create_canister_with_cycles'].includes(name)))('%s gives the cycles back when there is no such canister', async (method) => {
    scene.other.cycles = 4n;
    expect(await scene.other.send(method, about(method, scene.stranger.principal))).toMatchObject({ kind: 'reject', code: RejectCode.DestinationInvalid });
    expect(scene.other.refunded).toBe(4n);
  });

  test.each(names.filter((name) => name !== 'raw_rand'))('%s gives the cycles back when its argument is not Candid', async (method) => {
    scene.other.cycles = 4n;
    expect(await scene.other.send(method, NOTHING)).toMatchObject({ kind: 'reject', code: RejectCode.CanisterReject, message: expect.stringContaining('Error decoding candid') as string });
    expect(scene.other.refunded).toBe(4n);
  });

  test('rejects what the local IC fails at', async () => {
    scene.host.create = () => {
      throw new Error('no room');
    };
    expect(await scene.stranger.send('provisional_create_canister_with_cycles', about('provisional_create_canister_with_cycles', scene.canister.id)))
      .toEqual({ kind: 'reject', code: RejectCode.SysFatal, message: 'The local IC failed: Error: no room' });
  });
});

describe('who may call', () => {
  const CONTROLLERS: ServiceMethod[] = ['update_settings', 'install_code', 'install_chunked_code', 'uninstall_code', 'start_canister', 'stop_canister'];
  const CONTROLLERS_AND_ITSELF: ServiceMethod[] = ['canister_status', 'upload_chunk', 'clear_chunk_store', 'stored_chunks'];
  const CANISTERS = ['create_canister', 'deposit_cycles', 'raw_rand', 'http_request'];

  test.each([...CONTROLLERS, ...CONTROLLERS_AND_ITSELF])('%s: no strangers', async (method) => {
    const argument = about(method, scene.canister.id);
    await expect(scene.stranger.send(method, argument)).rejects.toMatchObject({
      code: RejectCode.CanisterError,
      errorCode: 512,
      message: `Only controllers of canister ${scene.canister.id.toText()} can call ic00 method ${method}`,
    });
    expect(await scene.other.send(method, argument)).toMatchObject({
      kind: 'reject',
      code: RejectCode.CanisterError,
      message: `Only the controllers of the canister ${scene.canister.id.toText()} can control it.\nCanister's controllers: ${scene.controller.principal.toText()}\nSender's ID: ${scene.other.principal.toText()}`,
    });
    scene.management.checkIngress(method, argument, scene.controller.principal);
  });

  test.each(CONTROLLERS)('%s: not the canister itself', async (method) => {
    expect(await scene.itself.send(method, about(method, scene.canister.id))).toMatchObject({ kind: 'reject', code: RejectCode.CanisterError });
  });

  test.each(CONTROLLERS_AND_ITSELF)('%s: the canister itself', async (method) => {
    expect(await scene.itself.send(method, about(method, scene.canister.id))).toMatchObject({ kind: 'reply' });
  });

  test.each(CANISTERS)('%s: no users, not even by a way round the check', async (method) => {
    const message = `ic00 method ${method} can not be called via ingress messages`;
    await expect(scene.controller.send(method, NOTHING)).rejects.toMatchObject({ code: RejectCode.CanisterReject, message });
    scene.management.checkIngress = () => undefined;
    expect(await scene.controller.send(method, NOTHING)).toMatchObject({ kind: 'reject', code: RejectCode.CanisterReject, message });
    expect(scene.outcalls).toEqual([]);
  });

  test('a user is told when a canister is not there, or not named', async () => {
    await expect(scene.controller.send('stop_canister', about('stop_canister', scene.stranger.principal))).rejects.toMatchObject({ code: RejectCode.DestinationInvalid, errorCode: 301 });
    await expect(scene.controller.send('stop_canister', NOTHING)).rejects.toMatchObject({ code: RejectCode.CanisterReject, errorCode: 408 });
  });
});

describe('the effective canister', () => {
  const effective = (method: string, argument: Uint8Array) => scene.management.effectiveCanister(method, argument);

  test.each(['create_canister', 'provisional_create_canister_with_cycles', 'list_canisters'])('of %s is any', (method) => {
    expect(effective(method, NOTHING)).toBe('any');
  });

  test.each(names.filter((name) => !['raw_rand', 'create_canister', 'provisional_create_canister_with_cycles'].includes(name)))('of %s is the one in the argument', (method) => {
    const found = effective(method, about(method, scene.canister.id));
    expect(found !== 'any' && found?.toText()).toBe(scene.canister.id.toText());
  });

  test('is none when the argument names none', () => {
    expect(effective('stop_canister', NOTHING)).toBeUndefined();
    expect(effective('raw_rand', encode('raw_rand'))).toBeUndefined();
    expect(effective('install_chunked_code', about('stop_canister', scene.canister.id))).toBeUndefined();
  });
});
