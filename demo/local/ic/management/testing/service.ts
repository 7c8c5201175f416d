import { IDL } from '@dfinity/candid';

/*
 * The management canister's service as its clients see it: ic.did, translated field by field, apart from the code that
 * is tested. The two fields of logs are those that Rust clients insist on.
 */
const blob = IDL.Vec(IDL.Nat8);
const visibility = () => IDL.Variant({ controllers: IDL.Null, public: IDL.Null, allowed_viewers: IDL.Vec(IDL.Principal) });
const environmentVariable = IDL.Record({ name: IDL.Text, value: IDL.Text });
const canisterSettings = IDL.Record({
  controllers: IDL.Opt(IDL.Vec(IDL.Principal)),
  compute_allocation: IDL.Opt(IDL.Nat),
  memory_allocation: IDL.Opt(IDL.Nat),
  freezing_threshold: IDL.Opt(IDL.Nat),
  reserved_cycles_limit: IDL.Opt(IDL.Nat),
  minimum_incoming_canister_call_cycles: IDL.Opt(IDL.Nat),
  log_visibility: IDL.Opt(visibility()),
  log_memory_limit: IDL.Opt(IDL.Nat),
  snapshot_visibility: IDL.Opt(visibility()),
  status_visibility: IDL.Opt(visibility()),
  wasm_memory_limit: IDL.Opt(IDL.Nat),
  wasm_memory_threshold: IDL.Opt(IDL.Nat),
  environment_variables: IDL.Opt(IDL.Vec(environmentVariable)),
});
const definiteCanisterSettings = IDL.Record({
  controllers: IDL.Vec(IDL.Principal),
  compute_allocation: IDL.Nat,
  memory_allocation: IDL.Nat,
  freezing_threshold: IDL.Nat,
  reserved_cycles_limit: IDL.Nat,
  minimum_incoming_canister_call_cycles: IDL.Nat,
  log_visibility: visibility(),
  log_memory_limit: IDL.Nat,
  snapshot_visibility: visibility(),
  status_visibility: visibility(),
  wasm_memory_limit: IDL.Nat,
  wasm_memory_threshold: IDL.Nat,
  environment_variables: IDL.Vec(environmentVariable),
});
const canisterInstallMode = IDL.Variant({
  install: IDL.Null,
  reinstall: IDL.Null,
  upgrade: IDL.Opt(IDL.Record({
    skip_pre_upgrade: IDL.Opt(IDL.Bool),
    wasm_memory_persistence: IDL.Opt(IDL.Variant({ keep: IDL.Null, replace: IDL.Null })),
  })),
});
const chunkHash = IDL.Record({ hash: blob });
const canisterId = IDL.Record({ canister_id: IDL.Principal });
const version = { sender_canister_version: IDL.Opt(IDL.Nat64) };
const canisterStatusResult = IDL.Record({
  status: IDL.Variant({ running: IDL.Null, stopping: IDL.Null, stopped: IDL.Null }),
  ready_for_migration: IDL.Bool,
  version: IDL.Nat64,
  settings: definiteCanisterSettings,
  module_hash: IDL.Opt(blob),
  memory_size: IDL.Nat,
  memory_metrics: IDL.Record({
    wasm_memory_size: IDL.Nat,
    stable_memory_size: IDL.Nat,
    global_memory_size: IDL.Nat,
    wasm_binary_size: IDL.Nat,
    custom_sections_size: IDL.Nat,
    canister_history_size: IDL.Nat,
    wasm_chunk_store_size: IDL.Nat,
    snapshots_size: IDL.Nat,
    log_memory_store_size: IDL.Nat,
  }),
  cycles: IDL.Nat,
  reserved_cycles: IDL.Nat,
  idle_cycles_burned_per_day: IDL.Nat,
  query_stats: IDL.Record({
    num_calls_total: IDL.Nat,
    num_instructions_total: IDL.Nat,
    request_payload_bytes_total: IDL.Nat,
    response_payload_bytes_total: IDL.Nat,
  }),
});

/** Argument and result of each method; undefined for `()`. */
export const SERVICE = {
  create_canister: [IDL.Record({ settings: IDL.Opt(canisterSettings), ...version }), canisterId],
  update_settings: [IDL.Record({ canister_id: IDL.Principal, settings: canisterSettings, ...version }), undefined],
  upload_chunk: [IDL.Record({ canister_id: IDL.Principal, chunk: blob }), chunkHash],
  clear_chunk_store: [canisterId, undefined],
  stored_chunks: [canisterId, IDL.Vec(chunkHash)],
  install_code: [IDL.Record({ mode: canisterInstallMode, canister_id: IDL.Principal, wasm_module: blob, arg: blob, ...version }), undefined],
  install_chunked_code: [IDL.Record({
    mode: canisterInstallMode,
    target_canister: IDL.Principal,
    store_canister: IDL.Opt(IDL.Principal),
    chunk_hashes_list: IDL.Vec(chunkHash),
    wasm_module_hash: blob,
    arg: blob,
    ...version,
  }), undefined],
  uninstall_code: [IDL.Record({ canister_id: IDL.Principal, ...version }), undefined],
  start_canister: [canisterId, undefined],
  stop_canister: [canisterId, undefined],
  canister_status: [canisterId, canisterStatusResult],
  deposit_cycles: [canisterId, undefined],
  raw_rand: [undefined, blob],
  provisional_create_canister_with_cycles: [
    IDL.Record({ amount: IDL.Opt(IDL.Nat), settings: IDL.Opt(canisterSettings), specified_id: IDL.Opt(IDL.Principal), ...version }),
    canisterId,
  ],
  provisional_top_up_canister: [IDL.Record({ canister_id: IDL.Principal, amount: IDL.Nat }), undefined],
} satisfies Record<string, readonly [IDL.Type | undefined, IDL.Type | undefined]>;
export type ServiceMethod = keyof typeof SERVICE;

/** No setting given. */
export const NO_SETTINGS = Object.fromEntries(canisterSettings._fields.map(([name]) => [name, []])) as unknown as Record<string, never[]>;
