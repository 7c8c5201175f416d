import type { Principal } from '@dfinity/principal';
import type { ErrorCode, RejectCode } from '../reject.js';

/** What the subnet certifies about itself at one moment: the source of the state tree (interface specification, "The system state tree"). */
export interface SubnetState {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly canisters: readonly CanisterState[];
  readonly requests: readonly RequestState[];
}

export interface CanisterState {
  readonly id: Principal;
  readonly certifiedData: Uint8Array;
  readonly controllers: readonly Principal[];
  /** Nanoseconds since 1970. */
  readonly createdAt: bigint;
  /** Absent while the canister is empty. */
  readonly module?: ModuleState;
}

export interface ModuleState {
  /** SHA-256 of the module as it was installed, compressed if it came so. */
  readonly hash: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly installedAt: bigint;
  readonly metadata: readonly MetadataSection[];
}

/** A custom section of the module named `icp:public NAME` or `icp:private NAME`. */
export interface MetadataSection {
  readonly name: string;
  readonly isPublic: boolean;
  readonly content: Uint8Array;
}

/** How far a call has come (spec, "Request status"). */
export type RequestStatus =
  | { readonly status: 'received' | 'processing' | 'done' }
  | { readonly status: 'replied'; readonly reply: Uint8Array }
  | { readonly status: 'rejected'; readonly code: RejectCode; readonly message: string; readonly errorCode?: ErrorCode };

export interface RequestState {
  /** The request id, 32 bytes. */
  readonly id: Uint8Array;
  readonly result: RequestStatus;
}
