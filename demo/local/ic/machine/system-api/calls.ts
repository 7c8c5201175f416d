import { type CallUnderConstruction, Trap } from '../execution.js';
import { callPrice, MAX_CALL_PAYLOAD } from '../../prices.js';
import { type Host, join128, type SystemFunctions } from './host.js';

/** Longest method name `call_new` takes, in bytes. */
const MAX_METHOD_NAME = 20_000;
const MAX_PRINCIPAL = 29;
/** What `call_perform` returns when the call cannot be made. */
const NOT_PERFORMED = 2;

/** Inter-canister calls, assembled step by step ("Inter-canister method calls"). */
export function callFunctions(host: Host): SystemFunctions {
  const current = (name: string): CallUnderConstruction => {
    const { call } = host.execution;
    if (call === undefined) throw new Trap(`Canister trapped: ic0.${name} was called, but there is no call under construction`);
    return call;
  };
  const addCycles = (name: string, amount: bigint) => {
    const call = current(name);
    if (amount > host.execution.liquid) {
      throw new Trap(`Canister trapped: ic0.${name} asks for ${amount} cycles, and the canister has ${host.execution.liquid} to spend`);
    }
    call.cycles += amount;
    host.execution.attached += amount;
  };

  return {
    call_new: (
      calleeSrc: number, calleeSize: number, nameSrc: number, nameSize: number,
      replyFun: number, replyEnv: number, rejectFun: number, rejectEnv: number,
    ) => {
      host.execution.dropCall();
      if (calleeSize > MAX_PRINCIPAL) throw new Trap(`Canister trapped: the callee given to ic0.call_new is not a principal: it has ${calleeSize} bytes`);
      if (nameSize > MAX_METHOD_NAME) throw new Trap(`Canister trapped: the method name given to ic0.call_new has ${nameSize} bytes, of at most ${MAX_METHOD_NAME}`);
      host.execution.call = {
        callee: host.memory.read(calleeSrc, calleeSize),
        method: host.memory.readText(nameSrc, nameSize),
        payload: [],
        payloadBytes: 0,
        cycles: 0n,
        reserved: 0n,
        onReply: { fun: replyFun, env: replyEnv },
        onReject: { fun: rejectFun, env: rejectEnv },
        onCleanup: undefined,
        timeoutSeconds: undefined,
      };
    },
    call_on_cleanup: (fun: number, env: number) => {
      const call = current('call_on_cleanup');
      if (call.onCleanup !== undefined) throw new Trap('Canister trapped: ic0.call_on_cleanup was called twice for one call');
      call.onCleanup = { fun, env };
    },
    call_data_append: (src: number, size: number) => {
      const call = current('call_data_append');
      call.payloadBytes += size;
      if (call.payloadBytes > MAX_CALL_PAYLOAD) {
        throw new Trap(`Canister trapped: the argument of a call has ${call.payloadBytes} bytes, of at most ${MAX_CALL_PAYLOAD}`);
      }
      call.payload.push(host.memory.read(src, size));
    },
    call_with_best_effort_response: (timeoutSeconds: number) => {
      const call = current('call_with_best_effort_response');
      if (call.timeoutSeconds !== undefined) throw new Trap('Canister trapped: ic0.call_with_best_effort_response was called twice for one call');
      call.timeoutSeconds = timeoutSeconds;
    },
    call_cycles_add: (amount: bigint) => {
      addCycles('call_cycles_add', amount);
    },
    call_cycles_add128: (high: bigint, low: bigint) => {
      addCycles('call_cycles_add128', join128(high, low));
    },
    call_perform: () => {
      const { payload, payloadBytes, ...call } = current('call_perform');
      const { execution } = host;
      const { pricedNodes } = execution.environment;
      const reserved = callPrice(BigInt(Buffer.byteLength(call.method)), BigInt(payloadBytes), BigInt(pricedNodes));
      if (execution.liquid < reserved) {
        execution.dropCall();
        return NOT_PERFORMED;
      }
      execution.attached += reserved;
      execution.calls.push({ ...call, reserved, argument: new Uint8Array(Buffer.concat(payload)) });
      execution.call = undefined;
      return 0;
    },
  };
}
