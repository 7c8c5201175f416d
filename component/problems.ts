import type { REMEDIES } from './remedies.js';

/** What the site builder has got wrong, for programs. */
export type Problem = keyof typeof REMEDIES;

/** Thrown where an attribute cannot be used. */
export class ConfigurationError extends Error {
  /** Which, and how. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}
