import type { CanisterModule } from './canister-module.js';
import type { Effects, Environment } from './execution.js';
import { INTERNAL } from './export-internals.js';
import { Machine } from './machine.js';
import type { StableMemory } from './stable-memory.js';

/** What the steps of installing or upgrading code are given. */
export interface Step {
  readonly caller: Uint8Array;
  readonly argument?: Uint8Array;
  readonly environment: Environment;
}

/** The code was refused, or one of its hooks trapped. Nothing is committed. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

/** Begins new code: its start function, then `canister_init` or `canister_post_upgrade`, then the first commit. */
export async function boot(code: CanisterModule, stable: StableMemory, hook: string, step: Step, log: (line: string) => void) {
  let machine: Machine;
  try {
    machine = new Machine(code, stable, log);
  } catch (error) {
    throw new BootError(`the module cannot be instantiated: ${String(error)}`);
  }
  if (code.hasStart) await runHook(machine, INTERNAL.start, 's', step);
  const effects = await runHook(machine, hook, 'I', step);
  machine.commit();
  return { machine, effects };
}

/** Runs one hook, uncommitted, if the code has it. */
export async function runHook(machine: Machine, name: string, mode: 'G' | 'I' | 's', { caller, argument, environment }: Step): Promise<Effects | undefined> {
  if (mode !== 's' && !machine.code.entryPoints.has(name)) return undefined;
  const outcome = await machine.execute({ mode, entry: { name }, caller, argument }, environment);
  if (outcome.kind === 'trapped') throw new BootError(outcome.message);
  return outcome.effects;
}
