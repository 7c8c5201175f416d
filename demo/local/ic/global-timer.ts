import type { Clock } from './clock.js';

/** A canister's global timer (interface specification, "Global timer"): one moment, at which it rings once. */
export class GlobalTimer {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #time = 0n;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Nanoseconds since 1970; 0 when it is not set. */
  get time(): bigint {
    return this.#time;
  }

  set(time: bigint): void {
    this.#time = time;
    this.arm();
  }

  /** Lets it ring at its time, if it is set: again, after a time in which ringing was of no use. */
  arm(): void {
    this.#cancel();
    if (this.#time !== 0n) this.#cancel = this.#clock.at(this.#time, this.#ring);
  }

  /** Deactivates it if it is due, and says whether it was: another message may have set it anew since it rang. */
  takeIfDue(): boolean {
    if (this.#time === 0n || this.#time > this.#clock.now()) return false;
    this.#time = 0n;
    return true;
  }
}
