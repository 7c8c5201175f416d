import type { Principal } from '@dfinity/principal';
import { ApiError } from './api-error.js';

/** The canisters that a request may be sent to: those which every delegation of its chain is for (interface specification, "Authentication"). */
export class Targets {
  readonly #sets: readonly ReadonlySet<string>[];

  /** @param lists of each delegation; undefined where it is for all canisters */
  constructor(lists: readonly (readonly Principal[] | undefined)[]) {
    this.#sets = lists.flatMap((list) => (list === undefined ? [] : [new Set(list.map((target) => target.toText()))]));
  }

  includes(canister: Principal): boolean {
    return this.#sets.every((targets) => targets.has(canister.toText()));
  }
}

/** @throws {ApiError} 400 */
export function checkTarget(targets: Targets, canister: Principal): void {
  if (!targets.includes(canister)) {
    throw new ApiError(400, `Canister ${canister.toText()} is not one of the delegation targets: sign in with a delegation for it`);
  }
}
