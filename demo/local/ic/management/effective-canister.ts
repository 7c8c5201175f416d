import type { Principal } from '@dfinity/principal';
import { CanisterId, decodeArgument, TargetCanister } from './candid.js';
import { ManagementError } from './refusal.js';

const ABOUT_NO_CANISTER = new Set(['create_canister', 'provisional_create_canister_with_cycles', 'list_canisters']);

/**
 * The canister that a call is about.
 * @throws {ManagementError} InvalidManagementPayload, when the argument does not name it
 */
export function targetOf(method: string, argument: Uint8Array): Principal {
  if (method === 'install_chunked_code') return decodeArgument<TargetCanister>(TargetCanister, argument).target_canister;
  return decodeArgument<CanisterId>(CanisterId, argument).canister_id;
}

/**
 * Which canister must stand in the URL of a call by a user (spec, "Effective canister id").
 * @returns `any` where every principal will do; undefined where none does: the argument names no canister
 */
export function effectiveCanister(method: string, argument: Uint8Array): Principal | 'any' | undefined {
  if (ABOUT_NO_CANISTER.has(method)) return 'any';
  try {
    return targetOf(method, argument);
  } catch (error) {
    if (error instanceof ManagementError) return undefined;
    throw error;
  }
}
