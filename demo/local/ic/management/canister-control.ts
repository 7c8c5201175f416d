import type { Principal } from '@dfinity/principal';

/** What a canister's controllers set (spec, `canister_settings`). Amounts in bytes, seconds and cycles. */
export interface CanisterSettings {
  readonly controllers: readonly Principal[];
  readonly computeAllocation: bigint;
  readonly memoryAllocation: bigint;
  /** How long, in seconds, the balance must suffice for storage. */
  readonly freezingThreshold: bigint;
  readonly reservedCyclesLimit: bigint;
  readonly wasmMemoryLimit: bigint;
  readonly wasmMemoryThreshold: bigint;
  /** What its code can read by name; in the order of the names' bytes, as the replica lists them. */
  readonly environmentVariables: ReadonlyMap<string, string>;
}

/** Memory in use, in bytes. */
export interface MemoryUse {
  readonly heap: bigint;
  readonly stable: bigint;
  readonly module: bigint;
  readonly chunkStore: bigint;
}

export interface UpgradeOptions {
  readonly skipPreUpgrade: boolean;
}

/** A canister, as its controllers can handle it through the management canister. */
export interface CanisterControl {
  readonly id: Principal;
  readonly status: 'running' | 'stopping' | 'stopped';
  readonly version: bigint;
  readonly cycles: bigint;
  readonly settings: CanisterSettings;
  /** SHA-256 of the installed module; undefined when the canister is empty. */
  readonly moduleHash: Uint8Array | undefined;
  readonly memory: MemoryUse;
  readonly idleCyclesPerDay: bigint;
  /** The chunks of Wasm that have been uploaded, by the hexadecimal SHA-256 of each. */
  readonly chunks: Map<string, Uint8Array>;
  isController(principal: Principal): boolean;
  updateSettings(changes: Partial<CanisterSettings>): void;
  deposit(cycles: bigint): void;
  /** Each leaves everything as it was when it throws a RejectError. The module is plain or gzipped. */
  install(wasm: Uint8Array, argument: Uint8Array, sender: Principal, mode: 'install' | 'reinstall'): Promise<void>;
  upgrade(wasm: Uint8Array, argument: Uint8Array, sender: Principal, options: UpgradeOptions): Promise<void>;
  /** Takes code and state away; open calls are rejected. */
  uninstall(): Promise<void>;
  start(): void;
  /** Takes no more calls; resolves once the open ones have ended. */
  stop(): Promise<void>;
}

/** What the management canister needs of the local IC around it. */
export interface ManagementHost {
  canister(id: Principal): CanisterControl | undefined;
  /** @throws {Error} when `id` is taken */
  create(options: { id?: Principal; cycles: bigint; settings: Partial<CanisterSettings> }): Principal;
  /** The cycles a canister gets when nobody says how many. */
  readonly defaultCycles: bigint;
  random(bytes: number): Uint8Array;
}
