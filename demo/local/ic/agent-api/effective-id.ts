import type { Principal } from '@dfinity/principal';
import type { Trust } from '../certification/trust.js';
import { ApiError } from './api-error.js';
import type { Scope } from './endpoint.js';
import type { IngressCall, Subnet } from './subnet.js';

const MANAGEMENT = 'aaaaa-aa';

/**
 * Checks that the id in the URL is this subnet's: its own, or one of its canister ids, whether there is such a canister or
 * not (interface specification, "Effective canister id").
 * @throws {ApiError} 400
 */
export function checkScope(scope: Scope, { topology, subnet }: Trust): void {
  if (scope.kind === 'subnet') {
    if (scope.id.compareTo(subnet) !== 'eq') throw new ApiError(400, `Subnet ${scope.id.toText()} is not the one of this local IC, which is ${subnet.toText()}`);
    return;
  }
  const id = scope.id.toUint8Array();
  const ranges = topology.find((info) => info.id.compareTo(subnet) === 'eq')?.canisterRanges ?? [];
  if (!ranges.some(([first, last]) => Buffer.compare(first, id) <= 0 && Buffer.compare(id, last) <= 0)) {
    throw new ApiError(400, `Canister ${scope.id.toText()} does not belong to any subnet: the effective canister id in the URL must be a canister's; for a call of the management canister, that of the canister it is about`);
  }
}

/**
 * Checks that the URL names the canister that a call or a query is for. What the management canister cannot be asked from
 * outside passes: the subnet rejects it whatever the URL says.
 * @throws {ApiError} 400
 */
export function checkEffectiveCanister(call: IngressCall, effective: Principal, subnet: Subnet): void {
  const expected = call.canister.toText() === MANAGEMENT ? subnet.effectiveCanister(call) : call.canister;
  if (expected === undefined || expected === 'any' || expected.compareTo(effective) === 'eq') return;
  throw new ApiError(400, `Specified CanisterId ${expected.toText()} does not match effective canister id in URL ${effective.toText()}: send the request to the URL of the former`);
}
