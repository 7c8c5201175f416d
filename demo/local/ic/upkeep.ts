import type { Clock } from './clock.js';
import { CycleAccount } from './cycle-account.js';
import type { CanisterSettings, MemoryUse } from './management/canister-control.js';
import { executionReserve, storagePrice } from './prices.js';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
/** How often storage is charged for: the replica's ten seconds. The price of a moment would be less than a cycle. */
const PERIOD = 10n * SECOND;

/** What a canister is and has, as far as its upkeep depends on it. */
export interface Dependent {
  readonly settings: CanisterSettings;
  readonly memory: MemoryUse;
}

/**
 * A canister's cycles, with what merely being there costs: storage is charged as time goes by, and a balance that would
 * not last for the freezing threshold freezes the canister. At zero the IC deletes a canister's code; here it stays
 * frozen, so that a test can go on by topping it up.
 */
export class Upkeep {
  readonly account: CycleAccount;
  readonly #clock: Clock;
  readonly #nodes: bigint;
  readonly #dependent: Dependent;
  #paidUntil: bigint;
  #suspended = false;

  constructor(dependent: Dependent, cycles: bigint, clock: Clock, nodes: bigint) {
    this.account = new CycleAccount(cycles);
    this.#dependent = dependent;
    this.#clock = clock;
    this.#nodes = nodes;
    this.#paidUntil = clock.now();
  }

  get perDay(): bigint {
    return this.#price(DAY);
  }

  /** The balance below which the canister is frozen. */
  get freezingLimit(): bigint {
    return this.#price(this.#dependent.settings.freezingThreshold * SECOND);
  }

  /** How much is missing for another message to be executed; 0 or less when nothing is. */
  get missingForMessage(): bigint {
    return this.freezingLimit + executionReserve(this.#nodes) - this.account.balance;
  }

  /** Charges for the time since it was last charged for, once enough of it has passed. */
  collect(): void {
    const time = this.#clock.now() - this.#paidUntil;
    if (this.#suspended || time < PERIOD) return;
    this.account.charge('storage', this.#price(time));
    this.#paidUntil += time;
  }

  /** Collects once more, and then, as the replica does, not until {@link resume}: a message that is executed counts on the balance it began with. */
  suspend(): void {
    this.collect();
    this.#suspended = true;
  }

  resume(): void {
    this.#suspended = false;
  }

  #price(nanoseconds: bigint): bigint {
    const { settings, memory } = this.#dependent;
    const used = memory.heap + memory.stable + memory.module + memory.chunkStore;
    return storagePrice(used > settings.memoryAllocation ? used : settings.memoryAllocation, settings.computeAllocation, nanoseconds, this.#nodes);
  }
}
