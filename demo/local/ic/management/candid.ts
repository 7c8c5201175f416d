import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';
import { Blob, decodeCandid } from '../decode-candid.js';
import { ErrorCode, ManagementError } from './refusal.js';

/*
 * Candid of the management canister's methods (ic.did). `log_memory_limit` and `log_memory_store_size` are by the
 * replica's own types, which clients decode by. `sender_canister_version` is left out and so is skipped: the local IC
 * does not look at it.
 */
const Visibility = IDL.Variant({ controllers: IDL.Null, public: IDL.Null, allowed_viewers: IDL.Vec(IDL.Principal) });
const EnvironmentVariable = IDL.Record({ name: IDL.Text, value: IDL.Text });
const SETTINGS = {
  controllers: IDL.Vec(IDL.Principal),
  compute_allocation: IDL.Nat,
  memory_allocation: IDL.Nat,
  freezing_threshold: IDL.Nat,
  reserved_cycles_limit: IDL.Nat,
  minimum_incoming_canister_call_cycles: IDL.Nat,
  log_visibility: Visibility,
  log_memory_limit: IDL.Nat,
  snapshot_visibility: Visibility,
  status_visibility: Visibility,
  wasm_memory_limit: IDL.Nat,
  wasm_memory_threshold: IDL.Nat,
  environment_variables: IDL.Vec(EnvironmentVariable),
};
const Settings = IDL.Record(Object.fromEntries(Object.entries<IDL.Type>(SETTINGS).map(([name, type]) => [name, IDL.Opt(type)])));
const InstallMode = IDL.Variant({
  install: IDL.Null,
  reinstall: IDL.Null,
  upgrade: IDL.Opt(IDL.Record({
    skip_pre_upgrade: IDL.Opt(IDL.Bool),
    wasm_memory_persistence: IDL.Opt(IDL.Variant({ keep: IDL.Null, replace: IDL.Null })),
  })),
});
const ChunkHash = IDL.Record({ hash: Blob });

export const CanisterId = IDL.Record({ canister_id: IDL.Principal });
export const TargetCanister = IDL.Record({ target_canister: IDL.Principal });
export const CreateCanisterArgs = IDL.Record({ settings: IDL.Opt(Settings) });
export const ProvisionalCreateArgs = IDL.Record({ amount: IDL.Opt(IDL.Nat), settings: IDL.Opt(Settings), specified_id: IDL.Opt(IDL.Principal) });
export const TopUpArgs = IDL.Record({ canister_id: IDL.Principal, amount: IDL.Nat });
export const UpdateSettingsArgs = IDL.Record({ canister_id: IDL.Principal, settings: Settings });
export const InstallCodeArgs = IDL.Record({ mode: InstallMode, canister_id: IDL.Principal, wasm_module: Blob, arg: Blob });
export const InstallChunkedCodeArgs = IDL.Record({
  mode: InstallMode,
  target_canister: IDL.Principal,
  store_canister: IDL.Opt(IDL.Principal),
  chunk_hashes_list: IDL.Vec(ChunkHash),
  wasm_module_hash: Blob,
  arg: Blob,
});
export const UploadChunkArgs = IDL.Record({ canister_id: IDL.Principal, chunk: Blob });
export const CanisterStatusResult = IDL.Record({
  status: IDL.Variant({ running: IDL.Null, stopping: IDL.Null, stopped: IDL.Null }),
  ready_for_migration: IDL.Bool,
  version: IDL.Nat64,
  settings: IDL.Record(SETTINGS),
  module_hash: IDL.Opt(Blob),
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
export const RawRandResult = Blob;
export const ChunkHashes = IDL.Vec(ChunkHash);
export const UploadChunkResult = ChunkHash;

export type Opt<T> = [] | [T];
export type Visibility = { controllers: null } | { public: null } | { allowed_viewers: Principal[] };
export interface EnvironmentVariable {
  name: string;
  value: string;
}
export interface CandidSettings {
  controllers: Opt<Principal[]>;
  compute_allocation: Opt<bigint>;
  memory_allocation: Opt<bigint>;
  freezing_threshold: Opt<bigint>;
  reserved_cycles_limit: Opt<bigint>;
  minimum_incoming_canister_call_cycles: Opt<bigint>;
  log_visibility: Opt<Visibility>;
  log_memory_limit: Opt<bigint>;
  snapshot_visibility: Opt<Visibility>;
  status_visibility: Opt<Visibility>;
  wasm_memory_limit: Opt<bigint>;
  wasm_memory_threshold: Opt<bigint>;
  environment_variables: Opt<EnvironmentVariable[]>;
}
export type InstallMode =
  | { install: null }
  | { reinstall: null }
  | { upgrade: Opt<{ skip_pre_upgrade: Opt<boolean>; wasm_memory_persistence: Opt<{ keep: null } | { replace: null }> }> };
export interface CanisterId {
  canister_id: Principal;
}
export interface TargetCanister {
  target_canister: Principal;
}
export interface CreateCanisterArgs {
  settings: Opt<CandidSettings>;
}
export interface ProvisionalCreateArgs extends CreateCanisterArgs {
  amount: Opt<bigint>;
  specified_id: Opt<Principal>;
}
export interface TopUpArgs extends CanisterId {
  amount: bigint;
}
export interface UpdateSettingsArgs extends CanisterId {
  settings: CandidSettings;
}
export interface InstallCodeArgs extends CanisterId {
  mode: InstallMode;
  wasm_module: Uint8Array;
  arg: Uint8Array;
}
export interface InstallChunkedCodeArgs extends TargetCanister {
  mode: InstallMode;
  store_canister: Opt<Principal>;
  chunk_hashes_list: { hash: Uint8Array }[];
  wasm_module_hash: Uint8Array;
  arg: Uint8Array;
}
export interface UploadChunkArgs extends CanisterId {
  chunk: Uint8Array;
}

/**
 * The one argument of a method.
 * @throws {ManagementError} InvalidManagementPayload, when the bytes are not Candid of that type, or take too long to decode
 */
export function decodeArgument<T>(type: IDL.Type, argument: Uint8Array): T {
  try {
    const [value] = decodeCandid([type], argument);
    return value as T;
  } catch (error) {
    throw new ManagementError(ErrorCode.InvalidManagementPayload, `Error decoding candid: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function encodeReply(type: IDL.Type, value: unknown): Uint8Array {
  return new Uint8Array(IDL.encode([type], [value]));
}

/** The reply of methods that return nothing. */
export function emptyReply(): Uint8Array {
  return new Uint8Array(IDL.encode([], []));
}
