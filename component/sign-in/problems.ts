import type { Problem } from '../problems.js';

/**
 * Why a shopper could not sign in, for programs.
 * - `sign_in_missing`: what signs shoppers in could not be loaded
 * - `sign_in_blocked`: the browser opened no window
 * - `sign_in_closed`: the shopper closed it
 * - `sign_in_failed`: the identity provider refused, or the browser keeps no keys
 * - `sign_in_refused`: the canister refused
 * - `sign_in_unreachable`: the canister could not be asked, or its answer not be verified
 * - `sign_in_provider_invalid`: the attribute names no address that may be opened
 */
export type SignInProblem =
  | 'sign_in_missing'
  | 'sign_in_blocked'
  | 'sign_in_closed'
  | 'sign_in_failed'
  | 'sign_in_refused'
  | 'sign_in_unreachable'
  | 'sign_in_provider_invalid';

/** Thrown where a shopper could not sign in, or an attribute that is needed for it cannot be used. */
export class SignInFailure extends Error {
  readonly problem: Problem;

  /** @param message how to mend it, for the site builder */
  constructor(problem: Problem, message: string) {
    super(message);
    this.problem = problem;
  }
}
