import { Trap } from '../execution.js';
import { callFunctions } from './calls.js';
import { CONTEXTS, isAllowed, MODE_NAMES } from './contexts.js';
import { cyclesFunctions } from './cycles.js';
import type { Host, SystemFunction, SystemFunctions } from './host.js';
import { messageFunctions } from './messages.js';
import { stableFunctions } from './stable.js';
import { surroundingsFunctions } from './surroundings.js';

type Argument = number | bigint;
const unsigned = (value: Argument) => (typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0);

/**
 * The `ic0` module. Each function traps where the spec does not allow it to be called from; the few that are missing here
 * (the price of v2 outcalls, threshold signatures) trap too, and say so.
 */
export function createSystemApi(host: Host): Record<string, (...args: Argument[]) => unknown> {
  const implemented: SystemFunctions = {
    ...messageFunctions(host),
    ...callFunctions(host),
    ...cyclesFunctions(host),
    ...stableFunctions(host),
    ...surroundingsFunctions(host),
  };
  return Object.fromEntries(Object.keys(CONTEXTS).map((name) => [name, guarded(host, name, implemented[name])]));
}

function guarded(host: Host, name: string, run: SystemFunction | undefined) {
  return (...args: Argument[]) => {
    const { mode } = host.execution.message;
    if (!isAllowed(name, mode)) throw new Trap(`Canister violated contract: ic0.${name} cannot be called from ${MODE_NAMES[mode]}`);
    if (run === undefined) throw new Trap(`Canister trapped: ic0.${name} is not implemented in the local IC`);
    return (run as (...args: Argument[]) => unknown)(...args.map(unsigned));
  };
}
