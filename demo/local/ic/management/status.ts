import { permitted, statusReaders } from './access.js';
import { CanisterId, CanisterStatusResult, decodeArgument, encodeReply } from './candid.js';
import type { CanisterControl } from './canister-control.js';
import type { OtherSettings } from './kept-settings.js';
import type { ManagementCall, World } from './method.js';

/** Spec, `canister_status`. What the local IC does not have (reserved cycles, a history, snapshots, statistics of queries) is 0. */
export function canisterStatus(call: ManagementCall, world: World): Uint8Array {
  const { canister_id } = decodeArgument<CanisterId>(CanisterId, call.argument);
  const canister = permitted(canister_id, statusReaders, call, world);
  return encodeReply(CanisterStatusResult, statusOf(canister, world.kept.of(canister_id)));
}

function statusOf(canister: CanisterControl, other: OtherSettings) {
  const { memory } = canister;
  return {
    status: { [canister.status]: null },
    ready_for_migration: canister.status === 'stopped',
    version: canister.version,
    settings: definiteSettings(canister, other),
    module_hash: canister.moduleHash === undefined ? [] : [canister.moduleHash],
    memory_size: memory.heap + memory.stable + memory.module + memory.chunkStore,
    memory_metrics: {
      wasm_memory_size: memory.heap,
      stable_memory_size: memory.stable,
      global_memory_size: 0n,
      wasm_binary_size: memory.module,
      custom_sections_size: 0n,
      canister_history_size: 0n,
      wasm_chunk_store_size: memory.chunkStore,
      snapshots_size: 0n,
      log_memory_store_size: 0n,
    },
    cycles: canister.cycles,
    reserved_cycles: 0n,
    idle_cycles_burned_per_day: canister.idleCyclesPerDay,
    query_stats: { num_calls_total: 0n, num_instructions_total: 0n, request_payload_bytes_total: 0n, response_payload_bytes_total: 0n },
  };
}

function definiteSettings({ settings }: CanisterControl, other: OtherSettings) {
  return {
    controllers: settings.controllers,
    compute_allocation: settings.computeAllocation,
    memory_allocation: settings.memoryAllocation,
    freezing_threshold: settings.freezingThreshold,
    reserved_cycles_limit: settings.reservedCyclesLimit,
    minimum_incoming_canister_call_cycles: other.minimumIncomingCanisterCallCycles,
    log_visibility: other.logVisibility,
    log_memory_limit: other.logMemoryLimit,
    snapshot_visibility: other.snapshotVisibility,
    status_visibility: other.statusVisibility,
    wasm_memory_limit: settings.wasmMemoryLimit,
    wasm_memory_threshold: settings.wasmMemoryThreshold,
    environment_variables: [...settings.environmentVariables].map(([name, value]) => ({ name, value })),
  };
}
