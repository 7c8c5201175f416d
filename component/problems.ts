import type { REMEDIES } from './remedies.js';
import type { SignInProblem } from './sign-in/problems.js';

/** What the site builder has got wrong, for programs. */
export type Problem = keyof typeof REMEDIES | SignInProblem;

/** Thrown where an attribute cannot be used. */
export class ConfigurationError extends Error {
  /** Which, and how. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}
