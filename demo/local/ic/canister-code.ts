import type { Principal } from '@dfinity/principal';
import { boot, BootError, runHook, type Step } from './boot.js';
import type { CanisterCore } from './canister-core.js';
import { type CanisterModule, loadCanisterModule } from './canister-module.js';
import type { Effects } from './machine/execution.js';
import { Machine } from './machine/machine.js';
import type { UpgradeOptions } from './management/canister-control.js';
import { ErrorCode, RejectCode, RejectError } from './reject.js';

/** Puts new code into an empty canister, or in place of all that it has. See {@link CanisterControl}. */
export async function installCode(core: CanisterCore, wasm: Uint8Array, argument: Uint8Array, sender: Principal, mode: 'install' | 'reinstall'): Promise<void> {
  if (mode === 'install' && core.machine !== undefined) {
    throw new RejectError(RejectCode.CanisterError, `Canister ${core.id.toText()} cannot be installed because the canister is not empty. Use 'reinstall' to start over, or upgrade to keep stable memory.`, ErrorCode.CanisterNonEmpty);
  }
  checkCycles(core);
  const machine = new Machine({ ...core.around, log: core.log });
  core.upkeep.suspend();
  try {
    const code = await load(core, wasm);
    const effects = await boot(machine, code, 'canister_init', step(core, sender, argument));
    const before = core.machine;
    await adopt(core, machine, effects, new Uint8Array());
    await before?.end();
  } catch (error) {
    await machine.end();
    throw refusal(core, error);
  } finally {
    core.upkeep.resume();
  }
}

/** Replaces the code and keeps stable memory. All or nothing: when anything traps, the old code goes on with its heap. */
export async function upgradeCode(core: CanisterCore, wasm: Uint8Array, argument: Uint8Array, sender: Principal, { skipPreUpgrade }: UpgradeOptions): Promise<void> {
  const { machine } = core;
  if (machine === undefined) throw new RejectError(RejectCode.CanisterError, `Canister ${core.id.toText()} has no Wasm module to upgrade from. Install one first.`, ErrorCode.CanisterWasmModuleNotFound);
  checkCycles(core);
  core.upkeep.suspend();
  try {
    const code = await load(core, wasm);
    const before = skipPreUpgrade ? undefined : await preUpgrade(core, machine, sender);
    const effects = await boot(machine, code, 'canister_post_upgrade', step(core, sender, argument, before?.balanceChange));
    if (core.around.faults.trapUpgrades) throw new BootError('Canister trapped: a fault was asked for');
    if (before !== undefined) core.spend(before);
    await adopt(core, machine, effects, before?.certifiedData ?? core.certifiedData);
  } catch (error) {
    await machine.rollback();
    throw refusal(core, error);
  } finally {
    core.upkeep.resume();
  }
}

async function preUpgrade(core: CanisterCore, machine: Machine, sender: Principal): Promise<Effects | undefined> {
  const hook = 'canister_pre_upgrade';
  if (!machine.code.entryPoints.has(hook)) return undefined;
  return runHook(machine, hook, 'G', { ...step(core, sender), environment: { ...core.environment(), balance: core.spendable } });
}

/** Spec, `install_code`: the balance must suffice for a message. @throws {RejectError} CanisterOutOfCycles, in the replica's words */
function checkCycles(core: CanisterCore): void {
  const refused = core.outOfCycles();
  if (refused !== undefined) throw new RejectError(refused.code, `Canister installation failed with \`${refused.message}\`.`, refused.errorCode);
}

/** What a hook of new code is given: it sees the version that the canister will have. @param spent what the hook before it did to the balance */
function step(core: CanisterCore, sender: Principal, argument?: Uint8Array, spent = 0n): Step {
  const balance = core.spendable + spent;
  return {
    caller: sender.toUint8Array(),
    argument,
    environment: { ...core.environment(), balance: balance > 0n ? balance : 0n, version: core.version + 1n, globalTimer: 0n },
    account: (message, outcome) => {
      core.account(message, outcome);
    },
  };
}

async function load(core: CanisterCore, wasm: Uint8Array): Promise<CanisterModule> {
  try {
    return await loadCanisterModule(wasm, core.around.memoryLimit);
  } catch (error) {
    throw new RejectError(RejectCode.CanisterError, `The Wasm module is refused: ${error instanceof Error ? error.message : String(error)}`, ErrorCode.CanisterInvalidWasm);
  }
}

async function adopt(core: CanisterCore, machine: Machine, effects: Effects | undefined, certifiedData: Uint8Array): Promise<void> {
  if (effects !== undefined) core.spend(effects);
  core.upkeep.resume();
  core.upkeep.collect(); // for the memory there was until now
  await machine.commit(() => {
    core.machine = machine;
    core.certifiedData = effects?.certifiedData ?? certifiedData;
  });
  core.installedAt = core.around.clock.now();
  core.version += 1n;
  core.globalTimer.set(effects?.globalTimer ?? 0n); // new code starts without a timer
}

function refusal(core: CanisterCore, error: unknown): unknown {
  if (!(error instanceof BootError)) return error;
  core.log(`the code is not changed: ${error.message}`);
  const { code, message, errorCode } = core.trapped(error.message);
  return new RejectError(code, message, errorCode);
}
