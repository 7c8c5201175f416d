import { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { FEE, Scene } from './testing/scene.js';
import { NO_SETTINGS } from './testing/service.js';

const SPECIFIED = Principal.fromText('uxrrr-q7777-77774-qaaaq-cai');

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const text = (principals: readonly Principal[]) => principals.map((principal) => principal.toText());

describe('provisional_create_canister_with_cycles', () => {
  const create = async (argument: object, client = scene.stranger) => {
    const all = { amount: [], settings: [], specified_id: [], sender_canister_version: [], ...argument };
    return scene.find((await client.call('provisional_create_canister_with_cycles', all) as { canister_id: Principal }).canister_id);
  };

  test('gives anyone a canister of their own with the usual cycles', async () => {
    const created = await create({});
    expect(created.cycles).toBe(scene.host.defaultCycles);
    expect(text(created.settings.controllers)).toEqual([scene.stranger.principal.toText()]);
  });

  test('takes an amount, an id and settings', async () => {
    const settings = { ...NO_SETTINGS, controllers: [[scene.controller.principal]], freezing_threshold: [7n] };
    const created = await create({ amount: [2n ** 128n - 1n], specified_id: [SPECIFIED], settings: [settings], sender_canister_version: [3n] });
    expect(created.id.toText()).toBe(SPECIFIED.toText());
    expect(created.cycles).toBe(2n ** 128n - 1n);
    expect(text(created.settings.controllers)).toEqual([scene.controller.principal.toText()]);
    expect(created.settings.freezingThreshold).toBe(7n);
  });

  test('gives back the cycles that a canister attaches', async () => {
    scene.other.cycles = 40n;
    expect((await create({ amount: [1n] }, scene.other)).cycles).toBe(1n);
    expect(scene.other.refunded).toBe(40n);
  });

  test.each([
    ['an id that is taken', () => ({ specified_id: [scene.canister.id] }), RejectCode.SysTransient, 'already exists'],
    ['the id of a user', () => ({ specified_id: [scene.stranger.principal] }), RejectCode.CanisterReject, 'not a canister id'],
    ['the id of nobody', () => ({ specified_id: [Principal.managementCanister()] }), RejectCode.CanisterReject, 'not a canister id'],
    ['more cycles than can be', () => ({ amount: [2n ** 128n] }), RejectCode.CanisterReject, 'Amount of cycles'],
    ['settings that are not possible', () => ({ settings: [{ ...NO_SETTINGS, compute_allocation: [101n] }] }), RejectCode.CanisterError, 'ComputeAllocation expected'],
  ])('refuses %s, and creates nothing', async (_what, argument, code, message) => {
    const before = scene.host.canisters.size;
    await expect(create(argument())).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(scene.host.canisters.size).toBe(before);
  });
});

describe('create_canister', () => {
  const argument = { settings: [], sender_canister_version: [] };

  test('makes a canister out of the cycles that come with the call, less the fee', async () => {
    scene.other.cycles = FEE + 9n;
    const { canister_id } = await scene.other.call('create_canister', argument) as { canister_id: Principal };
    expect(scene.find(canister_id).cycles).toBe(9n);
    expect(text(scene.find(canister_id).settings.controllers)).toEqual([scene.other.principal.toText()]);
    expect(scene.other.refunded).toBe(0n);
  });

  test('is refused when the cycles do not cover the fee, which then come back', async () => {
    scene.other.cycles = FEE - 1n;
    await expect(scene.other.call('create_canister', argument)).rejects.toMatchObject({ code: RejectCode.CanisterReject, message: expect.stringContaining(`a fee of ${FEE}`) as string });
    expect(scene.other.refunded).toBe(FEE - 1n);
  });
});

describe('cycles', () => {
  test('are deposited by any canister', async () => {
    scene.other.cycles = 5n;
    await scene.other.call('deposit_cycles', { canister_id: scene.canister.id });
    expect([scene.canister.cycles, scene.other.refunded]).toEqual([1_005n, 0n]);
  });

  test('for a canister that is not there come back', async () => {
    scene.other.cycles = 5n;
    await expect(scene.other.call('deposit_cycles', { canister_id: SPECIFIED })).rejects.toMatchObject({ code: RejectCode.DestinationInvalid, message: `Canister ${SPECIFIED.toText()} not found` });
    expect(scene.other.refunded).toBe(5n);
  });

  test('are made by provisional_top_up_canister, for any canister by anyone', async () => {
    await scene.stranger.call('provisional_top_up_canister', { canister_id: scene.canister.id, amount: 6n });
    expect(scene.canister.cycles).toBe(1_006n);
    await expect(scene.stranger.call('provisional_top_up_canister', { canister_id: scene.canister.id, amount: 2n ** 128n })).rejects.toMatchObject({ code: RejectCode.CanisterReject });
  });
});

describe('stop_canister', () => {
  test('replies when the open calls have ended, and not before', async () => {
    const argument = { canister_id: scene.canister.id };
    let done = false;
    const stopping = scene.controller.call('stop_canister', argument).then(() => (done = true));
    expect(scene.canister.status).toBe('stopping'); // at once
    await scene.controller.call('canister_status', argument); // others get their turn meanwhile
    expect(done).toBe(false);
    scene.canister.openCallsEnd();
    await stopping;
    expect(scene.canister.status).toBe('stopped');
  });

  test('is rejected when the canister is started again, with all cycles refunded', async () => {
    scene.canister.settings = { ...scene.canister.settings, controllers: [scene.other.principal] };
    scene.other.cycles = 3n;
    const stopping = scene.other.call('stop_canister', { canister_id: scene.canister.id });
    scene.canister.start();
    await expect(stopping).rejects.toMatchObject({ code: RejectCode.CanisterError });
    expect(scene.other.refunded).toBe(3n);
  });
});

test('start_canister starts', async () => {
  scene.canister.status = 'stopped';
  await scene.controller.call('start_canister', { canister_id: scene.canister.id });
  expect(scene.canister.status).toBe('running');
});
