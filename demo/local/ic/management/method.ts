import type { Principal } from '@dfinity/principal';
import type { Respond } from '../call-context.js';
import type { Call } from '../surroundings.js';
import type { CanisterControl, ManagementHost } from './canister-control.js';
import type { KeptSettings } from './kept-settings.js';

/** A call of the management canister. */
export interface ManagementCall {
  readonly method: string;
  readonly argument: Uint8Array;
  readonly caller: Principal;
  /** Attached to the call. */
  readonly cycles: bigint;
}

/** What the methods work on. */
export interface World {
  readonly host: ManagementHost;
  readonly kept: KeptSettings;
  /** What `create_canister` takes out of the cycles that come with the call. */
  readonly creationFee: bigint;
}

/** Whether the canister that a call is about lets a principal make it. */
export type Permission = (canister: CanisterControl, principal: Principal, world: World) => boolean;

/** Carries a call out, and returns the reply. Rejects by throwing a RejectError, and then has changed nothing. */
export type Handler = (call: ManagementCall, world: World) => Uint8Array | Promise<Uint8Array>;

/** One method of the management canister. */
export interface Method {
  /** Who may call it by an ingress message: nobody, since it is for canisters only; anyone; or whom the canister that it is about permits. */
  readonly ingress: 'nobody' | 'anyone' | Permission;
  /** Whether the cycles that come with a call stay here when it is replied to. Otherwise they go back, as they do with every reject. */
  readonly keepsCycles?: true;
  readonly run: Handler;
}

/** A method that the local IC itself carries out, for canisters only. It responds exactly once. */
export interface HostMethod {
  readonly ingress: 'nobody';
  readonly hand: (call: Call, respond: Respond) => void;
}
