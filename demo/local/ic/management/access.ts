import type { Principal } from '@dfinity/principal';
import type { CanisterControl, ManagementHost } from './canister-control.js';
import type { ManagementCall, Permission, World } from './method.js';
import { ErrorCode, ManagementError } from './refusal.js';

export const controllers: Permission = (canister, principal) => canister.isController(principal);

export const controllersAndItself: Permission = (canister, principal) => canister.isController(principal) || isSame(principal, canister.id);

/** Spec, `canister_status`: by the setting `status_visibility`. */
export const statusReaders: Permission = (canister, principal, { kept }) => {
  const { statusVisibility } = kept.of(canister.id);
  if ('public' in statusVisibility || canister.isController(principal) || isSame(principal, canister.id)) return true;
  return 'allowed_viewers' in statusVisibility && statusVisibility.allowed_viewers.some((viewer) => isSame(viewer, principal));
};

/** @throws {ManagementError} CanisterNotFound */
export function findCanister(id: Principal, host: ManagementHost): CanisterControl {
  const canister = host.canister(id);
  if (canister === undefined) throw new ManagementError(ErrorCode.CanisterNotFound, `Canister ${id.toText()} not found`);
  return canister;
}

/**
 * The canister with this id, if the caller may.
 * @throws {ManagementError} CanisterNotFound, CanisterInvalidController
 */
export function permitted(id: Principal, permission: Permission, call: ManagementCall, world: World): CanisterControl {
  const canister = findCanister(id, world.host);
  if (permission(canister, call.caller, world)) return canister;
  const names = canister.settings.controllers.map((controller) => controller.toText()).join(' ');
  throw new ManagementError(
    ErrorCode.CanisterInvalidController,
    `Only the controllers of the canister ${id.toText()} can control it.\nCanister's controllers: ${names}\nSender's ID: ${call.caller.toText()}`,
  );
}

function isSame(one: Principal, other: Principal): boolean {
  return one.compareTo(other) === 'eq';
}
