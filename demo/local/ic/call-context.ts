import type { Response } from './reject.js';

/** Takes the response of a call, with the cycles that go back with it. Called exactly once. */
export type Respond = (response: Response, refunded: bigint) => void;

/** Who began it. (Queries by users have no context that outlives them.) */
export type Origin = 'ingress' | 'canister' | 'timer';

/** A call that a canister has begun to work on, with everything it still waits for (interface specification, "Call contexts"). */
export class CallContext {
  readonly origin: Origin;
  readonly caller: Uint8Array;
  /** When the caller stops waiting, in nanoseconds since 1970; 0 for never. */
  readonly deadline: bigint;
  /** Cycles that came with the call and are neither accepted nor refunded. */
  available: bigint;
  /** Calls this context has made and that are not answered. */
  outstanding = 0;
  /** Executed so far. */
  instructions = 0n;
  #respond: Respond | undefined;

  /** @param respond absent for timers, which nobody waits for */
  constructor(origin: Origin, caller: Uint8Array, available: bigint, deadline: bigint, respond: Respond | undefined) {
    this.origin = origin;
    this.caller = caller;
    this.available = available;
    this.deadline = deadline;
    this.#respond = respond;
  }

  get needsResponse(): boolean {
    return this.#respond !== undefined;
  }

  respond(response: Response): void {
    const respond = this.#respond;
    const refunded = this.available;
    this.#respond = undefined;
    this.available = 0n;
    respond?.(response, refunded);
  }
}
