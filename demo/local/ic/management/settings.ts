import type { Principal } from '@dfinity/principal';
import { MAX_VARIABLE_NAME } from '../machine/system-api/surroundings.js';
import { controllers, permitted } from './access.js';
import { type CandidSettings, decodeArgument, emptyReply, type EnvironmentVariable, type Opt, UpdateSettingsArgs, type Visibility } from './candid.js';
import type { CanisterControl, CanisterSettings } from './canister-control.js';
import type { OtherSettings } from './kept-settings.js';
import type { Handler } from './method.js';
import { ErrorCode, ManagementError } from './refusal.js';

const MAX_CONTROLLERS = 10;
const MAX_VIEWERS = 10;
const MAX_NAT64 = 2n ** 64n - 1n;
export const MAX_CYCLES = 2n ** 128n - 1n;
const MAX_WASM_MEMORY = 2n ** 48n;
/** Limits of the replica, which the spec leaves open. Bytes. */
const [MIN_LOG_MEMORY, MAX_LOG_MEMORY] = [4_096n, 2n * 2n ** 20n];
const MAX_VARIABLES = 20;
const MAX_VARIABLE_VALUE = 128;

/** Checked changes of settings; what is not to change is not in them. */
export interface SettingsChanges {
  readonly canister: Partial<CanisterSettings>;
  readonly other: Partial<OtherSettings>;
}

/** Spec, `update_settings`. All of it or, when anything is wrong, nothing. */
export const updateSettings: Handler = (call, world) => {
  const { canister_id, settings } = decodeArgument<UpdateSettingsArgs>(UpdateSettingsArgs, call.argument);
  const canister = permitted(canister_id, controllers, call, world);
  const changes = checkSettings(settings);
  checkHeap(canister, changes.canister.wasmMemoryLimit ?? 0n);
  canister.updateSettings(changes.canister);
  world.kept.change(canister_id, changes.other);
  return emptyReply();
};

/**
 * Checks each setting by the ranges of the specification (`create_canister`).
 * @throws {ManagementError} CanisterContractViolation, InvalidManagementPayload
 */
export function checkSettings(given: CandidSettings): SettingsChanges {
  return {
    canister: defined<CanisterSettings>({
      controllers: principals(given.controllers[0], MAX_CONTROLLERS),
      computeAllocation: amount(given.compute_allocation, 100n, 'ComputeAllocation expected to be in the range [0..100]'),
      memoryAllocation: amount(given.memory_allocation, MAX_NAT64, `MemoryAllocation expected to be in the range [0..${MAX_NAT64}]`),
      freezingThreshold: amount(given.freezing_threshold, MAX_NAT64, 'Freezing threshold expected to be in the range of [0..2^64-1]'),
      reservedCyclesLimit: amount(given.reserved_cycles_limit, MAX_CYCLES, 'Reserved cycles limit expected to be in the range of [0..2^128-1]'),
      wasmMemoryLimit: amount(given.wasm_memory_limit, MAX_WASM_MEMORY, 'Wasm memory limit expected to be in the range of [0..2^48]'),
      wasmMemoryThreshold: amount(given.wasm_memory_threshold, MAX_WASM_MEMORY, 'Wasm memory threshold expected to be in the range of [0..2^48]'),
      environmentVariables: variables(given.environment_variables),
    }),
    other: defined<OtherSettings>({
      minimumIncomingCanisterCallCycles: amount(given.minimum_incoming_canister_call_cycles, MAX_CYCLES, 'Minimum incoming canister call cycles expected to be in the range of [0..2^128-1]'),
      logVisibility: visibility(given.log_visibility),
      logMemoryLimit: logMemory(given.log_memory_limit),
      snapshotVisibility: visibility(given.snapshot_visibility),
      statusVisibility: visibility(given.status_visibility),
    }),
  };
}

/** Spec, "Changing settings": a limit on the heap must not be below what the heap takes up. 0 is no limit. */
function checkHeap({ id, memory }: CanisterControl, limit: bigint): void {
  if (limit === 0n || memory.heap <= limit) return;
  throw new ManagementError(ErrorCode.CanisterWasmMemoryLimitExceeded, `Canister ${id.toText()} has a Wasm memory of ${memory.heap} bytes, which exceeds the Wasm memory limit of ${limit} bytes`);
}

function amount([value]: Opt<bigint>, max: bigint, expected: string): bigint | undefined {
  if (value !== undefined && value > max) throw new ManagementError(ErrorCode.CanisterContractViolation, `${expected}, got ${value}`);
  return value;
}

function logMemory([value]: Opt<bigint>): bigint | undefined {
  if (value === undefined || value === 0n || (value >= MIN_LOG_MEMORY && value <= MAX_LOG_MEMORY)) return value;
  throw new ManagementError(ErrorCode.CanisterContractViolation, `Log memory limit expected to be 0 or in the range of [${MIN_LOG_MEMORY}..${MAX_LOG_MEMORY}], got ${value}`);
}

/** A set of principals. */
function principals(given: readonly Principal[] | undefined, max: number): Principal[] | undefined {
  if (given === undefined) return undefined;
  if (given.length > max) {
    throw new ManagementError(ErrorCode.InvalidManagementPayload, `Payload deserialization error: The number of elements exceeds maximum allowed ${max}`);
  }
  return [...new Map(given.map((principal) => [principal.toText(), principal])).values()];
}

function visibility([given]: Opt<Visibility>): Visibility | undefined {
  if (given === undefined || !('allowed_viewers' in given)) return given;
  return { allowed_viewers: principals(given.allowed_viewers, MAX_VIEWERS) ?? [] };
}

function variables([given]: Opt<EnvironmentVariable[]>): ReadonlyMap<string, string> | undefined {
  if (given === undefined) return undefined;
  const refuse = (message: string) => new ManagementError(ErrorCode.InvalidManagementPayload, message);
  if (given.length > MAX_VARIABLES) throw refuse(`Too many environment variables: ${given.length} (max: ${MAX_VARIABLES})`);
  for (const { name, value } of given) {
    if (Buffer.byteLength(name) > MAX_VARIABLE_NAME) throw refuse(`Environment variable name "${name}" exceeds the maximum allowed length of ${MAX_VARIABLE_NAME}.`);
    if (Buffer.byteLength(value) > MAX_VARIABLE_VALUE) throw refuse(`Environment variable value "${value}" exceeds the maximum allowed length of ${MAX_VARIABLE_VALUE}.`);
  }
  const sorted = given.map(({ name, value }) => [name, value] as const).sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const variables = new Map(sorted);
  if (variables.size < given.length) throw refuse('Duplicate environment variables are not allowed');
  return variables;
}

/** Without what is undefined, so that spreading it over settings changes only what was given. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
