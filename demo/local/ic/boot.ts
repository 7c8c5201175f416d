import type { CanisterModule } from './canister-module.js';
import { INTERNAL } from './export-internals.js';
import type { Effects, Environment, Message, Outcome } from './machine/execution.js';
import type { Machine } from './machine/machine.js';

/** What the steps of installing or upgrading code are given. */
export interface Step {
  readonly caller: Uint8Array;
  readonly argument?: Uint8Array;
  readonly environment: Environment;
  /** Takes the outcome of each step, for what it costs. */
  readonly account: (message: Pick<Message, 'mode' | 'entry'>, outcome: Outcome) => void;
}

/** The code was refused, or one of its hooks trapped. Nothing is committed. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

/** Begins new code, uncommitted: its start function, then `canister_init` or `canister_post_upgrade`. */
export async function boot(machine: Machine, code: CanisterModule, hook: string, step: Step): Promise<Effects | undefined> {
  try {
    await machine.load(code);
  } catch (error) {
    throw new BootError(`the module cannot be instantiated: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (code.hasStart) await runHook(machine, INTERNAL.start, 's', step);
  return code.entryPoints.has(hook) ? await runHook(machine, hook, 'I', step) : undefined;
}

/** Runs one hook of the code, uncommitted. */
export async function runHook(machine: Machine, name: string, mode: 'G' | 'I' | 's', { caller, argument, environment, account }: Step): Promise<Effects> {
  const message = { mode, entry: { name }, caller, argument };
  const outcome = await machine.execute(message, environment);
  account(message, outcome);
  if (outcome.kind === 'trapped') throw new BootError(outcome.message);
  return outcome.effects;
}
