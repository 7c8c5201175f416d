import { Principal } from '@dfinity/principal';
import { beforeEach, describe, expect, test } from 'vitest';
import { RejectCode } from '../reject.js';
import { decode, encode } from './testing/client.js';
import { Scene } from './testing/scene.js';
import { NO_SETTINGS } from './testing/service.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const users = (count: number) => Array.from({ length: count }, (_, index) => Principal.selfAuthenticating(Uint8Array.of(index)));
const update = (settings: object) =>
  scene.controller.call('update_settings', { canister_id: scene.canister.id, settings: { ...NO_SETTINGS, ...settings }, sender_canister_version: [] });
const status = async (client = scene.controller) => await client.call('canister_status', { canister_id: scene.canister.id }) as { settings: Record<string, unknown> };

/** As a canister has them when nobody has set any. */
const DEFAULTS = {
  compute_allocation: 0n,
  memory_allocation: 0n,
  freezing_threshold: 2_592_000n,
  reserved_cycles_limit: 5_000_000_000_000n,
  minimum_incoming_canister_call_cycles: 0n,
  log_visibility: { controllers: null },
  log_memory_limit: 4_096n,
  snapshot_visibility: { controllers: null },
  status_visibility: { controllers: null },
  wasm_memory_limit: 0n,
  wasm_memory_threshold: 0n,
  environment_variables: [],
};

describe('settings', () => {
  test('have defaults', async () => {
    expect((await status()).settings).toMatchObject(DEFAULTS);
  });

  test.each([
    ['compute_allocation', 100n], ['memory_allocation', 2n ** 64n - 1n], ['freezing_threshold', 2n ** 64n - 1n],
    ['reserved_cycles_limit', 2n ** 128n - 1n], ['minimum_incoming_canister_call_cycles', 2n ** 128n - 1n],
    ['wasm_memory_limit', 2n ** 48n], ['wasm_memory_threshold', 2n ** 48n], ['log_memory_limit', 2n ** 21n],
  ])('of %s go up to %d and no further, and change nothing else', async (name, max) => {
    await update({ [name]: [max] });
    expect((await status()).settings).toMatchObject({ ...DEFAULTS, [name]: max });
    await expect(update({ [name]: [max + 1n] })).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining(`got ${max + 1n}`) as string });
    await update({ [name]: [0n] });
    expect((await status()).settings).toMatchObject({ ...DEFAULTS, [name]: 0n });
  });

  test('of controllers are a set of at most ten', async () => {
    const [one, two] = users(2) as [Principal, Principal];
    await update({ controllers: [[one, two, one, scene.controller.principal]] });
    expect(scene.canister.settings.controllers.map((controller) => controller.toText())).toEqual([one, two, scene.controller.principal].map((controller) => controller.toText()));
    await expect(update({ controllers: [users(11)] })).rejects.toMatchObject({ code: RejectCode.CanisterReject, message: expect.stringContaining('maximum allowed 10') as string });
    await update({ controllers: [[]] });
    await expect(status()).rejects.toMatchObject({ code: RejectCode.CanisterError });
  });

  test('of visibility name at most ten viewers', async () => {
    const viewers = users(10);
    await update({ log_visibility: [{ allowed_viewers: viewers }], snapshot_visibility: [{ public: null }] });
    expect((await status()).settings).toMatchObject({ ...DEFAULTS, log_visibility: { allowed_viewers: viewers }, snapshot_visibility: { public: null } });
    await expect(update({ log_visibility: [{ allowed_viewers: users(11) }] })).rejects.toMatchObject({ code: RejectCode.CanisterReject });
  });

  test('of environment variables are kept, and shown in the order of their names', async () => {
    const environment_variables = Array.from({ length: 20 }, (_, index) => ({ name: `${index}`.padStart(128, 'n'), value: 'v'.repeat(128) }));
    await update({ environment_variables: [environment_variables] });
    const sorted = environment_variables.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    expect((await status()).settings).toMatchObject({ environment_variables: sorted });
  });

  test.each([
    ['too many', Array.from({ length: 21 }, (_, index) => ({ name: `${index}`, value: '' })), 'Too many environment variables: 21 (max: 20)'],
    ['the same twice', [{ name: 'a', value: '1' }, { name: 'a', value: '2' }], 'Duplicate environment variables'],
    ['a long name', [{ name: 'ä'.repeat(65), value: '' }], 'exceeds the maximum allowed length of 128'],
    ['a long value', [{ name: 'a', value: 'v'.repeat(129) }], 'exceeds the maximum allowed length of 128'],
  ])('of environment variables must be possible: %s', async (_what, variables, message) => {
    await expect(update({ environment_variables: [variables] })).rejects.toMatchObject({ code: RejectCode.CanisterReject, message: expect.stringContaining(message) as string });
  });

  test('of logs have a least size', async () => {
    await expect(update({ log_memory_limit: [4_095n] })).rejects.toMatchObject({ code: RejectCode.CanisterError });
  });

  test('of which one is wrong are not changed at all', async () => {
    await expect(update({ freezing_threshold: [1n], status_visibility: [{ public: null }], log_memory_limit: [1n] })).rejects.toMatchObject({ code: RejectCode.CanisterError });
    expect((await status()).settings).toMatchObject(DEFAULTS);
  });

  test('do not limit the heap to less than it is', async () => {
    scene.canister.memory = { ...scene.canister.memory, heap: 65_536n };
    await expect(update({ wasm_memory_limit: [65_535n] })).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining('exceeds the Wasm memory limit') as string });
    await update({ wasm_memory_limit: [65_536n] });
  });
});

describe('canister_status', () => {
  test('shows all there is to know', async () => {
    scene.canister.version = 3n;
    scene.canister.memory = { heap: 1n, stable: 20n, module: 300n, chunkStore: 4_000n };
    scene.canister.moduleHash = Uint8Array.of(1, 2);
    expect(await status()).toEqual({
      status: { running: null },
      ready_for_migration: false,
      version: 3n,
      settings: { ...DEFAULTS, controllers: [scene.controller.principal] },
      module_hash: [Uint8Array.of(1, 2)],
      memory_size: 4_321n,
      memory_metrics: {
        wasm_memory_size: 1n, stable_memory_size: 20n, wasm_binary_size: 300n, wasm_chunk_store_size: 4_000n,
        global_memory_size: 0n, custom_sections_size: 0n, canister_history_size: 0n, snapshots_size: 0n, log_memory_store_size: 0n,
      },
      cycles: 1_000n,
      reserved_cycles: 0n,
      idle_cycles_burned_per_day: 17n,
      query_stats: { num_calls_total: 0n, num_instructions_total: 0n, request_payload_bytes_total: 0n, response_payload_bytes_total: 0n },
    });
  });

  test.each([['stopping', false], ['stopped', true]] as const)('of a canister that is %s', async (now, ready_for_migration) => {
    scene.canister.status = now;
    expect(await status()).toMatchObject({ status: { [now]: null }, ready_for_migration, module_hash: [] });
  });

  test('is for the controllers and the canister itself', async () => {
    await status();
    await status(scene.itself);
    await expect(status(scene.stranger)).rejects.toMatchObject({ code: RejectCode.CanisterError, errorCode: 512, message: `Only controllers of canister ${scene.canister.id.toText()} can call ic00 method canister_status` });
    await expect(status(scene.other)).rejects.toMatchObject({ code: RejectCode.CanisterError, message: expect.stringContaining(`Sender's ID: ${scene.other.principal.toText()}`) as string });
  });

  test.each([
    ['everybody', () => ({ public: null }), true, true],
    ['those who are named', () => ({ allowed_viewers: [scene.other.principal] }), false, true],
    ['none but the controllers', () => ({ controllers: null }), false, false],
  ])('can be for %s', async (_who, visibility, stranger, other) => {
    await update({ status_visibility: [visibility()] });
    const sees = (client: typeof scene.other) => status(client).then(() => true, () => false);
    expect([await sees(scene.stranger), await sees(scene.other), await sees(scene.itself), await sees(scene.controller)]).toEqual([stranger, other, true, true]);
  });

  test('can be asked for by a query', () => {
    const query = (principal: Principal) => scene.management.query('canister_status', encode('canister_status', { canister_id: scene.canister.id }), principal);
    const response = query(scene.controller.principal);
    expect(response.kind === 'reply' && decode('canister_status', response.data)).toMatchObject({ status: { running: null } });
    expect(query(scene.stranger.principal)).toMatchObject({ kind: 'reject', code: RejectCode.CanisterError });
    expect(scene.management.query('raw_rand', new Uint8Array(), scene.controller.principal)).toMatchObject({ message: "Management canister has no query method 'raw_rand'" });
    expect(scene.management.query('list_canisters', new Uint8Array(), scene.controller.principal)).toMatchObject({ message: expect.stringContaining('not implemented in the local IC') as string });
  });
});
