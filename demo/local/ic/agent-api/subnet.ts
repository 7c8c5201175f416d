import type { Principal } from '@dfinity/principal';
import type { CanisterState } from '../certification/subnet-state.js';
import type { Trust } from '../certification/trust.js';
import type { Response } from '../reject.js';

/** A call by a user, of a canister or, with `canister` being `aaaaa-aa`, of the management canister. */
export interface IngressCall {
  readonly canister: Principal;
  readonly method: string;
  readonly argument: Uint8Array;
  readonly sender: Principal;
  /** Its `ingress_expiry`, in nanoseconds since 1970: "the canister will not start processing a call past" it. Absent for never. */
  readonly expiry?: bigint;
}

/** What the agent API needs of the local IC. */
export interface Subnet {
  readonly trust: Trust;
  /** The subnet's time, in nanoseconds since 1970. */
  now(): bigint;
  /** Everything certified about canisters, as of now. */
  canisters(): readonly CanisterState[];
  /** The canister that a management call is about, or `any` where it is about none (creation); undefined for what cannot be called from outside, or cannot be decoded. */
  effectiveCanister(call: IngressCall): Principal | 'any' | undefined;
  /**
   * Lets a call in, after all that a single node checks first, `canister_inspect_message` included.
   * @param onProcessing is called once the call begins to be executed
   * @returns the response to come
   * @throws {RejectError} when the call is not let in
   */
  submit(call: IngressCall, onProcessing: () => void): Promise<{ readonly response: Promise<Response> }>;
  /** A non-replicated query. Never throws: what goes wrong is a reject. */
  answerQuery(call: IngressCall): Promise<Response>;
}
