import type { Principal } from '@dfinity/principal';
import type { Visibility } from './candid.js';

/** Settings that are stored and shown. Of them, only the visibility of the status has an effect in the local IC. */
export interface OtherSettings {
  /** Cycles. */
  readonly minimumIncomingCanisterCallCycles: bigint;
  readonly logVisibility: Visibility;
  /** Bytes. */
  readonly logMemoryLimit: bigint;
  readonly snapshotVisibility: Visibility;
  readonly statusVisibility: Visibility;
}

const DEFAULTS: OtherSettings = {
  minimumIncomingCanisterCallCycles: 0n,
  logVisibility: { controllers: null },
  logMemoryLimit: 4_096n,
  snapshotVisibility: { controllers: null },
  statusVisibility: { controllers: null },
};

/** The settings of all canisters that only the management canister knows of. */
export class KeptSettings {
  readonly #settings = new Map<string, OtherSettings>();

  of(id: Principal): OtherSettings {
    return this.#settings.get(id.toText()) ?? DEFAULTS;
  }

  change(id: Principal, changes: Partial<OtherSettings>): void {
    this.#settings.set(id.toText(), { ...this.of(id), ...changes });
  }
}
