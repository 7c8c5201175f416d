import { Trap } from '../execution.js';
import { blob, copyPart, type Host, type SystemFunctions } from './host.js';

const MAX_CERTIFIED_DATA = 32;
/** The longest name of an environment variable, in bytes: the spec leaves it open, and this is the replica's. */
export const MAX_VARIABLE_NAME = 128;
const NOT_REPLICATED = new Set(['NRQ', 'TQ', 'F']);

/** What a canister can learn about itself and its surroundings, and the few things in them it can set. */
export function surroundingsFunctions(host: Host): SystemFunctions {
  const variables = () => host.execution.environment.variables;
  const nameAt = (index: number) => {
    const name = [...variables().keys()].at(index);
    if (name === undefined) throw new Trap(`Canister trapped: there is no environment variable number ${index}: there are ${variables().size}, counted from 0`);
    return Buffer.from(name);
  };
  const nameIn = (src: number, size: number) => {
    if (size > MAX_VARIABLE_NAME) throw new Trap(`Canister trapped: the name of an environment variable has ${size} bytes, of at most ${MAX_VARIABLE_NAME}`);
    return host.memory.readText(src, size);
  };
  const valueOf = (src: number, size: number) => {
    const name = nameIn(src, size);
    const value = variables().get(name);
    if (value === undefined) throw new Trap(`Canister trapped: there is no environment variable ${JSON.stringify(name)}; ask ic0.env_var_name_exists first`);
    return Buffer.from(value);
  };

  return {
    ...blob('canister_self', host, () => host.execution.environment.self),
    ...blob('subnet_self', host, () => host.execution.environment.subnet),
    ...blob('root_key', host, () => host.execution.environment.rootKey),
    canister_status: () => host.execution.environment.status,
    canister_version: () => host.execution.environment.version,
    is_controller: (src: number, size: number) => {
      const principal = Buffer.from(host.memory.read(src, size));
      return host.execution.environment.controllers.some((controller) => principal.equals(controller)) ? 1 : 0;
    },
    in_replicated_execution: () => (NOT_REPLICATED.has(host.execution.message.mode) ? 0 : 1),

    // 0 counts the instructions of this message, 1 those of the whole call context ("Performance counter").
    performance_counter: (type: number) => {
      if (type > 1) throw new Trap(`Canister trapped: ic0.performance_counter knows the counters 0 and 1, not ${type}`);
      const { instructions, environment } = host.execution;
      return type === 0 ? instructions : environment.contextInstructions + instructions;
    },

    time: () => host.execution.environment.time,
    global_timer_set: (timestamp: bigint) => {
      const { execution } = host;
      const before = execution.globalTimer ?? execution.environment.globalTimer;
      execution.globalTimer = timestamp;
      return before;
    },

    certified_data_set: (src: number, size: number) => {
      if (size > MAX_CERTIFIED_DATA) throw new Trap(`Canister trapped: ic0.certified_data_set was given ${size} bytes, of at most ${MAX_CERTIFIED_DATA}`);
      host.execution.certifiedData = host.memory.read(src, size);
    },
    data_certificate_present: () => (host.execution.environment.certificate === undefined ? 0 : 1),
    ...blob('data_certificate', host, () => {
      const { certificate } = host.execution.environment;
      if (certificate === undefined) throw new Trap('Canister trapped: there is no data certificate here; ask ic0.data_certificate_present first');
      return certificate;
    }),

    // "Environment variables": names by index, values by name.
    env_var_count: () => variables().size,
    env_var_name_size: (index: number) => nameAt(index).length,
    env_var_name_copy: (index: number, dst: number, offset: number, size: number) => {
      copyPart(host, 'env_var_name_copy', nameAt(index), dst, offset, size);
    },
    env_var_name_exists: (src: number, size: number) => (variables().has(nameIn(src, size)) ? 1 : 0),
    env_var_value_size: (src: number, size: number) => valueOf(src, size).length,
    env_var_value_copy: (src: number, nameSize: number, dst: number, offset: number, size: number) => {
      copyPart(host, 'env_var_value_copy', valueOf(src, nameSize), dst, offset, size);
    },

    debug_print: (src: number, size: number) => {
      host.log(describe(host, src, size));
    },
    trap: (src: number, size: number) => {
      throw new Trap(`Canister called \`ic0.trap\` with message: '${describe(host, src, size)}'`);
    },
  };
}

/** The text for a log, which is never a reason to fail: `debug_print` "never traps". */
function describe(host: Host, src: number, size: number): string {
  try {
    return new TextDecoder().decode(host.memory.view(src, size));
  } catch {
    return `(a text out of the heap's bounds: ${size} bytes at ${src})`;
  }
}
