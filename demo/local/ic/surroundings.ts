import type { Principal } from '@dfinity/principal';
import type { Activity } from './activity.js';
import type { Origin, Respond } from './call-context.js';
import type { CanisterState } from './certification/subnet-state.js';
import type { Clock } from './clock.js';
import type { Faults } from './faults.js';
import type { Mode } from './machine/system-api/contexts.js';

/** A call on its way to a canister, or to the management canister. */
export interface Call {
  readonly origin: Origin;
  readonly caller: Uint8Array;
  readonly callee: Uint8Array;
  readonly method: string;
  readonly argument: Uint8Array;
  readonly cycles: bigint;
  readonly deadline: bigint;
  /** Called when the message begins to be executed. */
  readonly onStart?: () => void;
}

/** A message that was executed, and what it cost. */
export interface ExecutedMessage {
  readonly canister: Principal;
  readonly mode: Mode;
  /** The name of the entry point; undefined for callbacks. */
  readonly entry: string | undefined;
  readonly instructions: bigint;
  /** Whether the module has counted them (`ic-wasm instrument`); otherwise they are estimated by the time taken. */
  readonly counted: boolean;
  /** Charged for the execution; 0 for queries. */
  readonly cycles: bigint;
  readonly trapped: boolean;
}

/** What a canister needs of the local IC it lives in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly faults: Faults;
  /** How many nodes prices are reckoned for. */
  readonly pricedNodes: number;
  readonly executionLimitMs: number;
  readonly memoryLimit: number;
  /** Of the root of trust, in DER. */
  readonly rootKey: Uint8Array;
  readonly subnet: Principal;
  readonly log: (line: string) => void;
  readonly onMessage: (message: ExecutedMessage) => void;
  /** Makes the data certificate for a canister's queries. */
  readonly certify: (canister: CanisterState) => Uint8Array;
  /** Sends a call on its way. */
  readonly send: (call: Call, respond: Respond) => void;
}
